"""What CloudWatch shows of queues: AWS's metrics of the namespace AWS/SQS, by QueueName.

What happens to messages is counted when it is committed, whoever does it: a client, SNS, a function's mapping. How many
messages there are is measured once a minute, of queues that are in use (workers/queue_levels.py). Left out is what
nobody has measured here: groups in flight, and the noisy ones among them.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from __future__ import annotations

from tailrace.base.measurements import Metric
from tailrace.operation import Node
from tailrace.services.sqs.queue import Place

NAMESPACE = "AWS/SQS"
DIMENSION = "QueueName"


def _metric(name: str, unit: str = "Count") -> Metric:
    return Metric(NAMESPACE, name, unit, (DIMENSION,))


SENT = _metric("NumberOfMessagesSent")
SENT_SIZE = _metric("SentMessageSize", "Bytes")
DEDUPLICATED = _metric("NumberOfDeduplicatedSentMessages")
RECEIVED = _metric("NumberOfMessagesReceived")
EMPTY_RECEIVES = _metric("NumberOfEmptyReceives")
DELETED = _metric("NumberOfMessagesDeleted")
VISIBLE = _metric("ApproximateNumberOfMessagesVisible")
NOT_VISIBLE = _metric("ApproximateNumberOfMessagesNotVisible")
DELAYED = _metric("ApproximateNumberOfMessagesDelayed")
AGE = _metric("ApproximateAgeOfOldestMessage", "Seconds")

USES = (SENT, DEDUPLICATED, RECEIVED, EMPTY_RECEIVES, DELETED)
"""What is counted when somebody uses a queue."""


def sent(node: Node, place: Place, size: int) -> None:
    """Count a message of so many bytes that was put into the queue."""
    now = node.clock.now()
    node.measurements.add(now, 1, SENT, *place)
    node.measurements.add(now, size, SENT_SIZE, *place)


def sent_again(node: Node, place: Place) -> None:
    """Count a message that a first-in-first-out queue has had in the last five minutes."""
    node.measurements.add(node.clock.now(), 1, DEDUPLICATED, *place)


def received(node: Node, place: Place, messages: int) -> None:
    """Count a receive that somebody has asked for, and how many messages it gave."""
    if messages:
        node.measurements.add_many(node.clock.now(), messages, RECEIVED, *place)
    else:
        node.measurements.add(node.clock.now(), 1, EMPTY_RECEIVES, *place)


def deleted(node: Node, place: Place, messages: int) -> None:
    """Count so many messages that were deleted by their receipts; one that was gone already counts, as on AWS."""
    node.measurements.add_many(node.clock.now(), messages, DELETED, *place)
