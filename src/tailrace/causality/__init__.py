"""Floor 4: what causes what. Operations of Tailrace's own API that have to look across services.

```
TraceRecord · TraceRequest · ListAttempts        request -> record -> attempts, outcomes, logs     fate, written
StartReplay · PreviewReplay · RedriveFailures    a range of a stream into a function once more    replay_plan
```
A service never imports another, and a record's way leads through four of them; so these stand above the services and
beside the workers, whose settings and progress they read. Nothing here runs by itself: a replay is a Delivery. The
rejected alternative, each service telling its own part, leaves the joining to whoever asks.
"""

from tailrace.causality import attempts, preview, redrive, replays, trace_record, trace_request

__all__ = ["attempts", "preview", "redrive", "replays", "trace_record", "trace_request"]
