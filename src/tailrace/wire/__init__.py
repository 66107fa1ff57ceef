"""Floor 1: bytes to shapes and back, driven by botocore's own service models.

The rule: what a request means is read off the model that AWS's SDKs are made from (`model`), so an operation that a
service adds needs no line here. Readers, writers and checkers are compiled once an operation into closures. Where AWS's
servers differ from its model, `overrides` says so as data, with the source.

```
HttpRequest -> route -> protocol.parse -> validate -> (handler) -> protocol.serialize -> HttpResponse
                json_rpc | rest_json | query_xml | rpc_cbor       (+ event_stream)

model         botocore's data files             json_types, json_shapes, attribute_value   JSON in, checked, and out
route         which operation a request is for  constraints, validate, java_text           AWS's words for what is wrong
error_forms   what a refusal is called where    overrides                        where AWS differs from its own model
```

The rejected alternatives: botocore's own classes, whose parsers are written for a client (they trust what comes in) and
whose import alone costs a tenth of a second; and parsers written by hand for each operation, which is where
codebases of this kind get their thousand-line files.
"""
