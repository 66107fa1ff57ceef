"""What CloudWatch shows of topics: AWS's metrics of the namespace AWS/SNS, by TopicName.

What is published counts when it is committed, what is brought when it has arrived. Left out is why a filter turned a
message away, and what text messages and pushes cost.
https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
"""

from __future__ import annotations

from tailrace.base.measurements import Metric
from tailrace.operation import Node
from tailrace.services.sns.topic import TopicName

NAMESPACE = "AWS/SNS"


def _metric(name: str, unit: str = "Count") -> Metric:
    return Metric(NAMESPACE, name, unit, ("TopicName",))


PUBLISHED = _metric("NumberOfMessagesPublished")
SIZE = _metric("PublishSize", "Bytes")
FILTERED_OUT = _metric("NumberOfNotificationsFilteredOut")
DELIVERED = _metric("NumberOfNotificationsDelivered")
FAILED = _metric("NumberOfNotificationsFailed")
REDRIVEN = _metric("NumberOfNotificationsRedrivenToDlq")
NOT_REDRIVEN = _metric("NumberOfNotificationsFailedToRedriveToDlq")


def published(node: Node, name: TopicName, size: int, filtered: int) -> None:
    """Count a message of so many bytes, and of how many subscriptions a filter turned it away."""
    now = node.clock.now()
    node.measurements.add(now, 1, PUBLISHED, *name)
    node.measurements.add(now, size, SIZE, *name)
    if filtered:
        node.measurements.add_many(now, filtered, FILTERED_OUT, *name)


def count(node: Node, name: TopicName, metric: Metric) -> None:
    """Count what became of a notification, once."""
    node.measurements.add(node.clock.now(), 1, metric, *name)
