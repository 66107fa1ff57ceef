"""What is measured of queues and topics: each use once, and how many messages there are once a minute."""

from __future__ import annotations

import json
from typing import Any

from tailrace.services import cloudwatch, sns, sqs
from tailrace.workers.metrics import KeepMetrics
from tests.flow.in_process import InProcess, in_process
from tests.flow.metrics import Figures, kept

SERVICES = (cloudwatch, sns, sqs)
ACCOUNT = "000000000000"
COUNTED = (1, 1)


def of(figures: Figures, name: str) -> dict[str, Any]:
    """What was measured of one queue or topic, but for its levels where they are 0."""
    empty = ("ApproximateNumberOfMessages", "ApproximateAge")
    return {
        key[0]: value
        for key, value in figures.items()
        if key[1:] == (name,) and not (key[0].startswith(empty) and value[1] == 0)
    }


async def queue(node: InProcess, name: str, **attributes: str) -> str:
    url: str = (await node.call("sqs", "CreateQueue", QueueName=name, Attributes=attributes))["QueueUrl"]
    return url


async def open_queue(node: InProcess, name: str, **attributes: str) -> str:
    """The ARN of a queue that SNS may send to."""
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
    allowed = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = {"Version": "2012-10-17", "Statement": [{**allowed, "Resource": arn}]}
    await queue(node, name, Policy=json.dumps(policy), **attributes)
    return arn


async def test_a_queues_uses_are_counted_and_its_messages_once_a_minute() -> None:
    async with in_process() as node:
        url = await queue(node, "used")
        await node.call("sqs", "SendMessage", QueueUrl=url, MessageBody="x" * 10)
        entries = [{"Id": "a", "MessageBody": "x" * 20}, {"Id": "b", "MessageBody": "x" * 30, "DelaySeconds": 900}]
        await node.call("sqs", "SendMessageBatch", QueueUrl=url, Entries=[*entries, {"Id": "c", "MessageBody": ""}])
        (got,) = (await node.call("sqs", "ReceiveMessage", QueueUrl=url))["Messages"]
        await node.call("sqs", "DeleteMessage", QueueUrl=url, ReceiptHandle=got["ReceiptHandle"])
        (got,) = (await node.call("sqs", "ReceiveMessage", QueueUrl=url, VisibilityTimeout=600))["Messages"]
        assert await node.call("sqs", "ReceiveMessage", QueueUrl=url) == {}
        assert of(await kept(node), "used") == {
            "NumberOfMessagesSent": (3, 3),
            "SentMessageSize": (3, 60),
            "NumberOfMessagesReceived": (2, 2),
            "NumberOfEmptyReceives": COUNTED,
            "NumberOfMessagesDeleted": COUNTED,
            "ApproximateNumberOfMessagesNotVisible": COUNTED,
            "ApproximateNumberOfMessagesDelayed": COUNTED,
            "ApproximateAgeOfOldestMessage": (1, 60),
        }
        entry = {"Id": "a", "ReceiptHandle": got["ReceiptHandle"]}
        await node.call("sqs", "DeleteMessageBatch", QueueUrl=url, Entries=[entry, {"Id": "b", "ReceiptHandle": "no"}])
        found = await kept(node)
        assert of(found, "used") == {
            "NumberOfMessagesDeleted": COUNTED,
            "ApproximateNumberOfMessagesDelayed": COUNTED,
            "ApproximateAgeOfOldestMessage": (1, 120),
        }
        assert found["ApproximateNumberOfMessagesVisible", "used"] == (1, 0)


async def test_a_queue_without_messages_is_measured_for_six_hours_after_its_last_use() -> None:
    async with in_process() as node:
        url = await queue(node, "idle")
        await queue(node, "untouched")
        assert not of(await kept(node), "untouched")
        await node.call("sqs", "ReceiveMessage", QueueUrl=url)
        visible = ("ApproximateNumberOfMessagesVisible", "idle")
        assert (await kept(node))[visible] == (1, 0)
        node.clock.advance(5 * 3600)
        assert (await kept(node))[visible] == (1, 0)
        node.clock.advance(3600)
        found = await kept(node)
        assert visible not in found
        assert ("ApproximateNumberOfMessagesVisible", "untouched") not in found


async def test_servers_of_one_database_measure_a_queues_messages_once() -> None:
    async with in_process() as node:
        url = await queue(node, "shared")
        await node.call("sqs", "SendMessage", QueueUrl=url, MessageBody="x")
        node.clock.advance(60)
        for _ in range(2):
            await KeepMetrics(node.node).round()
        now = node.clock.now()
        asked = {"StartTime": now - 300, "EndTime": now, "Period": 300, "Statistics": ["SampleCount", "Maximum"]}
        about = {"Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible"}
        dimensions = [{"Name": "QueueName", "Value": "shared"}]
        told = await node.call("cloudwatch", "GetMetricStatistics", **about, **asked, Dimensions=dimensions)
        (point,) = told["Datapoints"]
        assert (point["SampleCount"], point["Maximum"], point["Unit"]) == (1, 1, "Count")


async def test_a_first_in_first_out_queue_counts_apart_what_it_has_had_before() -> None:
    async with in_process() as node:
        url = await queue(node, "once.fifo", FifoQueue="true", ContentBasedDeduplication="true")
        for _ in range(3):
            await node.call("sqs", "SendMessage", QueueUrl=url, MessageBody="x", MessageGroupId="g")
        found = await kept(node)
        assert found["NumberOfMessagesSent", "once.fifo"] == COUNTED
        assert found["NumberOfDeduplicatedSentMessages", "once.fifo"] == (2, 2)


async def test_a_topic_counts_what_is_published_filtered_brought_and_lost() -> None:
    async with in_process() as node:
        topic = (await node.call("sns", "CreateTopic", Name="news"))["TopicArn"]
        dead = await open_queue(node, "dead")
        closed = f"arn:aws:sqs:us-east-1:{ACCOUNT}:closed"
        await queue(node, "closed")
        about = {"TopicArn": topic, "Protocol": "sqs"}
        wants = {"FilterPolicy": json.dumps({"kind": ["fruit"]})}
        await node.call("sns", "Subscribe", **about, Endpoint=await open_queue(node, "all"))
        await node.call("sns", "Subscribe", **about, Endpoint=await open_queue(node, "fruit"), Attributes=wants)
        redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead})}
        await node.call("sns", "Subscribe", **about, Endpoint=closed, Attributes=redrive)
        await node.call("sns", "Publish", TopicArn=topic, Message="x" * 10)
        entries = [{"Id": "a", "Message": "x" * 20}, {"Id": "b", "Message": "x" * 30}]
        await node.call("sns", "PublishBatch", TopicArn=topic, PublishBatchRequestEntries=entries)
        while await node.deliver():
            pass
        found = await kept(node)
        assert of(found, "news") == {
            "NumberOfMessagesPublished": (3, 3),
            "PublishSize": (3, 60),
            "NumberOfNotificationsFilteredOut": (3, 3),
            "NumberOfNotificationsDelivered": (3, 3),
            "NumberOfNotificationsFailed": (3, 3),
            "NumberOfNotificationsRedrivenToDlq": (3, 3),
        }
        assert found["NumberOfMessagesSent", "all"] == (3, 3)
        assert found["NumberOfMessagesSent", "dead"] == (3, 3)
        assert ("NumberOfMessagesSent", "fruit") not in found
        assert ("NumberOfMessagesSent", "closed") not in found


async def test_a_first_in_first_out_topic_counts_once_what_is_published_again() -> None:
    async with in_process() as node:
        attributes = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
        topic = (await node.call("sns", "CreateTopic", Name="order.fifo", Attributes=attributes))["TopicArn"]
        arn = await open_queue(node, "line.fifo", FifoQueue="true")
        await node.call("sns", "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=arn)
        for text in ("x", "x", "y"):
            await node.call("sns", "Publish", TopicArn=topic, Message=text, MessageGroupId="g")
        while await node.deliver():
            pass
        found = await kept(node)
        assert found["NumberOfMessagesPublished", "order.fifo"] == (2, 2)
        assert found["NumberOfNotificationsDelivered", "order.fifo"] == (2, 2)
        assert found["NumberOfMessagesSent", "line.fifo"] == (2, 2)
