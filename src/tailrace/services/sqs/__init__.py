"""SQS: queues and their messages, standard and first-in-first-out.

```
queues, attributes, tags, policies ──> queue (its document, compiled)
sending ──enqueue──> store.messages <──take_due── receiving ──> receipts ──> acknowledging
                          └── dead_letters ── move_tasks (back again)
```
A queue is a resource; a message is a row with one time, before which nobody receives it. So a visibility timeout that
ends needs no task, and a receive is a range of an index. Others send through `sending.deliver`, which asks the queue's
policy. The rejected alternative, queues in memory, forgets what was acknowledged.
"""

from tailrace.services.sqs import (
    acknowledging,
    attributes,
    dead_letters,
    move_tasks,
    policies,
    queues,
    receiving,
    sending,
    tags,
)

__all__ = [
    "acknowledging",
    "attributes",
    "dead_letters",
    "move_tasks",
    "policies",
    "queues",
    "receiving",
    "sending",
    "tags",
]
