"""SNS: topics, who subscribes to them, and what is published.

```
topics topic_attributes tags resource_policy ──> topic (its document)
subscriptions subscription_attributes confirmation ──> subscription (its document, a row a subscriber)
publishing ──filter_policy──> a Delivery for each subscriber ──> workers/notifications
                                    └── of first-in-first-out topics a place in the subscriber's line: fifo
message envelope signature mail     what is sent: checked, wrapped, signed         inbox: mails that nobody can send
refused                             what Tailrace does not have, said clearly
```
A message is owed to each subscriber by a Delivery, written in the transaction that answers Publish; so no subscriber
waits for another, and none is forgotten. The rejected alternative, one Delivery for the whole message, would have to
remember which subscribers have had it.
"""

from tailrace.services.sns import (
    confirmation,
    inbox,
    publishing,
    refused,
    resource_policy,
    subscription_attributes,
    subscriptions,
    tags,
    topics,
)

__all__ = [
    "confirmation",
    "inbox",
    "publishing",
    "refused",
    "resource_policy",
    "subscription_attributes",
    "subscriptions",
    "tags",
    "topics",
]
