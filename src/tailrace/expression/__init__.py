"""Floor 1: DynamoDB's languages, and the values that they speak of. Pure: text and values in, values out.

Nothing here knows a table, a store or a request. An expression is parsed once per distinct text and kept as closures;
a request binds its names and values to them, so that testing a condition costs a few microseconds. The rejected
alternative, walking the parse tree for every request, makes a conditional write cost more than the write itself.

```
numbers, sizes, values      what an AttributeValue may be, its canonical form, what it weighs
keys                        keys as bytes that sort as AWS sorts the values
grammar.lark, nodes, parser text -> tree, and what is wrong with the text whatever the request
bindings                    #names and :values of one request
operand_checks              what is wrong with a request's operands whatever the item
condition, update,          tree + bindings -> something to test, apply, project or search with
projection, key_condition
functions, paths, edits     what those do to values and items
partiql.lark, partiql_*     PartiQL: statements as the same trees, their literals, columns and ranges of keys
legacy                      Expected, AttributeUpdates and their kin, as the same trees
log_pattern, event_pattern  CloudWatch Logs' and EventBridge's languages, which share nothing with the above
```
"""
