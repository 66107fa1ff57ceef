"""Outgoing: brings what was published to endpoints and mailboxes, and asks them whether they want it.

```
Delivery ──> wrap, sign ──POST, mail──> done, or due again as the delivery policy has it, at last given up
```
What goes out over the network may come twice after a crash, as on AWS. It is done by a worker of its own, so that slow
endpoints hold up nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from tailrace.base import ids
from tailrace.base.token_bucket import Limit
from tailrace.operation import Node
from tailrace.services.sns import (
    confirmation,
    delivery_policy,
    envelope,
    inbox,
    mail,
    publishing,
    signature,
    subscription,
    topic,
    topic_metrics,
)
from tailrace.store import deliveries, resources
from tailrace.store.deliveries import Delivery
from tailrace.workers import mail_server, notifications
from tailrace.workers.deliveries import Deliveries
from tailrace.workers.http_endpoint import HttpEndpoints
from tailrace.workers.notifications import Subscribed

USER_AGENT = "Amazon Simple Notification Service Agent"
JITTER = (0.9, 1.1)

Bring = Callable[[], Awaitable[None]]

log = logging.getLogger("tailrace.notifications")


class Unreachable(Exception):
    """This try has failed; a later one may not."""


class Never(Exception):
    """No try will ever succeed."""


class Outgoing:
    """Brings messages to endpoints and mailboxes, which may take their time or be away for a while."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._endpoints = HttpEndpoints()
        self._mail_server = mail_server.parse(node.config.smtp) if node.config.smtp else None
        handlers = {publishing.SEND_KIND: self.send, confirmation.CONFIRM_KIND: self.confirm}
        self._worker = Deliveries(node, handlers)

    async def start(self) -> None:
        """Begin with what is due."""
        await self._worker.start()

    async def stop(self, grace_s: float) -> None:
        """Give what runs `grace_s` seconds, and leave the rest for later."""
        await self._worker.stop(grace_s)
        await self._endpoints.close()

    async def send(self, node: Node, delivery: Delivery) -> None:
        """One try to bring a message to its endpoint or mailbox."""
        kept = delivery.body["Message"]
        subscribed = await notifications.find(node, delivery.body["Scope"], delivery.body["Name"])
        if subscribed is None:
            await node.store.update(lambda tx: deliveries.done(tx, delivery.id), locked=True)
            return
        if self._is_too_soon(subscribed):
            due = node.clock.now() + 1.0
            await node.store.update(lambda tx: deliveries.retry(tx, delivery.id, due), locked=True)
            return
        members = await notifications.wrapped(node, subscribed, kept)

        by_mail = subscribed.document["Protocol"].startswith("email")

        async def bring() -> None:
            if by_mail:
                name = subscribed.topic["Attributes"].get("DisplayName", "")
                await self._mail(delivery, mail.of_message(members, subscribed.document, name))
            else:
                body = kept["Text"] if subscribed.raw else envelope.text(members)
                try:
                    await self._post(subscribed, "Notification", kept["MessageId"], body)
                except (Never, Unreachable, OSError):
                    subscribed.measure(node, topic_metrics.FAILED)  # of endpoints AWS counts each try
                    raise
            subscribed.measure(node, topic_metrics.DELIVERED)

        async def give_up(why: str) -> None:
            if by_mail:
                subscribed.measure(node, topic_metrics.FAILED)
            await notifications.give_up(node, delivery, subscribed, members, why)

        await self._try(delivery, subscribed, bring, give_up)

    async def confirm(self, node: Node, delivery: Delivery) -> None:
        """One try to ask an endpoint or mailbox whether it wants the messages."""
        asked = delivery.body["Subscription"]
        scope, name = subscription.name_of(asked)
        of = await node.store.view(lambda tx: resources.get(tx, topic.KIND, scope, name.partition(":")[0]))
        if of is None:
            await node.store.update(lambda tx: deliveries.done(tx, delivery.id), locked=True)
            return
        subscribed = Subscribed(asked, of)
        signer = await signature.signer(node)
        members = envelope.confirmation(delivery.body, signer, subscribed.version, node.endpoint)

        async def bring() -> None:
            if asked["Protocol"].startswith("email"):
                display = of["Attributes"].get("DisplayName", "")
                await self._mail(delivery, mail.of_confirmation(members, asked, display))
            else:
                await self._post(subscribed, members["Type"], members["MessageId"], envelope.text(members))

        async def give_up_asking(why: str) -> None:
            log.warning("%s could not be asked whether it wants messages: %s", asked["Endpoint"], why)
            await node.store.update(lambda tx: deliveries.done(tx, delivery.id), locked=True)

        await self._try(delivery, subscribed, bring, give_up_asking)

    def _is_too_soon(self, subscribed: Subscribed) -> bool:
        """Whether the endpoint's delivery policy lets no more messages through this second."""
        if subscribed.document["Protocol"] not in ("http", "https"):
            return False
        throttle = subscribed.effective["throttlePolicy"]
        if not throttle:
            return False
        node, key = self._node, ("sns", subscribed.document["SubscriptionArn"])
        limit = Limit(float(throttle["maxReceivesPerSecond"]), 1.0)
        if node.buckets.level(key, limit, node.clock.now()) < 1:
            return True
        node.buckets.take(key, 1.0, limit, node.clock.now())
        return False

    async def _try(
        self,
        delivery: Delivery,
        subscribed: Subscribed,
        bring: Callable[[], Awaitable[None]],
        give_up: Callable[[str], Awaitable[None]],
    ) -> None:
        """Bring; a failure is due again as the schedule has it, until there are no more tries."""
        node = self._node
        try:
            await bring()
        except Never as problem:
            await give_up(str(problem))
            return
        except (Unreachable, OSError) as problem:
            tries = delivery.body["Tries"] + 1
            delay = subscribed.schedule.delay(tries)
            if delay is None:
                await give_up(f"{tries} tries: {problem}")
                return
            due = node.clock.now() + delay * ids.uniform(*JITTER)
            body = {**delivery.body, "Tries": tries}
            await node.store.update(lambda tx: deliveries.retry(tx, delivery.id, due, body), locked=True)
            return
        await node.store.update(lambda tx: deliveries.done(tx, delivery.id), locked=True)

    async def _post(self, subscribed: Subscribed, kind: str, message_id: str, body: str) -> None:
        """POST to an endpoint. Raises Unreachable (or OSError), and Never where it will not have the message.

        What counts as which: https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
        """
        document, plain = subscribed.document, delivery_policy.CONTENT_TYPE
        notified = kind == "Notification"
        headers = {
            "x-amz-sns-message-type": kind,
            "x-amz-sns-message-id": message_id,
            "x-amz-sns-topic-arn": document["TopicArn"],
            "Content-Type": subscribed.effective["requestPolicy"]["headerContentType"] if notified else plain,
            "User-Agent": USER_AGENT,
            "Accept-Encoding": "gzip,deflate",
        }
        if notified:
            headers["x-amz-sns-subscription-arn"] = document["SubscriptionArn"]
            if subscribed.raw:
                headers["x-amz-sns-rawdelivery"] = "true"
        status = await self._endpoints.post(document["Endpoint"], headers, body.encode())
        if status < 200 or status == 429 or status >= 500:
            raise Unreachable(f"status {status}")
        if status >= 300:
            raise Never(f"status {status}")

    async def _mail(self, delivery: Delivery, made: mail.Mail) -> None:
        """Send a mail, or keep it in the inbox where there is no mail server."""
        node = self._node
        if self._mail_server is None:
            body = delivery.body
            scope = body.get("Scope") or subscription.name_of(body["Subscription"])[0]
            await node.store.update(lambda tx: inbox.put(tx, scope, made, node.clock.now()))
            return
        try:
            await mail_server.send(self._mail_server, made, node.config.mail_from, node.clock.now())
        except mail_server.Undeliverable as problem:
            raise Never(str(problem)) from problem
