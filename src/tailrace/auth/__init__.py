"""Floor 1: who signed a request, and what policies say about it. Pure: bytes and documents in, a verdict out.

Nothing here reads a store or a clock; secrets, policies and the time are handed in. So AWS's published signature
cases and its tables of policy evaluation can be tested as they stand. The rejected alternative, letting the evaluator
fetch what it needs, would make every question about a policy a question about a database.

```
sigv4       a raw request -> who signed it, and whether the signature holds
policy      a policy's text -> compiled statements     patterns    * ? and ${variables}, ARN-aware
conditions  a Condition block -> one test              evaluate    many policies -> one Decision, with its reason
```
"""
