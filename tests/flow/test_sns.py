"""Messages from Publish to whoever subscribed: queues, functions, endpoints, mailboxes."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import make_function, unique
from tests.flow.listeners import Endpoint, endpoint, mail_server

ACCOUNT = "000000000000"


class World:
    """Clients, and a topic of the test's own."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.sns, self.sqs = server.client("sns"), server.client("sqs")
        self.topic: str = self.sns.create_topic(Name=unique("topic"))["TopicArn"]

    def queue(self, *topics: str, allowed: bool = True) -> tuple[str, str]:
        """A queue that SNS may send this topic's (or these topics') messages to: its URL and ARN."""
        url = self.sqs.create_queue(QueueName=unique("queue"))["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        if allowed:
            statement = {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": topics or self.topic}},
            }
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return url, arn

    def subscribe(self, protocol: str, to: str, **attributes: str) -> str:
        asked = {"TopicArn": self.topic, "Protocol": protocol, "Endpoint": to, "ReturnSubscriptionArn": True}
        arn: str = self.sns.subscribe(**asked, Attributes=attributes)["SubscriptionArn"]
        return arn

    def publish(self, message: str, **more: Any) -> str:
        id: str = self.sns.publish(TopicArn=self.topic, Message=message, **more)["MessageId"]
        return id

    def received(self, url: str) -> dict[str, Any]:
        """The next message of a queue; waits for it."""
        asked = {"QueueUrl": url, "WaitTimeSeconds": 10, "MessageAttributeNames": ["All"]}
        (message,) = wait_until("the message", lambda: self.sqs.receive_message(**asked).get("Messages"))
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return dict(message)

    def is_empty(self, url: str) -> bool:
        return "Messages" not in self.sqs.receive_message(QueueUrl=url)


@pytest.fixture
def world(server: RunningServer) -> World:
    return World(server)


@pytest.fixture
def web() -> Iterator[Endpoint]:
    with endpoint() as made:
        yield made


def get(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        return str(answer.read().decode())


def confirmed(world: World, web: Endpoint, **attributes: str) -> str:
    """An endpoint's subscription, confirmed by the link that it was sent."""
    arn = world.subscribe("http", f"{web.url}/hook", **attributes)
    asked = wait_until("the question", lambda: web.of_type("SubscriptionConfirmation"))[-1]
    get(json.loads(asked.body)["SubscribeURL"])
    return arn


def is_signed(members: dict[str, Any], folder: Path) -> bool:
    """Whether OpenSSL, which shares no code with the server's signature, finds the message signed as AWS says."""
    notified = members["Type"] == "Notification"
    names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    if not notified:
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join(f"{name}\n{members[name]}\n" for name in names if name in members)
    url = members.get("SigningCertURL") or members["SigningCertUrl"]
    for name, content in (("cert", get(url).encode()), ("sig", base64.b64decode(members["Signature"]))):
        (folder / name).write_bytes(content)
    key = subprocess.run(
        ["openssl", "x509", "-in", folder / "cert", "-pubkey", "-noout"], capture_output=True, check=True
    )
    (folder / "key").write_bytes(key.stdout)
    digest = {"1": "-sha1", "2": "-sha256"}[members["SignatureVersion"]]
    command = ["openssl", "dgst", digest, "-verify", folder / "key", "-signature", folder / "sig"]
    return subprocess.run(command, input=text.encode(), capture_output=True, check=False).returncode == 0


def test_a_queue_gets_an_envelope(world: World, tmp_path: Path) -> None:
    url, queue = world.queue()
    subscription = world.subscribe("sqs", queue)
    attributes = {
        "n": {"DataType": "Number", "StringValue": "1"},
        "b": {"DataType": "Binary", "BinaryValue": b"\x02\x03"},
    }
    id = world.publish("hello", Subject="a subject", MessageAttributes=attributes)
    message = world.received(url)
    assert "MessageAttributes" not in message
    body = json.loads(message["Body"])
    assert list(body) == [
        *("Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature"),
        *("SigningCertURL", "UnsubscribeURL", "MessageAttributes"),
    ]
    assert (body["Type"], body["MessageId"], body["TopicArn"]) == ("Notification", id, world.topic)
    assert (body["Subject"], body["Message"]) == ("a subject", "hello")
    assert body["MessageAttributes"] == {
        "n": {"Type": "Number", "Value": "1"},
        "b": {"Type": "Binary", "Value": "AgM="},
    }
    assert body["UnsubscribeURL"].endswith(f"/?Action=Unsubscribe&SubscriptionArn={subscription}")
    assert message["Body"].startswith('{\n  "Type" : "Notification",\n  "MessageId" : "')
    assert is_signed(body, tmp_path)
    assert not is_signed({**body, "Message": "another"}, tmp_path)


def test_a_raw_message_comes_as_it_is(world: World) -> None:
    url, queue = world.queue()
    world.subscribe("sqs", queue, RawMessageDelivery="true")
    world.publish("hello", MessageAttributes={"color": {"DataType": "String", "StringValue": "red"}})
    message = world.received(url)
    assert message["Body"] == "hello"
    assert message["MessageAttributes"] == {"color": {"StringValue": "red", "DataType": "String"}}


def test_filters_of_attributes_and_bodies_decide_who_gets_what(world: World) -> None:
    by_attribute, by_body = world.queue(), world.queue()
    raw = {"RawMessageDelivery": "true"}
    world.subscribe("sqs", by_attribute[1], FilterPolicy=json.dumps({"size": [{"numeric": [">", 10]}]}), **raw)
    policy = json.dumps({"order": {"state": ["paid"]}})
    world.subscribe("sqs", by_body[1], FilterPolicy=policy, FilterPolicyScope="MessageBody", **raw)
    paid, open_order = (json.dumps({"order": {"state": state}}) for state in ("paid", "open"))
    world.publish(paid, MessageAttributes={"size": {"DataType": "Number", "StringValue": "5"}})
    world.publish(open_order, MessageAttributes={"size": {"DataType": "Number", "StringValue": "11"}})
    world.publish("no JSON")
    assert world.received(by_attribute[0])["Body"] == open_order
    assert world.received(by_body[0])["Body"] == paid
    assert world.is_empty(by_attribute[0])
    assert world.is_empty(by_body[0])


def test_a_batch_and_texts_by_protocol(world: World) -> None:
    url, queue = world.queue()
    world.subscribe("sqs", queue, RawMessageDelivery="true")
    texts = json.dumps({"default": "for all", "sqs": "for queues"})
    entries = [{"Id": "a", "Message": "first"}, {"Id": "b", "Message": texts, "MessageStructure": "json"}]
    answer = world.sns.publish_batch(TopicArn=world.topic, PublishBatchRequestEntries=entries)
    assert [one["Id"] for one in answer["Successful"]] == ["a", "b"]
    assert {world.received(url)["Body"] for _ in entries} == {"first", "for queues"}


def test_a_queue_that_does_not_let_sns_in_gets_nothing_and_the_dead_letter_queue_does(world: World) -> None:
    url, queue = world.queue(allowed=False)
    dead, dead_arn = world.queue()
    world.subscribe("sqs", queue, RedrivePolicy=json.dumps({"deadLetterTargetArn": dead_arn}))
    world.publish("hello")
    assert json.loads(world.received(dead)["Body"])["Message"] == "hello"
    assert world.is_empty(url)
    other = world.queue("arn:aws:sns:us-east-1:000000000000:another")
    world.subscribe("sqs", other[1], RedrivePolicy=json.dumps({"deadLetterTargetArn": dead_arn}))
    world.publish("again")
    assert [json.loads(world.received(dead)["Body"])["Message"] for _ in range(2)] == ["again", "again"]
    assert world.is_empty(other[0])


def test_a_queue_that_is_gone_leaves_its_message_to_the_dead_letter_queue(world: World) -> None:
    url, queue = world.queue()
    dead, dead_arn = world.queue()
    raw = {"RawMessageDelivery": "true", "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_arn})}
    world.subscribe("sqs", queue, **raw)
    world.sqs.delete_queue(QueueUrl=url)
    world.publish("hello", MessageAttributes={"b": {"DataType": "Binary", "BinaryValue": b"\x02"}})
    message = world.received(dead)
    assert message["Body"] == "hello"
    assert message["MessageAttributes"]["b"]["BinaryValue"] == b"\x02"


FUNCTION = """
import boto3, json, os
def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(event))
"""


def test_a_function_is_called_if_its_policy_lets_sns_in(world: World, tmp_path: Path) -> None:
    url, queue = world.queue()
    iam, client = world.server.client("iam"), world.server.client("lambda")
    name = make_function(world.server, "listener", FUNCTION, Environment={"Variables": {"QUEUE": url}})
    about = client.get_function(FunctionName=name)["Configuration"]
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue}
    role = about["Role"].rpartition("/")[2]
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName="send", PolicyDocument=document)
    dead, dead_arn = world.queue()
    redrive = json.dumps({"deadLetterTargetArn": dead_arn})
    subscription = world.subscribe("lambda", about["FunctionArn"], RedrivePolicy=redrive)
    world.publish("not allowed yet")
    assert json.loads(world.received(dead)["Body"])["Message"] == "not allowed yet"
    client.add_permission(
        FunctionName=name,
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=world.topic,
    )
    world.publish("hello", MessageAttributes={"color": {"DataType": "String", "StringValue": "red"}})
    event = json.loads(world.received(url)["Body"])
    (record,) = event["Records"]
    assert (record["EventSource"], record["EventVersion"]) == ("aws:sns", "1.0")
    assert record["EventSubscriptionArn"] == subscription
    message = record["Sns"]
    assert (message["Type"], message["Message"], message["Subject"]) == ("Notification", "hello", None)
    assert message["MessageAttributes"] == {"color": {"Type": "String", "Value": "red"}}
    assert {"SigningCertUrl", "UnsubscribeUrl"} <= message.keys()
    assert is_signed({key: value for key, value in message.items() if value is not None}, tmp_path)


def test_an_endpoint_is_asked_and_then_told(world: World, web: Endpoint, tmp_path: Path) -> None:
    subscription = world.subscribe("http", f"{web.url}/hook")
    world.publish("too early")
    asked = wait_until("the question", lambda: web.requests)[0]
    assert asked.path == "/hook"
    assert asked.headers["x-amz-sns-message-type"] == "SubscriptionConfirmation"
    assert asked.headers["x-amz-sns-topic-arn"] == world.topic
    assert asked.headers["content-type"] == "text/plain; charset=UTF-8"
    assert asked.headers["user-agent"] == "Amazon Simple Notification Service Agent"
    assert "x-amz-sns-subscription-arn" not in asked.headers
    question = json.loads(asked.body)
    assert question["MessageId"] == asked.headers["x-amz-sns-message-id"]
    assert is_signed(question, tmp_path)
    shown = world.sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    assert (shown["PendingConfirmation"], shown["ConfirmationWasAuthenticated"]) == ("true", "false")
    assert subscription in get(question["SubscribeURL"])
    shown = world.sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    assert (shown["PendingConfirmation"], shown["ConfirmationWasAuthenticated"]) == ("false", "false")

    world.sns.set_topic_attributes(TopicArn=world.topic, AttributeName="SignatureVersion", AttributeValue="2")
    id = world.publish("hello")
    (told,) = wait_until("the message", lambda: web.of_type("Notification"))
    assert told.headers["x-amz-sns-subscription-arn"] == subscription
    assert told.headers["x-amz-sns-message-id"] == id
    message = json.loads(told.body)
    assert (message["Message"], message["SignatureVersion"]) == ("hello", "2")
    assert is_signed(message, tmp_path)


def test_a_raw_message_of_an_endpoint_has_the_content_type_of_its_policy(world: World, web: Endpoint) -> None:
    policy = json.dumps({"requestPolicy": {"headerContentType": "text/csv"}})
    confirmed(world, web, RawMessageDelivery="true", DeliveryPolicy=policy)
    world.publish("a,b")
    (told,) = wait_until("the message", lambda: web.of_type("Notification"))
    assert told.body == "a,b"
    assert (told.headers["content-type"], told.headers["x-amz-sns-rawdelivery"]) == ("text/csv", "true")


def test_a_password_in_an_address_is_used_and_not_shown(world: World, web: Endpoint) -> None:
    address = web.url.replace("http://", "http://ada:secret@")
    arn = world.subscribe("http", f"{address}/hook")
    (asked,) = wait_until("the question", lambda: web.requests)
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"ada:secret").decode()
    (listed,) = world.sns.list_subscriptions_by_topic(TopicArn=world.topic)["Subscriptions"]
    shown = world.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert listed["Endpoint"] == shown["Endpoint"] == f"{web.url.replace('http://', 'http://ada:****@')}/hook"


def test_who_only_looks_at_a_link_has_not_followed_it(world: World, web: Endpoint) -> None:
    world.subscribe("http", f"{web.url}/hook")
    (asked,) = wait_until("the question", lambda: web.requests)
    look = urllib.request.Request(json.loads(asked.body)["SubscribeURL"], method="HEAD")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(look)
    caught.value.close()
    assert world.sns.get_topic_attributes(TopicArn=world.topic)["Attributes"]["SubscriptionsPending"] == "1"


def test_a_redirect_is_not_followed(world: World, web: Endpoint) -> None:
    confirmed(world, web)
    dead, dead_arn = world.queue()
    (one,) = world.sns.list_subscriptions_by_topic(TopicArn=world.topic)["Subscriptions"]
    redrive = json.dumps({"deadLetterTargetArn": dead_arn})
    world.sns.set_subscription_attributes(
        SubscriptionArn=one["SubscriptionArn"], AttributeName="RedrivePolicy", AttributeValue=redrive
    )
    web.statuses, web.location = [307], f"{web.url}/elsewhere"
    world.publish("hello")
    assert json.loads(world.received(dead)["Body"])["Message"] == "hello"
    assert [told.path for told in web.of_type("Notification")] == ["/hook"]


def test_whoever_has_the_link_may_unsubscribe_and_come_back(world: World, web: Endpoint) -> None:
    subscription = confirmed(world, web)
    world.publish("hello")
    (told,) = wait_until("the message", lambda: web.of_type("Notification"))
    get(json.loads(told.body)["UnsubscribeURL"])
    assert world.sns.list_subscriptions_by_topic(TopicArn=world.topic)["Subscriptions"] == []
    (offer,) = wait_until("the offer", lambda: web.of_type("UnsubscribeConfirmation"))
    get(json.loads(offer.body)["SubscribeURL"])
    (back,) = world.sns.list_subscriptions_by_topic(TopicArn=world.topic)["Subscriptions"]
    assert back["SubscriptionArn"] == subscription
    shown = world.sns.get_topic_attributes(TopicArn=world.topic)["Attributes"]
    assert (shown["SubscriptionsConfirmed"], shown["SubscriptionsDeleted"]) == ("1", "1")


def test_a_protected_subscription_ends_only_by_a_signed_request(world: World, web: Endpoint) -> None:
    subscription = world.subscribe("http", f"{web.url}/hook")
    (asked,) = wait_until("the question", lambda: web.requests)
    token = json.loads(asked.body)["Token"]
    parameters = {"TopicArn": world.topic, "Token": token, "AuthenticateOnUnsubscribe": "true"}
    assert world.sns.confirm_subscription(**parameters)["SubscriptionArn"] == subscription
    with pytest.raises(urllib.error.HTTPError) as caught:
        get(f"{world.server.endpoint}/?Action=Unsubscribe&SubscriptionArn={subscription}")
    assert caught.value.code == 403
    caught.value.close()
    world.sns.unsubscribe(SubscriptionArn=subscription)
    assert world.sns.list_subscriptions_by_topic(TopicArn=world.topic)["Subscriptions"] == []


def test_without_a_mail_server_mails_are_in_the_inbox(world: World) -> None:
    from tailrace.reach import Reached, client

    reached = Reached(world.server.endpoint, world.server.access_key, world.server.secret_key, "us-east-1")
    tailrace, address = client(reached), f"{unique('anna')}@example.org"

    def mails() -> Any:
        return tailrace.list_mails(To=address)["Mails"]

    subscription = world.subscribe("email", address)
    (asked,) = wait_until("the mail", mails)
    assert asked["Subject"] == "AWS Notification - Subscription Confirmation"
    assert asked["Link"] in asked["Text"]
    get(asked["Link"])
    world.publish("hello", Subject="news")
    told = wait_until("the mail", lambda: [one for one in mails() if one["Subject"] == "news"])[0]
    assert told["Text"].startswith("hello\n")
    get(told["Link"])
    with pytest.raises(ClientError, match="Subscription does not exist"):
        world.sns.get_subscription_attributes(SubscriptionArn=subscription)


def test_mails_go_through_the_mail_server(tmp_path: Path) -> None:
    with mail_server() as (box, address):
        server = RunningServer("memory:", "--smtp", address, "--mail-from", "hello@tailrace.example")
        try:
            world = World(server)
            world.sns.set_topic_attributes(TopicArn=world.topic, AttributeName="DisplayName", AttributeValue="The shop")
            world.subscribe("email", "anna@example.org")
            world.subscribe("email-json", "ben@example.org")
            wait_until("the questions", lambda: len(box.mails) == 2)
            first, second = sorted(box.mails, key=lambda one: one["To"])
            assert first["From"] == "The shop <hello@tailrace.example>"
            assert first["To"] == "anna@example.org"
            get(next(line for line in first.get_content().splitlines() if line.startswith("http")))
            get(json.loads(second.get_content())["SubscribeURL"])
            world.publish("hello", Subject="news")
            wait_until("the messages", lambda: len(box.mails) == 4)
            first, second = sorted(box.mails[2:], key=lambda one: one["To"])
            assert first["Subject"] == second["Subject"] == "news"
            assert "Action=Unsubscribe" in first.get_content()
            assert is_signed(json.loads(second.get_content()), tmp_path)
        finally:
            assert server.stop() == 0


class TestFifo:
    """First-in-first-out topics: everything once, and in order."""

    def queue(self, world: World, **attributes: str) -> tuple[str, str]:
        name = unique("q") + (".fifo" if attributes else "")
        url = world.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        arn = world.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        world.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return url, arn

    @pytest.fixture
    def ordered(self, server: RunningServer) -> World:
        world = World(server)
        attributes = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
        world.topic = world.sns.create_topic(Name=unique("t") + ".fifo", Attributes=attributes)["TopicArn"]
        return world

    def test_a_queue_gets_messages_once_and_in_order(self, ordered: World) -> None:
        url, queue = self.queue(ordered, FifoQueue="true")
        ordered.subscribe("sqs", queue, RawMessageDelivery="true")
        texts = [str(number) for number in range(50)]
        for text in texts:
            for _ in range(2):
                ordered.publish(text, MessageGroupId="g")
        came: list[str] = []
        while len(came) < len(texts):
            asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 10, "AttributeNames": ["All"]}
            messages = wait_until("more", lambda: ordered.sqs.receive_message(**asked).get("Messages"))  # noqa: B023
            for message in messages:
                assert message["Attributes"]["MessageGroupId"] == "g"
                ordered.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            came += [message["Body"] for message in messages]
        assert came == texts
        assert ordered.is_empty(url)

    def test_envelopes_have_a_number_and_no_signature(self, ordered: World) -> None:
        url, queue = self.queue(ordered)
        ordered.subscribe("sqs", queue)
        sent = ordered.sns.publish(TopicArn=ordered.topic, Message="hello", MessageGroupId="g")
        body = json.loads(ordered.received(url)["Body"])
        assert list(body) == [
            *("Type", "MessageId", "SequenceNumber", "TopicArn", "Message", "Timestamp", "UnsubscribeURL")
        ]
        assert (body["MessageId"], body["SequenceNumber"]) == (sent["MessageId"], sent["SequenceNumber"])

    def test_what_no_queue_takes_goes_to_the_dead_letter_queue(self, ordered: World) -> None:
        dead, dead_arn = self.queue(ordered, FifoQueue="true")
        gone = dead_arn.removesuffix(".fifo") + "-gone.fifo"
        ordered.subscribe("sqs", gone, RedrivePolicy=json.dumps({"deadLetterTargetArn": dead_arn}))
        ordered.publish("hello", MessageGroupId="g")
        assert json.loads(ordered.received(dead)["Body"])["Message"] == "hello"

    def test_other_subscribers_are_refused(self, ordered: World) -> None:
        with pytest.raises(ClientError, match="FIFO topics can not have email subscriptions"):
            ordered.subscribe("email", "anna@example.org")


def test_the_command_line_shows_the_inbox(durable_server: RunningServer) -> None:
    world = World(durable_server)
    world.subscribe("email", "anna@example.org")
    command = [sys.executable, "-m", "tailrace", "inbox", "--data", durable_server.data, "--to", "anna@example.org"]
    keys = {"TAILRACE_ACCESS_KEY_ID": durable_server.access_key, "TAILRACE_SECRET_ACCESS_KEY": "test"}

    def shown() -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **keys})
        return done.stdout if "Subscription Confirmation" in done.stdout else ""

    assert "/?Action=ConfirmSubscription&TopicArn=" in wait_until("the mail", shown)


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("create_topic", {"Name": "t.fifo", "Attributes": {"FifoTopic": "true", "ArchivePolicy": "{}"}}),
        ("create_topic", {"Name": "t", "Attributes": {"KmsMasterKeyId": "alias/aws/sns"}}),
        ("publish", {"PhoneNumber": "+15551234567", "Message": "x"}),
        ("get_sms_attributes", {}),
        ("list_platform_applications", {}),
    ],
)
def test_what_tailrace_does_not_have_is_refused_with_a_reason(
    world: World, operation: str, request_: dict[str, Any]
) -> None:
    with pytest.raises(ClientError, match="Tailrace does not support sns:.*: it "):
        getattr(world.sns, operation)(**request_)
    if operation == "publish":
        with pytest.raises(ClientError, match="Protocol=sms: it sends no text messages"):
            world.subscribe("sms", "+15551234567")


def test_messages_outlive_the_server(durable_server: RunningServer) -> None:
    with endpoint() as web:
        world = World(durable_server)
        confirmed(world, web)
        web.statuses = [503]  # the next try is due in 20 seconds
        world.publish("hello")
        wait_until("the first try", lambda: web.of_type("Notification"))
        durable_server.kill()
        durable_server.start()
        world.sns = durable_server.client("sns")
        shown = world.sns.get_topic_attributes(TopicArn=world.topic)["Attributes"]
        assert shown["SubscriptionsConfirmed"] == "1"
        (one,) = world.sns.list_subscriptions()["Subscriptions"]
        assert one["Endpoint"] == f"{web.url}/hook"


class TestPermissions:
    """Who may do what with a topic: by their own policies, and by the topic's."""

    @pytest.fixture
    def user(self, world: World) -> tuple[str, Any]:
        iam, name = world.server.client("iam"), unique("user")
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        keys = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
        return name, world.server.client("sns", **keys)

    def refusal(self, call: Any, **request: Any) -> tuple[str, str]:
        with pytest.raises(ClientError) as caught:
            call(**request)
        return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]

    def test_the_default_policy_gives_a_user_nothing(self, world: World, user: tuple[str, Any]) -> None:
        name, client = user
        code, text = self.refusal(client.publish, TopicArn=world.topic, Message="x")
        assert code == "AuthorizationError"
        assert text == (
            f"User: arn:aws:iam::{ACCOUNT}:user/{name} is not authorized to perform: SNS:Publish on resource: "
            f"{world.topic} because no identity-based policy allows the SNS:Publish action"
        )

    def test_an_own_policy_allows_what_it_names(self, world: World, user: tuple[str, Any]) -> None:
        name, client = user
        statement = {"Effect": "Allow", "Action": "sns:Publish", "Resource": world.topic}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam = world.server.client("iam")
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
        assert client.publish(TopicArn=world.topic, Message="x")["MessageId"]
        batch = [{"Id": "a", "Message": "x"}]
        assert client.publish_batch(TopicArn=world.topic, PublishBatchRequestEntries=batch)["Successful"]
        assert self.refusal(client.subscribe, TopicArn=world.topic, Protocol="sqs", Endpoint="x")[0] == (
            "AuthorizationError"
        )

    def test_the_topic_s_policy_allows_and_denies(self, world: World, user: tuple[str, Any]) -> None:
        name, client = user
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/{name}"},
            "Action": "sns:Publish",
            "Resource": world.topic,
        }

        def put(*statements: dict[str, Any]) -> None:
            value = json.dumps({"Version": "2012-10-17", "Statement": statements})
            world.sns.set_topic_attributes(TopicArn=world.topic, AttributeName="Policy", AttributeValue=value)

        put(statement)
        assert client.publish(TopicArn=world.topic, Message="x")["MessageId"]
        put({**statement, "Effect": "Deny", "Principal": "*"})
        code, text = self.refusal(world.sns.publish, TopicArn=world.topic, Message="x")
        assert code == "AuthorizationError"
        assert "with an explicit deny in a resource-based policy" in text
        world.sns.set_topic_attributes(TopicArn=world.topic, AttributeName="Policy", AttributeValue="")
        assert world.sns.publish(TopicArn=world.topic, Message="x")["MessageId"]

    def test_conditions_may_ask_where_a_subscription_goes(self, world: World, user: tuple[str, Any]) -> None:
        name, client = user
        condition = {"StringLike": {"sns:Endpoint": "*@example.org"}, "StringEquals": {"sns:Protocol": "email"}}
        statement = {"Effect": "Allow", "Action": "sns:Subscribe", "Resource": "*", "Condition": condition}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        world.server.client("iam").put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
        assert client.subscribe(TopicArn=world.topic, Protocol="email", Endpoint="a@example.org")
        asked = {"TopicArn": world.topic, "Protocol": "email", "Endpoint": "a@example.com"}
        assert self.refusal(client.subscribe, **asked)[0] == "AuthorizationError"
