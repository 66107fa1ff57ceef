"""CloudWatch Logs Insights' query language. Pure: a query's text in, log events in one by one, rows out.

```
text -> parser (grammar.lark) -> nodes -> pipeline: filter > parse > fields > stats > sort > limit > rows
                                              ^ expressions, functions, aggregates over a row's fields (discovery)
```
A row goes from stage to stage as soon as it is there, newest first; only `sort` and `stats` hold rows back. The
rejected alternative, a query translated to SQL, can neither discover fields in a message nor be cut into slices.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""
