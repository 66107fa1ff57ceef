"""Confirmations: an endpoint that isn't AWS's own must say that it wants the messages, by a token sent to it alone.

```
Subscribe ──token──> endpoint ──ConfirmSubscription──> confirmed         (three days)
Unsubscribe by link ──token──> endpoint ──ConfirmSubscription──> restored (three days)
```
https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.confirm.html
"""

from __future__ import annotations

import re

from tailrace.base import ids
from tailrace.operation import Call, Node, Shape, operation
from tailrace.services.sns import refusals, subscription, topic
from tailrace.services.sns.topic import Document, TopicName, on_topic
from tailrace.store import deliveries, resources
from tailrace.store.deliveries import Delivery
from tailrace.store.engine import Transaction

TOKEN_KIND = "sns:token"
CONFIRM_KIND = "sns:confirm"  # a delivery: tell the endpoint its token
FORGET_KIND = "sns:forget-token"  # a delivery: the three days are over
TOKEN_DIGITS = 288
ANONYMOUS = "anonymous"
_form = re.compile(rf"[0-9a-f]{{{TOKEN_DIGITS}}}")


def ask(tx: Transaction, document: Document, kind: str, now: float) -> None:
    """Send the endpoint a new token. `kind` is SubscriptionConfirmation or UnsubscribeConfirmation.

    The whole subscription is kept beside the token, since one that was ended must be restored from something.
    """
    token, scope = ids.hex_digits(TOKEN_DIGITS), subscription.name_of(document)[0]
    expires = now + subscription.CONFIRMATION_SECONDS
    created = topic.find(tx, subscription.topic_of(document))["Created"]
    resources.put(tx, TOKEN_KIND, scope, token, {"Subscription": document, "Expires": expires, "Topic": created})
    deliveries.put(tx, FORGET_KIND, {"Scope": scope, "Token": token}, expires)
    body = {"Subscription": document, "Token": token, "Type": kind, "MessageId": ids.uuid(), "Time": now, "Tries": 0}
    deliveries.put(tx, CONFIRM_KIND, body, now)


@operation("sns", "ConfirmSubscription", needs="SNS:ConfirmSubscription", on=on_topic)
async def confirm_subscription(call: Call, request: Shape) -> Shape:
    """Say that an endpoint wants its messages, by the token that was sent to it. Needs no signature.

    https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
    """
    name, token, now = _topic(call, request), request.get("Token") or "", call.clock.now()
    signed = call.principal.kind != ANONYMOUS
    protect = signed and request.get("AuthenticateOnUnsubscribe", "").lower() == "true"
    if not _form.fullmatch(token):
        raise refusals.invalid("Token") if not signed else refusals.bad_token()

    def confirm(tx: Transaction) -> Shape:
        found = resources.get(tx, TOKEN_KIND, name.scope, token)
        if found is None or found["Expires"] <= now or found["Subscription"]["TopicArn"] != name.arn:
            raise refusals.invalid("Token")
        if topic.find(tx, name)["Created"] != found["Topic"]:
            raise refusals.invalid("Token")  # of an earlier topic, whose name this one has
        asked = found["Subscription"]
        id = asked["SubscriptionArn"].rpartition(":")[2]
        current = subscription.get(tx, name, id)
        if current is None:
            # The endpoint may have been subscribed anew in between: that subscription is the one that counts.
            current = subscription.of_endpoint(tx, name, asked["Protocol"], asked["Endpoint"]) or asked
        if not current["Confirmed"] or current is asked:
            confirmed = {**current, "Confirmed": True, "Authenticated": signed, "Protected": protect}
            subscription.keep(tx, confirmed)
        return {"SubscriptionArn": current["SubscriptionArn"]}

    return await call.store.update(confirm)


def _topic(call: Call, request: Shape) -> TopicName:
    """The topic; a link, whose sender nobody knows, is only told that it is wrong."""
    arn = request.get("TopicArn") or ""
    if call.principal.kind == ANONYMOUS:
        parts = arn.split(":")
        if len(parts) != 6 or parts[:4] != ["arn", "aws", "sns", call.region] or not parts[5]:
            raise refusals.invalid("Topic")
    return topic.parse(call, arn)


async def forget(node: Node, delivery: Delivery) -> None:
    """Three days are over: forget the token, and the subscription if it still waits for it."""
    scope, token = delivery.body["Scope"], delivery.body["Token"]
    now = node.clock.now()

    def sweep(tx: Transaction) -> None:
        deliveries.done(tx, delivery.id)
        found = resources.get(tx, TOKEN_KIND, scope, token)
        if found is None:
            return
        resources.delete(tx, TOKEN_KIND, scope, token)
        asked = found["Subscription"]
        current = subscription.get(tx, subscription.topic_of(asked), asked["SubscriptionArn"].rpartition(":")[2])
        if current is not None and subscription.is_expired(current, now):
            subscription.forget(tx, current)

    await node.store.update(sweep)
