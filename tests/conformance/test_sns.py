"""SNS by boto3 alone: topics, subscriptions, publishing, and AWS's refusals."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conformance.conftest import Client, refused, unique

INVALID = "InvalidParameter"
NO_VALUE = "Reason: no value for required parameter"


@pytest.fixture(scope="session")
def sns(connect: Callable[..., Client]) -> Client:
    return connect("sns")


@pytest.fixture
def topic(sns: Client) -> Iterator[str]:
    arn: str = sns.create_topic(Name=unique("topic"))["TopicArn"]
    yield arn
    sns.delete_topic(TopicArn=arn)


def queue_arn(topic: str, name: str = "nobody") -> str:
    """The ARN of a queue that need not exist."""
    return ":".join([*topic.replace(":sns:", ":sqs:").split(":")[:5], name])


def subscribed(sns: Client, topic: str, **attributes: str) -> str:
    answer = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn(topic), Attributes=attributes)
    arn: str = answer["SubscriptionArn"]
    return arn


class TestTopics:
    def test_a_new_topic_has_the_default_attributes(self, sns: Client, topic: str) -> None:
        attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
        owner = topic.split(":")[4]
        policy, delivery = json.loads(attributes.pop("Policy")), json.loads(attributes.pop("EffectiveDeliveryPolicy"))
        assert attributes == {
            "DisplayName": "",
            "Owner": owner,
            "SubscriptionsConfirmed": "0",
            "SubscriptionsDeleted": "0",
            "SubscriptionsPending": "0",
            "TopicArn": topic,
        }
        assert delivery == {
            "http": {
                "defaultHealthyRetryPolicy": {
                    "minDelayTarget": 20,
                    "maxDelayTarget": 20,
                    "numRetries": 3,
                    "numMaxDelayRetries": 0,
                    "numNoDelayRetries": 0,
                    "numMinDelayRetries": 0,
                    "backoffFunction": "linear",
                },
                "disableSubscriptionOverrides": False,
                "defaultRequestPolicy": {"headerContentType": "text/plain; charset=UTF-8"},
            }
        }
        (statement,) = policy["Statement"]
        assert (policy["Version"], policy["Id"]) == ("2008-10-17", "__default_policy_ID")
        assert statement["Principal"] == {"AWS": "*"}
        assert statement["Condition"] == {"StringEquals": {"AWS:SourceOwner": owner}}
        assert statement["Action"] == [
            *("SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission"),
            *("SNS:DeleteTopic", "SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish"),
        ]

    def test_creating_again_needs_the_same_attributes_and_tags(self, sns: Client) -> None:
        name, tags = unique("topic"), [{"Key": "k", "Value": "v"}]
        arn = sns.create_topic(Name=name, Attributes={"DisplayName": "one"}, Tags=tags)["TopicArn"]
        assert sns.create_topic(Name=name)["TopicArn"] == arn
        assert sns.create_topic(Name=name, Attributes={"DisplayName": "one"}, Tags=tags)["TopicArn"] == arn
        other = "Invalid parameter: Attributes Reason: Topic already exists with different attributes"
        refused(sns.create_topic, INVALID, other, Name=name, Attributes={"DisplayName": "two"})
        refused(sns.create_topic, INVALID, other, Name=name, Attributes={"SignatureVersion": "2"})
        other = "Invalid parameter: Tags Reason: Topic already exists with different tags"
        refused(sns.create_topic, INVALID, other, Name=name, Tags=[*tags, {"Key": "l", "Value": "w"}])
        sns.delete_topic(TopicArn=arn)
        sns.delete_topic(TopicArn=arn)

    @pytest.mark.parametrize("name", ["", "a" * 257, "bad:name", "bad;name", "bad name", "bad!name", "test.fifo"])
    def test_a_name_has_its_characters(self, sns: Client, name: str) -> None:
        refused(sns.create_topic, INVALID, "Invalid parameter: Topic Name", Name=name)

    def test_attributes_are_set_one_by_one(self, sns: Client, topic: str) -> None:
        def put(name: str, value: str) -> dict[str, str]:
            sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue=value)
            found: dict[str, str] = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
            return found

        assert put("DisplayName", "shown")["DisplayName"] == "shown"
        assert put("SignatureVersion", "2")["SignatureVersion"] == "2"
        retry = {"minDelayTarget": 5, "maxDelayTarget": 6, "numRetries": 1}
        found = put("DeliveryPolicy", json.dumps({"http": {"defaultHealthyRetryPolicy": retry}}))
        kept = {"http": {"defaultHealthyRetryPolicy": retry, "disableSubscriptionOverrides": False}}
        assert json.loads(found["DeliveryPolicy"]) == kept
        effective = json.loads(found["EffectiveDeliveryPolicy"])["http"]["defaultHealthyRetryPolicy"]
        assert (effective["numRetries"], effective["backoffFunction"]) == (1, "linear")
        assert "DeliveryPolicy" not in put("DeliveryPolicy", "")
        wrong = {"TopicArn": topic, "AttributeName": "FifoTopic", "AttributeValue": "false"}
        refused(sns.set_topic_attributes, INVALID, "Invalid parameter: AttributeName", **wrong)

    def test_what_is_no_topic(self, sns: Client, topic: str) -> None:
        get = sns.get_topic_attributes
        response = refused(get, "NotFound", "Topic does not exist", TopicArn=f"{topic}x")
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 404
        text = "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not "
        refused(get, INVALID, f"{text}1", TopicArn="randomstring")
        refused(get, INVALID, f"{text}5", TopicArn="arn:aws:sns:us-east-1:random")
        elsewhere = topic.replace(":us-east-1:", ":eu-west-1:")
        for call, more in ((get, {}), (sns.delete_topic, {}), (sns.publish, {"Message": "x"})):
            refused(call, INVALID, "Invalid parameter: TopicArn", TopicArn=elsewhere, **more)

    def test_lists_have_a_hundred_entries(self, sns: Client) -> None:
        base = unique("page")
        arns = {sns.create_topic(Name=f"{base}-{n}")["TopicArn"] for n in range(101)}
        pages = list(sns.get_paginator("list_topics").paginate())
        listed = [one["TopicArn"] for page in pages for one in page["Topics"]]
        assert arns <= set(listed)
        assert len(listed) == len(set(listed))
        assert all(len(page["Topics"]) == 100 for page in pages[:-1])
        for arn in arns:
            sns.delete_topic(TopicArn=arn)

    def test_tags(self, sns: Client, topic: str) -> None:
        sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "k1", "Value": "v1"}, {"Key": "k2", "Value": "v2"}])
        sns.untag_resource(ResourceArn=topic, TagKeys=["k1"])
        sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "k2", "Value": "v2b"}])
        assert sns.list_tags_for_resource(ResourceArn=topic)["Tags"] == [{"Key": "k2", "Value": "v2b"}]
        twice = [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]
        text = "Invalid parameter: Duplicated keys are not allowed."
        refused(sns.tag_resource, INVALID, text, ResourceArn=topic, Tags=twice)
        refused(sns.list_tags_for_resource, "ResourceNotFound", ResourceArn=f"{topic}x")


class TestFifo:
    """First-in-first-out topics."""

    @pytest.fixture
    def ordered(self, sns: Client) -> Iterator[str]:
        arn: str = sns.create_topic(Name=unique("t") + ".fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
        yield arn
        sns.delete_topic(TopicArn=arn)

    def test_name_and_attribute_go_together(self, sns: Client, ordered: str) -> None:
        attributes = sns.get_topic_attributes(TopicArn=ordered)["Attributes"]
        assert (attributes["FifoTopic"], attributes["ContentBasedDeduplication"]) == ("true", "false")
        wrong = "Invalid parameter: Topic Name"
        refused(sns.create_topic, INVALID, wrong, Name="test", Attributes={"FifoTopic": "true"})
        refused(sns.create_topic, INVALID, wrong, Name="test.fifo")

    def test_a_message_has_a_group_and_is_told_from_others(self, sns: Client, ordered: str) -> None:
        text = "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"
        refused(sns.publish, INVALID, text, TopicArn=ordered, Message="x")
        text = (
            "Invalid parameter: The topic should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        )
        asked = {"TopicArn": ordered, "Message": "x", "MessageGroupId": "g"}
        refused(sns.publish, INVALID, text, **asked)
        first = sns.publish(**asked, MessageDeduplicationId="1")
        again = sns.publish(**asked, MessageDeduplicationId="1")
        other = sns.publish(**asked, MessageDeduplicationId="2")
        assert again["MessageId"] == first["MessageId"] != other["MessageId"]
        assert int(again["SequenceNumber"]) == int(first["SequenceNumber"]) < int(other["SequenceNumber"])

    def test_queues_subscribe_and_their_dead_letters_are_of_their_kind(self, sns: Client, ordered: str) -> None:
        def subscribe(name: str) -> str:
            asked = {"TopicArn": ordered, "Protocol": "sqs", "Endpoint": queue_arn(ordered, name)}
            arn: str = sns.subscribe(**asked)["SubscriptionArn"]
            return arn

        def redrive(arn: str) -> dict[str, str]:
            value = json.dumps({"deadLetterTargetArn": queue_arn(ordered, "dead")})
            return {"SubscriptionArn": arn, "AttributeName": "RedrivePolicy", "AttributeValue": value}

        sns.set_subscription_attributes(**redrive(subscribe("standard")))
        text = "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
        asked = redrive(subscribe("q.fifo"))
        refused(sns.set_subscription_attributes, INVALID, f"Invalid parameter: {text}", **asked)


class TestPermissions:
    def test_statements_are_added_and_taken_away(self, sns: Client, topic: str) -> None:
        owner = topic.split(":")[4]
        asked = {"TopicArn": topic, "Label": "test", "AWSAccountId": [owner]}
        sns.add_permission(**asked, ActionName=["Publish", "Subscribe"])
        policy = json.loads(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
        assert policy["Statement"][1] == {
            "Sid": "test",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{owner}:root"},
            "Action": ["SNS:Publish", "SNS:Subscribe"],
            "Resource": topic,
        }
        add = sns.add_permission
        refused(add, INVALID, "Invalid parameter: Statement already exists", **asked, ActionName=["Publish"])
        text = "Invalid parameter: Policy statement action out of service scope!"
        refused(add, INVALID, text, **{**asked, "Label": "other"}, ActionName=["InvalidAction"])
        refused(add, "NotFound", "Topic does not exist", **{**asked, "TopicArn": f"{topic}x"}, ActionName=["Publish"])
        sns.remove_permission(TopicArn=topic, Label="test")
        sns.remove_permission(TopicArn=topic, Label="test")
        policy = json.loads(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
        assert [one["Sid"] for one in policy["Statement"]] == ["__default_statement_ID"]


class TestSubscriptions:
    def test_a_queue_is_subscribed_at_once(self, sns: Client, topic: str) -> None:
        arn = subscribed(sns, topic)
        assert arn.rpartition(":")[0] == topic
        attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        principal = attributes.pop("SubscriptionPrincipal")
        assert principal.startswith("arn:aws:iam::")
        shown = {"Owner": topic.split(":")[4], "Protocol": "sqs", "Endpoint": queue_arn(topic), "TopicArn": topic}
        assert attributes == {
            **shown,
            "ConfirmationWasAuthenticated": "true",
            "PendingConfirmation": "false",
            "RawMessageDelivery": "false",
            "SubscriptionArn": arn,
        }
        listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        assert listed == [{**shown, "SubscriptionArn": arn}]
        assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SubscriptionsConfirmed"] == "1"
        sns.unsubscribe(SubscriptionArn=arn)
        sns.unsubscribe(SubscriptionArn=arn)
        assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []
        get, missing = sns.get_subscription_attributes, "Subscription does not exist"
        refused(get, "NotFound", missing, SubscriptionArn=arn)

    def test_subscribing_again_answers_the_same_subscription(self, sns: Client, topic: str) -> None:
        arn = subscribed(sns, topic, RawMessageDelivery="true")
        assert subscribed(sns, topic, RawMessageDelivery="true") == arn
        assert subscribed(sns, topic) == arn
        asked = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue_arn(topic)}
        text = "Invalid parameter: Attributes Reason: Subscription already exists with different attributes"
        refused(sns.subscribe, INVALID, text, **asked, Attributes={"RawMessageDelivery": "false"})

    @pytest.mark.parametrize(
        ("protocol", "endpoint", "text"),
        [
            ("test-protocol", "x", "Amazon SNS does not support this protocol string: test-protocol"),
            ("sqs", "https://sqs.us-east-1.amazonaws.com/000000000000/q", "SQS endpoint ARN"),
            ("http", "https://example.org/", "Endpoint must match the specified protocol"),
            ("email", "nobody", "Email address"),
        ],
    )
    def test_an_endpoint_is_one_of_its_protocol(
        self, sns: Client, topic: str, protocol: str, endpoint: str, text: str
    ) -> None:
        asked = {"TopicArn": topic, "Protocol": protocol, "Endpoint": endpoint}
        refused(sns.subscribe, INVALID, f"Invalid parameter: {text}", **asked)

    def test_first_in_first_out_queues_need_such_topics(self, sns: Client, topic: str) -> None:
        text = "Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics"
        asked = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue_arn(topic, "q.fifo")}
        refused(sns.subscribe, INVALID, f"Invalid parameter: Invalid parameter: {text}", **asked)

    def test_attributes_are_checked(self, sns: Client, topic: str) -> None:
        asked = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue_arn(topic)}
        wrong = "RawMessageDelivery: Invalid value [wrongvalue]. Must be true or false."
        text = f"Invalid parameter: Attributes Reason: {wrong}"
        refused(sns.subscribe, INVALID, text, **asked, Attributes={"RawMessageDelivery": "wrongvalue"})
        arn = subscribed(sns, topic)

        def put(name: str, value: str) -> dict[str, Any]:
            return {"SubscriptionArn": arn, "AttributeName": name, "AttributeValue": value}

        change = sns.set_subscription_attributes
        for request, text in (
            (put("FakeAttribute", "x"), "AttributeName"),
            (put("RawMessageDelivery", ""), "RawMessageDelivery: Invalid value []. Must be true or false."),
            (
                put("RedrivePolicy", json.dumps({"deadLetterTargetArn": "fake-arn"})),
                "RedrivePolicy: deadLetterTargetArn is an invalid arn",
            ),
            (
                put("FilterPolicyScope", "RandomValue"),
                "FilterPolicyScope: Invalid value [RandomValue]. Please use either MessageBody or MessageAttributes",
            ),
            (
                put("FilterPolicy", '{"a":{"b":["c"]}}'),
                "Filter policy scope MessageAttributes does not support nested filter policy",
            ),
            (
                put("FilterPolicy", '{"key_a":"value_one"}'),
                'FilterPolicy: "key_a" must be an object or an array\n at [Source: (String)"{"key_a":"value_one"}"; '
                "line: 1, column: 11]",
            ),
            (
                put("RedrivePolicy", "{invalidjson}"),
                "RedrivePolicy: failed to parse JSON. Unexpected character ('i' (code 105)): was expecting "
                "double-quote to start field name\n at [Source: REDACTED "
                "(`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 2]",
            ),
        ):
            refused(change, INVALID, f"Invalid parameter: {text}", **request)

    def test_a_filter_is_shown_with_its_scope(self, sns: Client, topic: str) -> None:
        arn = subscribed(sns, topic)

        def put(name: str, value: str) -> dict[str, str]:
            sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName=name, AttributeValue=value)
            found: dict[str, str] = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
            return {key: text for key, text in found.items() if key.startswith("Filter")}

        assert put("FilterPolicyScope", "MessageBody") == {}
        policy = '{"object": {"key": [{"prefix": "auto-"}]}}'
        assert put("FilterPolicy", policy) == {"FilterPolicy": policy, "FilterPolicyScope": "MessageBody"}
        assert put("FilterPolicy", "") == {}

    def test_arns_of_no_subscription(self, sns: Client, topic: str) -> None:
        text = "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not "
        refused(sns.unsubscribe, INVALID, f"{text}1", SubscriptionArn="randomstring")
        refused(sns.unsubscribe, INVALID, f"{text}5", SubscriptionArn="arn:aws:sns:us-east-1:random")
        refused(sns.unsubscribe, INVALID, "Invalid parameter: SubscriptionId", SubscriptionArn=topic)
        refused(sns.unsubscribe, INVALID, f"Invalid parameter: SubscriptionArn {NO_VALUE}")

    def test_tokens_that_are_none(self, sns: Client, topic: str) -> None:
        refused(sns.confirm_subscription, INVALID, "Invalid token", TopicArn=topic, Token="randomtoken")
        token = "51b2ff3edb475b7d" * 18
        refused(sns.confirm_subscription, INVALID, "Invalid parameter: Token", TopicArn=topic, Token=token)


class TestPublishing:
    def test_refusals_of_messages(self, sns: Client, topic: str) -> None:
        for text, request in (
            ("Empty message", {"Message": ""}),
            ("Message too long", {"Message": "x" * 262_145}),
            ("Subject", {"Message": "x", "Subject": ""}),
            ("Subject", {"Message": "x", "Subject": "two\nlines"}),
            (
                "Message Structure - No default entry in JSON message body",
                {"Message": "{}", "MessageStructure": "json"},
            ),
            ("Message Structure - JSON message body failed to parse", {"Message": "x", "MessageStructure": "json"}),
            (
                "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not "
                "valid for this topic type",
                {"Message": "x", "MessageDeduplicationId": "1"},
            ),
        ):
            refused(sns.publish, INVALID, f"Invalid parameter: {text}", TopicArn=topic, **request)
        refused(sns.publish, "NotFound", "Topic does not exist", TopicArn=f"{topic}x", Message="x")
        target = ":".join([*topic.split(":")[:5], "endpoint/APNS/a/b"])
        text = "Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified"
        refused(sns.publish, INVALID, text, TargetArn=target, Message="x")

    def test_attributes_count_against_the_limit(self, sns: Client, topic: str) -> None:
        attributes = {"attr1": {"DataType": "Number", "StringValue": "1"}}
        room = 262_144 - len("attr1" + "Number" + "1")
        asked = {"TopicArn": topic, "MessageAttributes": attributes}
        refused(sns.publish, INVALID, "Invalid parameter: Message too long", Message="x" * (room + 1), **asked)
        assert sns.publish(Message="x" * room, **asked)["MessageId"]

    @pytest.mark.parametrize(
        ("name", "attribute", "text"),
        [
            (
                "attr1",
                {"DataType": "String"},
                "The message attribute 'attr1' must contain non-empty message attribute value for message attribute "
                "type 'String'.",
            ),
            (
                "attr1",
                {"DataType": "Number", "BinaryValue": b"1"},
                "The message attribute 'attr1' with type 'Number' must use field 'String'.",
            ),
            (
                "attr1",
                {"DataType": "Binary", "StringValue": "1"},
                "The message attribute 'attr1' with type 'Binary' must use field 'Binary'.",
            ),
            (
                "attr1",
                {"DataType": "Stringprefixed", "StringValue": "1"},
                "The message attribute 'attr1' has an invalid message attribute type, the set of supported type "
                "prefixes is Binary, Number, and String.",
            ),
            (
                "a" * 257,
                {"DataType": "String", "StringValue": "1"},
                "Length of message attribute name must be less than 256 bytes.",
            ),
            (
                "a^*?",
                {"DataType": "String", "StringValue": "1"},
                "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. Can only include "
                "alphanumeric characters, hyphens, underscores, or dots.",
            ),
            (
                ".abc",
                {"DataType": "String", "StringValue": "1"},
                "Invalid message attribute name starting with character '.' was found.",
            ),
            (
                "a..bc",
                {"DataType": "String", "StringValue": "1"},
                "Message attribute name can not have successive '.' character.",
            ),
        ],
    )
    def test_refusals_of_attributes(
        self, sns: Client, topic: str, name: str, attribute: dict[str, Any], text: str
    ) -> None:
        asked = {"Message": "x", "MessageAttributes": {name: attribute}}
        refused(sns.publish, "ParameterValueInvalid", text, TopicArn=topic, **asked)
        entries = [{"Id": "1", **asked}, {"Id": "3", "Message": "fine"}]
        batch = {"TopicArn": topic, "PublishBatchRequestEntries": entries}
        refused(sns.publish_batch, "ParameterValueInvalid", text, **batch)

    def test_an_attribute_has_a_type(self, sns: Client, topic: str) -> None:
        attributes = {"attr1": {"StringValue": "value"}}
        text = (
            "1 validation error detected: Value null at '{}messageAttributes.attr1.member.dataType' failed to satisfy "
            "constraint: Member must not be null"
        )
        asked = {"Message": "x", "MessageAttributes": attributes}
        refused(sns.publish, "ValidationError", text.format(""), TopicArn=topic, **asked)
        batch = {"TopicArn": topic, "PublishBatchRequestEntries": [{"Id": "1", **asked}]}
        at = "publishBatchRequestEntries.1.member."
        refused(sns.publish_batch, "ValidationError", text.format(at), **batch)

    @pytest.mark.parametrize(
        ("code", "text", "entries"),
        [
            (
                "TooManyEntriesInBatchRequest",
                "The batch request contains more entries than permissible.",
                [{"Id": str(n), "Message": "x"} for n in range(11)],
            ),
            (
                "BatchEntryIdsNotDistinct",
                "Two or more batch entries in the request have the same Id.",
                [{"Id": "1", "Message": "x"}] * 2,
            ),
            (
                "InvalidBatchEntryId",
                "The Id of a batch entry in the batch request contains an impermissible character: message.id",
                [{"Id": "message.id", "Message": "x"}],
            ),
            (
                "InvalidBatchEntryId",
                f"The Id of a batch entry in the batch request is too long: {'a' * 81}",
                [{"Id": "a" * 81, "Message": "x"}],
            ),
            (
                "BatchRequestTooLong",
                "The length of all the messages put together is more than the limit.",
                [{"Id": "1", "Message": "x" * 131_072}, {"Id": "2", "Message": "x" * 131_073}],
            ),
        ],
    )
    def test_refusals_of_batches(
        self, sns: Client, topic: str, code: str, text: str, entries: list[dict[str, str]]
    ) -> None:
        refused(sns.publish_batch, code, text, TopicArn=topic, PublishBatchRequestEntries=entries)
