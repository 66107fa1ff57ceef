"""Failed deliveries and late confirmations, on a clock that the test moves."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tailrace.services import cloudwatch, sns, sqs
from tailrace.services.sns import confirmation, publishing, subscription, topic
from tailrace.store import deliveries, resources
from tailrace.workers.outgoing import Outgoing
from tests.flow.in_process import InProcess, in_process
from tests.flow.listeners import Endpoint, endpoint, mail_server
from tests.flow.metrics import kept

SERVICES = (cloudwatch, sns, sqs)
KINDS = (publishing.SEND_KIND, confirmation.CONFIRM_KIND)
DEAD = "arn:aws:sqs:us-east-1:000000000000:dead"
RETRY = {"minDelayTarget": 10, "maxDelayTarget": 10, "numRetries": 4, "numNoDelayRetries": 1}


class Sns:
    """A node with a topic, an endpoint that has confirmed its subscription, and a dead-letter queue."""

    def __init__(self, world: InProcess, web: Endpoint) -> None:
        self.world, self.web = world, web
        self.outgoing = Outgoing(world.node)
        self.topic = self.subscription = self.dead = ""

    async def call(self, name: str, **request: Any) -> dict[str, Any]:
        return await self.world.call("sns", name, **request)

    async def begin(self) -> None:
        self.topic = (await self.call("CreateTopic", Name="t"))["TopicArn"]
        self.dead = (await self.world.call("sqs", "CreateQueue", QueueName="dead"))["QueueUrl"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": DEAD,
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        await self.world.call(
            "sqs", "SetQueueAttributes", QueueUrl=self.dead, Attributes={"Policy": json.dumps(policy)}
        )
        attributes = {
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": DEAD}),
            "DeliveryPolicy": json.dumps({"healthyRetryPolicy": RETRY, "throttlePolicy": {"maxReceivesPerSecond": 2}}),
            "RawMessageDelivery": "true",
        }
        asked = {"TopicArn": self.topic, "Protocol": "http", "Endpoint": f"{self.web.url}/hook"}
        answer = await self.call("Subscribe", **asked, Attributes=attributes, ReturnSubscriptionArn=True)
        self.subscription = answer["SubscriptionArn"]

    async def work(self) -> int:
        """Do what is due now, as the worker would; how much that was."""
        node, now = self.world.node, self.world.clock.now()
        due = await node.store.update(lambda tx: deliveries.claim(tx, KINDS, now, 100, 30.0))
        for each in due:
            await (self.outgoing.confirm if each.kind == confirmation.CONFIRM_KIND else self.outgoing.send)(node, each)
        return len(due)

    async def confirm(self) -> None:
        await self.work()
        token = json.loads(self.web.of_type("SubscriptionConfirmation")[-1].body)["Token"]
        await self.call("ConfirmSubscription", TopicArn=self.topic, Token=token)

    def told(self) -> list[str]:
        return [one.body for one in self.web.of_type("Notification")]

    async def buried(self) -> list[str]:
        answer = await self.world.call("sqs", "ReceiveMessage", QueueUrl=self.dead)
        return [one["Body"] for one in answer.get("Messages", ())]


@pytest.fixture
async def place() -> AsyncIterator[Sns]:
    with endpoint() as web:
        async with in_process() as world:
            made = Sns(world, web)
            await made.begin()
            yield made
            await made.outgoing.stop(0)


async def test_a_failure_is_tried_again_as_the_policy_has_it(place: Sns) -> None:
    await place.confirm()
    place.web.statuses = [500, 503, 429]
    await place.call("Publish", TopicArn=place.topic, Message="hello")
    await place.work()
    assert len(place.told()) == 1
    await place.work()  # at once
    assert len(place.told()) == 2
    place.world.clock.advance(8)  # ten seconds, give or take a tenth
    assert await place.work() == 0
    place.world.clock.advance(4)
    await place.work()
    place.world.clock.advance(12)
    await place.work()
    assert place.told() == ["hello"] * 4
    place.world.clock.advance(1000)
    assert await place.work() == 0
    assert await place.buried() == []


async def test_of_an_endpoint_each_try_that_fails_is_counted(place: Sns) -> None:
    await place.confirm()
    place.web.statuses = [500]
    await place.call("Publish", TopicArn=place.topic, Message="hello")
    await place.work()
    await place.work()  # at once
    found = await kept(place.world)
    assert found["NumberOfNotificationsFailed", "t"] == (1, 1)
    assert found["NumberOfNotificationsDelivered", "t"] == (1, 1)


async def test_what_never_arrives_goes_to_the_dead_letter_queue(place: Sns) -> None:
    await place.confirm()
    place.web.statuses = [500] * 5
    await place.call("Publish", TopicArn=place.topic, Message="hello")
    for _ in range(7):
        await place.work()
        place.world.clock.advance(12)
    assert len(place.told()) == 5
    assert await place.buried() == ["hello"]


async def test_a_refusal_is_final(place: Sns) -> None:
    await place.confirm()
    place.web.statuses = [403]
    await place.call("Publish", TopicArn=place.topic, Message="hello")
    await place.work()
    assert await place.buried() == ["hello"]
    assert await place.work() == 0


async def test_an_endpoint_that_is_away_is_tried_again(place: Sns) -> None:
    await place.confirm()
    node = place.world.node
    kept = await node.store.view(lambda tx: resources.page(tx, subscription.KIND, "000000000000/us-east-1", None, 9))
    gone = {**kept[0][1], "Endpoint": "http://127.0.0.1:9/nobody"}
    await node.store.update(lambda tx: subscription.keep(tx, gone))
    await place.call("Publish", TopicArn=place.topic, Message="hello")
    for _ in range(7):
        await place.work()
        place.world.clock.advance(12)
    assert await place.buried() == ["hello"]


async def test_no_more_come_in_a_second_than_the_policy_lets_through(place: Sns) -> None:
    await place.confirm()
    for number in range(5):
        await place.call("Publish", TopicArn=place.topic, Message=str(number))
    await place.work()
    assert len(place.told()) == 2
    place.world.clock.advance(1)
    await place.work()
    assert len(place.told()) == 4
    place.world.clock.advance(1)
    await place.work()
    assert sorted(place.told()) == ["0", "1", "2", "3", "4"]


async def test_mail_that_nobody_takes_is_given_up_and_mail_that_must_wait_is_not(place: Sns) -> None:
    with mail_server() as (box, address):
        node = place.world.node
        node.config = replace(node.config, smtp=address)
        await place.outgoing.stop(0)
        place.outgoing = Outgoing(node)
        for one in ("anna@example.org", "nobody@example.org"):
            redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": DEAD})}
            await place.call("Subscribe", TopicArn=place.topic, Protocol="email", Endpoint=one, Attributes=redrive)
        await place.work()
        for mail in box.mails:
            link = next(line for line in mail.get_content().splitlines() if "Action=ConfirmSubscription" in line)
            token = parse_qs(urlsplit(link).query)["Token"][0]
            await place.call("ConfirmSubscription", TopicArn=place.topic, Token=token)
        box.unknown, box.busy = {"nobody@example.org"}, 1
        await place.call("Publish", TopicArn=place.topic, Message="hello", Subject="news")
        await place.work()
        assert [json.loads(body)["Message"] for body in await place.buried()] == ["hello"]
        assert len(box.mails) == 2
        place.world.clock.advance(12)
        await place.work()
        assert (box.mails[-1]["To"], box.mails[-1]["Subject"]) == ("anna@example.org", "news")
        assert await place.buried() == []


async def test_a_subscription_waits_three_days_for_its_confirmation(place: Sns) -> None:
    await place.work()
    token = json.loads(place.web.of_type("SubscriptionConfirmation")[0].body)["Token"]
    place.world.clock.advance(3 * 86400 - 1)
    attributes = (await place.call("GetTopicAttributes", TopicArn=place.topic))["Attributes"]
    assert attributes["SubscriptionsPending"] == "1"
    place.world.clock.advance(1)
    wrong = ("InvalidParameter", "Invalid parameter: Token")
    assert await place.world.refusal("sns", "ConfirmSubscription", TopicArn=place.topic, Token=token) == wrong
    attributes = (await place.call("GetTopicAttributes", TopicArn=place.topic))["Attributes"]
    assert attributes["SubscriptionsPending"] == "0"
    assert await place.world.deliver() == [confirmation.FORGET_KIND]
    left = await place.world.node.store.view(lambda tx: resources.everywhere(tx, subscription.KIND, None, 9))
    assert left == []


async def test_a_token_of_an_earlier_topic_confirms_nothing(place: Sns) -> None:
    await place.work()
    token = json.loads(place.web.of_type("SubscriptionConfirmation")[0].body)["Token"]
    await place.call("DeleteTopic", TopicArn=place.topic)
    place.world.clock.advance(1)
    await place.call("CreateTopic", Name="t")
    wrong = ("InvalidParameter", "Invalid parameter: Token")
    assert await place.world.refusal("sns", "ConfirmSubscription", TopicArn=place.topic, Token=token) == wrong


async def test_what_is_owed_to_a_deleted_topic_s_subscribers_is_struck_off(place: Sns) -> None:
    await place.confirm()
    await place.call("Publish", TopicArn=place.topic, Message="hello")
    await place.call("DeleteTopic", TopicArn=place.topic)
    assert await place.work() == 1
    assert place.told() == []
    kinds = (topic.KIND, subscription.KIND, subscription.ENDPOINT_KIND)
    store = place.world.node.store
    assert [await store.view(lambda tx, k=kind: resources.everywhere(tx, k, None, 9)) for kind in kinds] == [[], [], []]
