"""SQS as boto3 sees it: queues, attributes, messages, batches, refusals. Runs against AWS, too."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from hashlib import md5
from typing import Any

import pytest

from tests.conformance.conftest import Client, refused, unique

Call = Callable[..., Any]


@pytest.fixture(scope="session")
def sqs(connect: Callable[..., Client]) -> Client:
    return connect("sqs")


@pytest.fixture
def make(sqs: Client) -> Iterator[Callable[..., str]]:
    """A function that makes queues and gives their URLs; they go when the test is over."""
    made: list[str] = []

    def queue(name: str = "queue", **attributes: str) -> str:
        suffix = ".fifo" if attributes.get("FifoQueue") else ""
        made.append(sqs.create_queue(QueueName=unique(name) + suffix, Attributes=attributes)["QueueUrl"])
        return made[-1]

    yield queue
    for url in made:
        sqs.delete_queue(QueueUrl=url)


def attributes_of(sqs: Client, url: str, *names: str) -> dict[str, str]:
    found: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names or ("All",))).get(
        "Attributes", {}
    )
    return found


def arn_of(sqs: Client, url: str) -> str:
    return attributes_of(sqs, url, "QueueArn")["QueueArn"]


def receive(sqs: Client, url: str, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sqs.receive_message(QueueUrl=url, **{"WaitTimeSeconds": 5, **more}).get(
        "Messages", []
    )
    return found


# -- queues ------------------------------------------------------------------------------------------------------------


def test_a_queue_has_these_attributes(sqs: Client, make: Call) -> None:
    url = make(VisibilityTimeout="20")
    found = attributes_of(sqs, url)
    assert found.pop("CreatedTimestamp") == found.pop("LastModifiedTimestamp")
    assert found.pop("QueueArn").endswith(":" + url.rpartition("/")[2])
    assert found == {
        "ApproximateNumberOfMessages": "0",
        "ApproximateNumberOfMessagesDelayed": "0",
        "ApproximateNumberOfMessagesNotVisible": "0",
        "DelaySeconds": "0",
        "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "345600",
        "ReceiveMessageWaitTimeSeconds": "0",
        "SqsManagedSseEnabled": "true",
        "VisibilityTimeout": "20",
    }
    fifo = attributes_of(sqs, make(FifoQueue="true"))
    assert {name: fifo[name] for name in fifo.keys() - found.keys() - {"QueueArn"} if "Timestamp" not in name} == {
        "FifoQueue": "true",
        "ContentBasedDeduplication": "false",
        "DeduplicationScope": "queue",
        "FifoThroughputLimit": "perQueue",
    }
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=url)
    refused(
        sqs.get_queue_attributes, "InvalidAttributeName", "Unknown Attribute X.", QueueUrl=url, AttributeNames=["X"]
    )


def test_creating_again_finds_the_same_queue_unless_an_attribute_differs(sqs: Client, make: Call) -> None:
    url = make(DelaySeconds="1")
    name = url.rpartition("/")[2]
    assert sqs.create_queue(QueueName=name)["QueueUrl"] == url
    assert sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "1"})["QueueUrl"] == url
    error = refused(
        sqs.create_queue,
        "QueueAlreadyExists",
        "A queue already exists with the same name and a different value for attribute DelaySeconds",
        QueueName=name,
        Attributes={"DelaySeconds": "2"},
    )
    assert error["Error"]["QueryErrorCode"] == "QueueNameExists"
    assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == url


def test_a_deleted_queue_is_gone_and_its_name_rests(sqs: Client) -> None:
    name = unique("gone")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    sqs.delete_queue(QueueUrl=url)
    refused(
        sqs.create_queue,
        "AWS.SimpleQueueService.QueueDeletedRecently",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
        QueueName=name,
    )
    code, text = "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."
    error = refused(sqs.get_queue_url, code, text, QueueName=name)
    assert error["Error"]["QueryErrorCode"] == "QueueDoesNotExist"
    assert error["Error"]["Type"] == "Sender"
    refused(sqs.send_message, code, text, QueueUrl=url, MessageBody="x")
    refused(sqs.receive_message, code, text, QueueUrl=url)


@pytest.mark.parametrize(
    ("name", "attributes", "code", "text"),
    [
        ("a/b", {}, "InvalidParameterValue", "Can only include alphanumeric characters, hyphens, or underscores. "),
        ("a.fifo", {}, "InvalidParameterValue", "Can only include alphanumeric characters, hyphens, or underscores. "),
        ("a", {"FifoQueue": "true"}, "InvalidParameterValue", "The name of a FIFO queue can only include"),
        ("a", {"ContentBasedDeduplication": "true"}, "InvalidAttributeName", "Unknown Attribute ContentBased"),
        ("a", {"DeduplicationScope": "queue"}, "InvalidAttributeName", "You can specify the DeduplicationScope only"),
        ("a", {"VisibilityTimeout": "43201"}, "InvalidAttributeValue", "Invalid value for the parameter Visibility"),
        ("a", {"MaximumMessageSize": "1048577"}, "InvalidAttributeValue", "Invalid value for the parameter Maximum"),
        ("a", {"DelaySeconds": "soon"}, "InvalidAttributeValue", "Invalid value for the parameter DelaySeconds."),
        ("a", {"Policy": "{"}, "InvalidAttributeValue", "Invalid value for the parameter Policy."),
        ("a", {"QueueArn": "x"}, "InvalidAttributeName", "Unknown Attribute QueueArn."),
        (
            "a",
            {"KmsMasterKeyId": "k", "SqsManagedSseEnabled": "true"},
            "InvalidAttributeName",
            "You can use one type of server-side encryption (SSE) at one time.",
        ),
    ],
)
def test_what_a_queue_can_not_be(sqs: Client, name: str, attributes: dict[str, str], code: str, text: str) -> None:
    error = refused(sqs.create_queue, code, QueueName=name, Attributes=attributes)
    assert error["Error"]["Message"].startswith(text)


def test_attributes_change_and_empty_ones_go(sqs: Client, make: Call) -> None:
    url = make()
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "69", "KmsMasterKeyId": "testKeyId"})
    found = attributes_of(sqs, url)
    assert (found["VisibilityTimeout"], found["KmsMasterKeyId"]) == ("69", "testKeyId")
    assert (found["KmsDataKeyReusePeriodSeconds"], found["SqsManagedSseEnabled"]) == ("300", "false")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": ""})
    assert "KmsMasterKeyId" not in attributes_of(sqs, url)
    refused(
        sqs.set_queue_attributes,
        "InvalidAttributeName",
        "Unknown Attribute FifoQueue.",
        QueueUrl=url,
        Attributes={"FifoQueue": "true"},
    )


def test_queues_are_listed_by_prefix_and_in_pages(sqs: Client) -> None:
    prefix = unique("list")
    urls = [sqs.create_queue(QueueName=f"{prefix}-{n}")["QueueUrl"] for n in range(5)]
    assert sqs.list_queues(QueueNamePrefix=prefix)["QueueUrls"] == urls
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 2})
    assert [page["QueueUrls"] for page in pages] == [urls[:2], urls[2:4], urls[4:]]
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix=unique("none"))
    for url in urls:
        sqs.delete_queue(QueueUrl=url)


def test_tags(sqs: Client, make: Call) -> None:
    url = make()
    assert "Tags" not in sqs.list_queue_tags(QueueUrl=url)
    sqs.tag_queue(QueueUrl=url, Tags={"a": "1", "b": "", "c": "3"})
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "1", "b": "", "c": "3"}
    sqs.untag_queue(QueueUrl=url, TagKeys=["a", "c"])
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"b": ""}


def test_a_purge_empties_the_queue_once_a_minute(sqs: Client, make: Call) -> None:
    url = make(FifoQueue="true")
    message = {"QueueUrl": url, "MessageGroupId": "g", "MessageDeduplicationId": "once"}
    sqs.send_message(**message, MessageBody="1")
    [taken] = receive(sqs, url)
    sqs.purge_queue(QueueUrl=url)
    name = url.rpartition("/")[2]
    error = refused(
        sqs.purge_queue,
        "AWS.SimpleQueueService.PurgeQueueInProgress",
        f"Only one PurgeQueue operation on {name} is allowed every 60 seconds.",
        QueueUrl=url,
    )
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 403
    sqs.delete_message(QueueUrl=url, ReceiptHandle=taken["ReceiptHandle"])
    sqs.send_message(**message, MessageBody="2")
    assert [found["Body"] for found in receive(sqs, url)] == ["2"], "its memory of sent ids is empty, too"


# -- messages ----------------------------------------------------------------------------------------------------------


def test_a_message_with_attributes_comes_back_as_it_was_sent(sqs: Client, make: Call) -> None:
    """boto3 compares the digests of the body and of the attributes itself."""
    url = make()
    attributes = {
        "text.ä": {"DataType": "String.custom", "StringValue": "grün"},
        "number": {"DataType": "Number", "StringValue": "-1.5e3"},
        "bytes": {"DataType": "Binary.png", "BinaryValue": b"\x00\xff"},
    }
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
    sent = sqs.send_message(
        QueueUrl=url, MessageBody="hällo", MessageAttributes=attributes, MessageSystemAttributes=trace
    )
    assert sent["MD5OfMessageBody"] == md5("hällo".encode()).hexdigest()
    assert len(sent["MD5OfMessageSystemAttributes"]) == 32
    [found] = receive(sqs, url, MessageAttributeNames=["All"], AttributeNames=["All"])
    assert (found["Body"], found["MessageId"]) == ("hällo", sent["MessageId"])
    assert (found["MessageAttributes"], found["MD5OfMessageAttributes"]) == (
        attributes,
        sent["MD5OfMessageAttributes"],
    )
    told = found["Attributes"]
    assert told.keys() == {
        *("SenderId", "SentTimestamp", "ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp"),
        "AWSTraceHeader",
    }
    assert told["ApproximateReceiveCount"] == "1"
    assert int(told["SentTimestamp"]) <= int(told["ApproximateFirstReceiveTimestamp"])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], set()),
        (["All"], {"Hello", "Help.Me", "General"}),
        ([".*"], {"Hello", "Help.Me", "General"}),
        (["Hel.*"], {"Hello", "Help.Me"}),
        (["Hello", "Nobody"], {"Hello"}),
        (["nothing"], set()),
    ],
)
def test_a_receiver_chooses_attributes(sqs: Client, make: Call, names: list[str], expected: set[str]) -> None:
    url = make()
    texts = {"Hello": "There", "General": "Kenobi", "Help.Me": "Me"}
    attributes = {name: {"DataType": "String", "StringValue": text} for name, text in texts.items()}
    sent = sqs.send_message(QueueUrl=url, MessageBody="msg", MessageAttributes=attributes)
    assert sent["MD5OfMessageAttributes"] == "4c360f3fdafd970e05fae2f149d997f5", "recorded on AWS"
    [found] = receive(sqs, url, MessageAttributeNames=names, MessageSystemAttributeNames=["SenderId"])
    assert found.get("MessageAttributes", {}).keys() == expected
    assert ("MD5OfMessageAttributes" in found) == bool(expected)
    assert found["Attributes"].keys() == {"SenderId"}


def test_a_hidden_message_comes_back_with_another_receipt(sqs: Client, make: Call) -> None:
    url = make()
    sqs.send_message(QueueUrl=url, MessageBody="x")
    [first] = receive(sqs, url, VisibilityTimeout=0)
    [second] = receive(sqs, url, AttributeNames=["ApproximateReceiveCount"])
    assert second["Attributes"] == {"ApproximateReceiveCount": "2"}
    assert first["ReceiptHandle"] != second["ReceiptHandle"]
    assert receive(sqs, url, WaitTimeSeconds=0) == []
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=second["ReceiptHandle"], VisibilityTimeout=0)
    assert len(receive(sqs, url)) == 1
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    sqs.delete_message(QueueUrl=url, ReceiptHandle=second["ReceiptHandle"])
    handle = second["ReceiptHandle"]
    refused(
        sqs.change_message_visibility,
        "InvalidParameterValue",
        f"Value {handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available "
        "for visibility timeout change.",
        QueueUrl=url,
        ReceiptHandle=handle,
        VisibilityTimeout=5,
    )


def test_counts_are_true(sqs: Client, make: Call) -> None:
    url = make()
    for delay in (0, 0, 0, 900):
        sqs.send_message(QueueUrl=url, MessageBody="x", DelaySeconds=delay)
    assert len(receive(sqs, url, MaxNumberOfMessages=1)) == 1
    found = attributes_of(sqs, url)
    names = ("", "NotVisible", "Delayed")
    assert [found[f"ApproximateNumberOfMessages{name}"] for name in names] == ["2", "1", "1"]


LONG = "x" * 129


@pytest.mark.parametrize(
    ("message", "code", "text"),
    [
        ({"MessageBody": ""}, "MissingParameter", "The request must contain the parameter MessageBody."),
        ({}, "MissingParameter", "The request must contain the parameter MessageBody."),
        (
            {"MessageBody": "x" * 1_048_577},
            "InvalidParameterValue",
            "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.",
        ),
        (
            {"MessageBody": "a\uffff"},
            "InvalidMessageContents",
            "Invalid binary character '#xFFFF' was found in the message body, the set of allowed characters is "
            "#x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF].",
        ),
        (
            {"MessageBody": "x", "MessageDeduplicationId": "1"},
            "InvalidParameterValue",
            "Value 1 for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is "
            "not valid for this queue type",
        ),
        (
            {"MessageBody": "x", "MessageGroupId": LONG},
            "InvalidParameterValue",
            f"Value {LONG} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include "
            "alphanumeric and punctuation characters. 1 to 128 in length.",
        ),
        (
            {"MessageBody": "x", "DelaySeconds": 901},
            "InvalidParameterValue",
            "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
        ),
        (
            {"MessageBody": "x", "MessageAttributes": {"ErrorDetails": {"DataType": "String", "StringValue": ""}}},
            "InvalidParameterValue",
            "Message (user) attribute 'ErrorDetails' must contain a non-empty value of type 'String'.",
        ),
    ],
)
def test_what_can_not_be_sent(sqs: Client, make: Call, message: dict[str, Any], code: str, text: str) -> None:
    refused(sqs.send_message, code, text, QueueUrl=make(), **message)


@pytest.mark.parametrize("name", ["AWS.x", "amazon.x", ".x", "a b", "x" * 257])
def test_names_that_a_message_attribute_can_not_have(sqs: Client, make: Call, name: str) -> None:
    attributes = {name: {"DataType": "String", "StringValue": "x"}}
    refused(sqs.send_message, "InvalidParameterValue", QueueUrl=make(), MessageBody="x", MessageAttributes=attributes)


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        (
            {"MaxNumberOfMessages": 11},
            "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
        ),
        (
            {"WaitTimeSeconds": 21},
            "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
        ),
        (
            {"WaitTimeSeconds": -1},
            "Value -1 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
        ),
    ],
)
def test_numbers_of_a_receive(sqs: Client, make: Call, parameters: dict[str, int], text: str) -> None:
    error = refused(sqs.receive_message, "InvalidParameterValue", text, QueueUrl=make(), **parameters)
    assert error["Error"]["QueryErrorCode"] == "InvalidParameterValueException"


def test_a_text_that_is_no_receipt(sqs: Client, make: Call) -> None:
    url, other = make(), make()
    text = 'The input receipt handle "garbage" is not a valid receipt handle.'
    refused(sqs.delete_message, "ReceiptHandleIsInvalid", text, QueueUrl=url, ReceiptHandle="garbage")
    sqs.send_message(QueueUrl=other, MessageBody="x")
    [found] = receive(sqs, other)
    refused(sqs.delete_message, "ReceiptHandleIsInvalid", QueueUrl=url, ReceiptHandle=found["ReceiptHandle"])


# -- batches -----------------------------------------------------------------------------------------------------------


def test_a_batch_is_sent_received_hidden_and_deleted(sqs: Client, make: Call) -> None:
    url = make()
    entries = [{"Id": str(n), "MessageBody": f"m{n}"} for n in range(10)]
    answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == [str(n) for n in range(10)]
    assert "Failed" not in answer
    found = receive(sqs, url, MaxNumberOfMessages=10)
    assert {each["Body"] for each in found} == {f"m{n}" for n in range(10)}
    handles = [{"Id": str(n), "ReceiptHandle": each["ReceiptHandle"]} for n, each in enumerate(found)]
    hidden = sqs.change_message_visibility_batch(
        QueueUrl=url, Entries=[{**entry, "VisibilityTimeout": 0} for entry in handles[:9]] + [handles[9]]
    )
    assert len(hidden["Successful"]) == 9
    assert [(e["Id"], e["Code"], e["SenderFault"]) for e in hidden["Failed"]] == [("9", "MissingParameter", True)]
    gone = sqs.delete_message_batch(QueueUrl=url, Entries=[*handles[:9], {"Id": "bad", "ReceiptHandle": "garbage"}])
    assert len(gone["Successful"]) == 9
    assert [(entry["Id"], entry["Code"]) for entry in gone["Failed"]] == [("bad", "ReceiptHandleIsInvalid")]


def test_an_entry_that_is_too_long_fails_alone(sqs: Client, make: Call) -> None:
    url = make(MaximumMessageSize="1024")
    entries = [{"Id": "long", "MessageBody": "x" * 1025}, {"Id": "short", "MessageBody": "x" * 1024}]
    answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["short"]
    text = "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes."
    assert answer["Failed"] == [{"Id": "long", "Code": "InvalidParameterValue", "Message": text, "SenderFault": True}]


AWS = "AWS.SimpleQueueService."


@pytest.mark.parametrize(
    ("entries", "code", "text"),
    [
        ([], "EmptyBatchRequest", "There should be at least one SendMessageBatchRequestEntry in the request."),
        (
            [{"Id": str(n), "MessageBody": "x"} for n in range(20)],
            "TooManyEntriesInBatchRequest",
            "Maximum number of entries per request are 10. You have sent 20.",
        ),
        ([{"Id": "a", "MessageBody": "x"}] * 2, "BatchEntryIdsNotDistinct", "Id a repeated."),
        (
            [{"Id": "a:b", "MessageBody": "x"}],
            "InvalidBatchEntryId",
            "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 "
            "letters long.",
        ),
        (
            [{"Id": "a", "MessageBody": "x" * 1_048_576}, {"Id": "b", "MessageBody": "x"}],
            "BatchRequestTooLong",
            "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.",
        ),
    ],
)
def test_batches_that_are_refused_as_a_whole(
    sqs: Client, make: Call, entries: list[dict[str, str]], code: str, text: str
) -> None:
    refused(sqs.send_message_batch, AWS + code, text, QueueUrl=make(), Entries=entries)


# -- first in, first out -----------------------------------------------------------------------------------------------


def test_groups_are_received_in_order_and_one_receiver_at_a_time(sqs: Client, make: Call) -> None:
    url = make(FifoQueue="true", ContentBasedDeduplication="true")
    numbers = []
    for n in range(3):
        sent = sqs.send_message(QueueUrl=url, MessageBody=f"a{n}", MessageGroupId="a")
        numbers.append(sent["SequenceNumber"])
    sqs.send_message(QueueUrl=url, MessageBody="b0", MessageGroupId="b")
    assert numbers == sorted(numbers)
    assert {len(number) for number in numbers} == {20}
    [first] = receive(sqs, url, AttributeNames=["All"])
    assert (first["Body"], first["Attributes"]["SequenceNumber"]) == ("a0", numbers[0])
    assert first["Attributes"].keys() >= {"MessageGroupId", "MessageDeduplicationId"}
    assert [each["Body"] for each in receive(sqs, url, MaxNumberOfMessages=10)] == ["b0"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    assert [each["Body"] for each in receive(sqs, url, MaxNumberOfMessages=10)] == ["a1", "a2"]


@pytest.mark.parametrize(("scope", "expected"), [("queue", 1), ("messageGroup", 2)])
def test_a_deduplication_id_counts_once(sqs: Client, make: Call, scope: str, expected: int) -> None:
    url = make(FifoQueue="true", DeduplicationScope=scope)
    sent = [
        sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId=group, MessageDeduplicationId="once")
        for group in ("a", "a", "b")
    ]
    assert sent[0]["MessageId"] == sent[1]["MessageId"]
    assert sent[0]["SequenceNumber"] == sent[1]["SequenceNumber"]
    found = receive(sqs, url, MaxNumberOfMessages=10)
    for each in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId="a", MessageDeduplicationId="once")
    assert len(found) == expected
    assert receive(sqs, url, WaitTimeSeconds=0) == [], "also after the first one was deleted"


def test_what_a_fifo_queue_asks_of_a_message(sqs: Client, make: Call) -> None:
    url = make(FifoQueue="true")
    refused(
        sqs.send_message,
        "MissingParameter",
        "The request must contain the parameter MessageGroupId.",
        QueueUrl=url,
        MessageBody="x",
        MessageDeduplicationId="1",
    )
    text = (
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
    )
    refused(sqs.send_message, "InvalidParameterValue", text, QueueUrl=url, MessageBody="x", MessageGroupId="g")
    refused(
        sqs.send_message_batch,
        "InvalidParameterValue",
        "The request must contain the parameter MessageGroupId.",
        QueueUrl=url,
        Entries=[{"Id": "1", "MessageBody": "x", "MessageDeduplicationId": "1"}],
    )
    refused(
        sqs.send_message,
        "InvalidParameterValue",
        "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for "
        "this queue type.",
        QueueUrl=url,
        MessageBody="x",
        MessageGroupId="g",
        MessageDeduplicationId="1",
        DelaySeconds=2,
    )


def test_a_receipt_of_a_fifo_queue_expires(sqs: Client, make: Call) -> None:
    url = make(FifoQueue="true", ContentBasedDeduplication="true")
    sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId="g")
    [found] = receive(sqs, url, VisibilityTimeout=0)
    handle = found["ReceiptHandle"]
    refused(
        sqs.delete_message,
        "InvalidParameterValue",
        f"Value {handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.",
        QueueUrl=url,
        ReceiptHandle=handle,
    )


def test_an_attempt_that_is_repeated_gives_the_same_messages(sqs: Client, make: Call) -> None:
    url = make(FifoQueue="true", ContentBasedDeduplication="true")
    for n in range(2):
        sqs.send_message(QueueUrl=url, MessageBody=str(n), MessageGroupId="g")
    first = receive(sqs, url, MaxNumberOfMessages=10, ReceiveRequestAttemptId="try")
    again = receive(sqs, url, MaxNumberOfMessages=10, ReceiveRequestAttemptId="try")
    assert [each["ReceiptHandle"] for each in first] == [each["ReceiptHandle"] for each in again]
    assert receive(sqs, url, WaitTimeSeconds=0, ReceiveRequestAttemptId="other") == []


# -- dead letters ------------------------------------------------------------------------------------------------------


def test_a_message_received_too_often_goes_to_the_dead_letters(sqs: Client, make: Call) -> None:
    dead = make("dead")
    redrive = {"deadLetterTargetArn": arn_of(sqs, dead), "maxReceiveCount": "1"}
    url = make(RedrivePolicy=json.dumps(redrive))
    assert json.loads(attributes_of(sqs, url)["RedrivePolicy"]) == {**redrive, "maxReceiveCount": 1}
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [url]
    sent = sqs.send_message(QueueUrl=url, MessageBody="poison")
    assert len(receive(sqs, url, VisibilityTimeout=0)) == 1
    assert receive(sqs, url, WaitTimeSeconds=0) == []
    [found] = receive(sqs, dead, AttributeNames=["All"])
    assert (found["MessageId"], found["Body"]) == (sent["MessageId"], "poison")
    assert found["Attributes"]["ApproximateReceiveCount"] == "2"
    assert found["Attributes"]["DeadLetterQueueSourceArn"] == arn_of(sqs, url)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": ""})
    assert "RedrivePolicy" not in attributes_of(sqs, url)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}", "Redrive policy does not contain mandatory attribute: maxReceiveCount."),
        ('{"maxReceiveCount": 5}', "Redrive policy does not contain mandatory attribute: deadLetterTargetArn."),
        ('{"deadLetterTargetArn": "dummy", "maxReceiveCount": 42}', "Invalid value for deadLetterTargetArn."),
        (
            '{"deadLetterTargetArn": "arn:aws:sns:us-east-1:000000000000:t", "maxReceiveCount": 5}',
            "Only SQS queues are valid resources for deadLetterTargetArn.",
        ),
        (
            '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:q", "maxReceiveCount": 4023}',
            "Invalid value for maxReceiveCount: 4023, valid values are from 1 to 1000 both inclusive.",
        ),
    ],
)
def test_redrive_policies_that_are_refused(sqs: Client, make: Call, text: str, reason: str) -> None:
    refused(
        sqs.set_queue_attributes,
        "InvalidParameterValue",
        f"Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}",
        QueueUrl=make(),
        Attributes={"RedrivePolicy": text},
    )


def test_a_queue_chooses_whose_dead_letters_it_takes(sqs: Client, make: Call) -> None:
    url, dead = make(), make(RedriveAllowPolicy='{"redrivePermission":"denyAll"}')
    wanted = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn_of(sqs, dead), "maxReceiveCount": 1})}
    refused(sqs.set_queue_attributes, "InvalidParameterValue", QueueUrl=url, Attributes=wanted)
    allow = {"redrivePermission": "byQueue", "sourceQueueArns": [arn_of(sqs, url)]}
    sqs.set_queue_attributes(QueueUrl=dead, Attributes={"RedriveAllowPolicy": json.dumps(allow)})
    sqs.set_queue_attributes(QueueUrl=url, Attributes=wanted)


def test_only_a_dead_letter_queue_can_be_moved(sqs: Client, make: Call) -> None:
    arn = arn_of(sqs, make())
    text = "Source queue must be configured as a Dead Letter Queue."
    refused(sqs.start_message_move_task, "InvalidParameterValue", text, SourceArn=arn)
    text = "The resource that you specified for the SourceArn parameter doesn't exist."
    error = refused(sqs.start_message_move_task, "ResourceNotFoundException", text, SourceArn=arn + "-none")
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 404
    text = "Value for parameter TaskHandle is invalid."
    refused(sqs.cancel_message_move_task, "InvalidParameterValue", text, TaskHandle="foobared")


# -- permissions -------------------------------------------------------------------------------------------------------


def test_permissions_are_added_and_taken_away_by_label(sqs: Client, make: Call) -> None:
    url = make()
    arn = arn_of(sqs, url)
    account = arn.split(":")[4]
    added = {"QueueUrl": url, "Label": "one", "AWSAccountIds": [account], "Actions": ["ReceiveMessage"]}
    sqs.add_permission(**added)
    assert json.loads(attributes_of(sqs, url, "Policy")["Policy"]) == {
        "Version": "2008-10-17",
        "Id": f"{arn}/SQSDefaultPolicy",
        "Statement": [
            {
                "Sid": "one",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": "SQS:ReceiveMessage",
                "Resource": arn,
            }
        ],
    }
    text = "Value one for parameter Label is invalid. Reason: Already exists."
    refused(sqs.add_permission, "InvalidParameterValue", text, **added)
    text = "Value two for parameter Label is invalid. Reason: can't find label."
    refused(sqs.remove_permission, "InvalidParameterValue", text, QueueUrl=url, Label="two")
    sqs.remove_permission(QueueUrl=url, Label="one")
    assert attributes_of(sqs, url, "Policy") == {}
