"""Floor 1: who signed a request, and what policies say about it. Pure: bytes and documents in, a verdict out.

Nothing here reads a store or a clock; secrets, policies and the time are handed in. So AWS's published signature
cases and its tables of policy evaluation can be tested as they stand. The rejected alternative, letting the evaluator
fetch what it needs, would make every question about a policy a question about a database.

```
sigv4       a raw request -> who signed it, and whether the signature holds
policy      a policy's text -> compiled statements     patterns    * ? and ${variables}, ARN-aware
conditions  a Condition block -> one test              evaluate    many policies -> one Decision, with its reason
principal   who calls                                  request_context   what conditions may ask of every request
simulation  what policies would say, and which statement says it             lint   what is wrong with a policy
positions   where a statement stands in its text       context_keys      which keys a policy asks about
last_used   of keys and roles, until it is kept        aws_managed       AWS's own policies
session_token   sessions that carry themselves         vault             secrets as they are kept
```
"""
