"""Floor 1: DynamoDB's languages, and the values that they speak of. Pure: text and values in, values out.

Nothing here knows a table, a store or a request. An expression is parsed once per distinct text and kept as closures;
a request binds its names and values to them, so that testing a condition costs a few microseconds. The rejected
alternative, walking the parse tree for every request, makes a conditional write cost more than the write itself.

```
numbers, sizes, values      what an AttributeValue may be, its canonical form, what it weighs
keys                        keys as bytes that sort as AWS sorts the values
grammar.lark, parser, nodes text -> tree
bindings                    #names and :values of one request
condition, update,          tree + bindings -> something to test, apply or project
projection, key_condition
```
"""
