"""Lambda: functions, what runs them, and what calls them.

```
functions  code  configuration  versions  aliases     the operations on a function, a file a noun
function_names  function_document  settings  role     what a request names; what is kept and shown; what is allowed
invoke -> invocation -> runtime.pool                   one call, from the request to the environment
    │         └── log_writer <- log_lines              its log, written as its role may
    ├── function_metrics                                what CloudWatch shows of it
    └── streaming  tracing                             answers piece by piece; the header that joins calls
event_invoke_config -> event_outcome                   how events are tried, what is told of their end, and to whom
layers  layer_policy  layer_document  layer_use         archives that functions share
resource_policy  targets                               who may call a function; what a function may send to
url_config  url_cors  url_event  url_answer             addresses of functions: settings; requests, answers
event_source_*                                         mappings from streams and queues to functions
never_there  refused                                   what can be said of features that are not here; the others
```
A function is one document; its state (Pending, InProgress, ...) is read off times in it, so that nothing has to happen
for it to become Active and no process has to remember it. The rejected alternative, a task that flips the state, loses
the flip with the process.
"""

from tailrace.services.lambda_ import (
    account,
    aliases,
    code,
    code_location,
    concurrency,
    configuration,
    event_invoke_config,
    event_source_mappings,
    functions,
    invocation,
    invoke,
    layer_policy,
    layers,
    never_there,
    refused,
    resource_policy,
    streaming,
    tags,
    url_config,
    versions,
)

__all__ = [
    "account",
    "aliases",
    "code",
    "code_location",
    "concurrency",
    "configuration",
    "event_invoke_config",
    "event_source_mappings",
    "functions",
    "invocation",
    "invoke",
    "layer_policy",
    "layers",
    "never_there",
    "refused",
    "resource_policy",
    "streaming",
    "tags",
    "url_config",
    "versions",
]
