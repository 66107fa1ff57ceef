"""Subscriptions: Subscribe, Unsubscribe, ListSubscriptions, ListSubscriptionsByTopic."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tailrace.base import arn, ids
from tailrace.operation import Call, ContextKeys, Shape, operation
from tailrace.services.sns import (
    confirmation,
    fifo,
    paging,
    refusals,
    subscription,
    subscription_attributes,
    topic,
)
from tailrace.services.sns.subscription import on_subscription
from tailrace.services.sns.topic import Document, on_every_topic, on_topic
from tailrace.store import resources
from tailrace.store.engine import Transaction

PROTOCOLS = ("sqs", "lambda", "http", "https", "email", "email-json")
ENDPOINT_CHARACTERS_MAX = 2048
_mail = re.compile(r"[^\s@<>,;\"']{1,64}@[^\s@<>,;\"']{1,255}")
_function = re.compile(r"function:[A-Za-z0-9_.-]+(:[$A-Za-z0-9_-]+)?")


def about(call: Call, request: Shape) -> ContextKeys:
    """The condition keys of Subscribe: by which protocol, and where to."""
    return {"sns:Protocol": request.get("Protocol", ""), "sns:Endpoint": request.get("Endpoint", "")}


def check_endpoint(protocol: str, endpoint: str, *, ordered: bool = False) -> None:
    """Refuse a protocol that isn't there, and an endpoint that isn't one of its protocol's. Raises InvalidParameter.

    `ordered`: of a first-in-first-out topic, which has queues for subscribers and nothing else.
    """
    if protocol not in PROTOCOLS:
        raise refusals.invalid(f"Amazon SNS does not support this protocol string: {protocol}")
    if ordered and protocol != "sqs":
        raise refusals.invalid(f"Invalid parameter: Protocol Reason: FIFO topics can not have {protocol} subscriptions")
    if not endpoint or len(endpoint) > ENDPOINT_CHARACTERS_MAX:
        raise refusals.invalid("Endpoint")
    parts = arn.parse(endpoint)
    if protocol == "sqs":
        if parts is None or parts.service != "sqs" or not parts.account or not parts.resource:
            raise refusals.invalid("SQS endpoint ARN")
        if fifo.is_fifo(endpoint) and not ordered:
            text = "Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics"
            raise refusals.invalid(f"Invalid parameter: {text}")
    elif protocol == "lambda":
        if parts is None or parts.service != "lambda" or not _function.fullmatch(parts.resource):
            raise refusals.invalid("Lambda endpoint ARN")
    elif protocol.startswith("email"):
        if not _mail.fullmatch(endpoint):
            raise refusals.invalid("Email address")
    else:
        if not endpoint.startswith(f"{protocol}://"):
            raise refusals.invalid("Endpoint must match the specified protocol")
        try:
            address = urlsplit(endpoint)
            named = bool(address.hostname) and (address.port is None or address.port > 0)
        except ValueError:
            named = False
        if not named or any(character.isspace() or not character.isprintable() for character in endpoint):
            raise refusals.invalid("Unreachable Endpoint")


@operation(
    "sns",
    "Subscribe",
    needs="SNS:Subscribe",
    on=on_topic,
    context=about,
    without={
        "Protocol=sms": "it sends no text messages",
        "Protocol=application": "it sends no push notifications to phones",
        "Protocol=firehose": "it has no Firehose",
        "Attributes.ReplayPolicy": "it keeps no archive of messages",
    },
)
async def subscribe(call: Call, request: Shape) -> Shape:
    """Have a topic's messages sent to an endpoint. A queue's or function's begins at once, others are asked first.

    https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
    """
    name, protocol, endpoint = topic.parse(call, request["TopicArn"]), request["Protocol"], request.get("Endpoint", "")
    check_endpoint(protocol, endpoint, ordered=fifo.is_fifo(name.name))
    given, now = request.get("Attributes") or {}, call.clock.now()
    attributes = subscription_attributes.checked(given, protocol, endpoint, at_creation=True)

    def change(tx: Transaction) -> Document:
        topic.find(tx, name)
        found = subscription.of_endpoint(tx, name, protocol, endpoint)
        if found is not None and not subscription.is_expired(found, now):
            _check_same(found, given, attributes)
            if found["Confirmed"]:
                return found
            document = {**found, "Expires": now + subscription.CONFIRMATION_SECONDS}
        else:
            if found is not None:
                subscription.forget(tx, found)
            if "FilterPolicy" in attributes:
                subscription_attributes.check_filters(tx, name)
            document = _begun(call, name.arn, request, attributes, now)
        subscription.keep(tx, document)
        if not document["Confirmed"]:
            confirmation.ask(tx, document, "SubscriptionConfirmation", now)
        return document

    document = await call.store.update(change)
    shown = document["Confirmed"] or request.get("ReturnSubscriptionArn")
    return {"SubscriptionArn": document["SubscriptionArn"] if shown else subscription.PENDING}


def _begun(call: Call, topic_arn: str, request: Shape, attributes: dict[str, str], now: float) -> Document:
    """A new subscription's document. AWS's own services need no confirmation: their resources' policies decide."""
    trusted = request["Protocol"] in ("sqs", "lambda")
    return {
        "SubscriptionArn": f"{topic_arn}:{ids.uuid()}",
        "TopicArn": topic_arn,
        "Protocol": request["Protocol"],
        "Endpoint": request["Endpoint"],
        "Owner": call.account,
        "SubscriptionPrincipal": call.principal.arn,
        "Confirmed": trusted,
        "Authenticated": trusted,
        "Protected": False,
        "Expires": now + subscription.CONFIRMATION_SECONDS,
        "Attributes": attributes,
    }


def _check_same(found: Document, given: dict[str, str], attributes: dict[str, str]) -> None:
    """Refuse to subscribe an endpoint again with other attributes than it has."""
    defaults = {"RawMessageDelivery": "false"}
    for name in given:
        if attributes.get(name, defaults.get(name)) != found["Attributes"].get(name, defaults.get(name)):
            raise refusals.invalid("Attributes Reason: Subscription already exists with different attributes")


@operation("sns", "Unsubscribe", needs="SNS:Unsubscribe", on=on_subscription)
async def unsubscribe(call: Call, request: Shape) -> Shape:
    """End a subscription. Needs no signature unless its confirmation said so; then the endpoint is told how to undo it.

    https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
    """
    name, id = subscription.parse(call, request.get("SubscriptionArn"))
    now, signed = call.clock.now(), call.principal.kind != confirmation.ANONYMOUS

    def change(tx: Transaction) -> None:
        found = subscription.get(tx, name, id)
        if found is None:
            return
        if found["Protected"] and not signed:
            raise refusals.not_yours()
        subscription.forget(tx, found)
        if not signed and found["Confirmed"] and found["Protocol"] not in ("sqs", "lambda"):
            confirmation.ask(tx, found, "UnsubscribeConfirmation", now)

    await call.store.update(change)
    return {}


@operation("sns", "ListSubscriptions", needs="SNS:ListSubscriptions", on=on_every_topic)
async def list_subscriptions(call: Call, request: Shape) -> Shape:
    """Every subscription of the account in the region, a hundred at a time.

    https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html
    """
    return await call.store.view(lambda tx: _page(tx, call, request, call.scope, ""))


@operation("sns", "ListSubscriptionsByTopic", needs="SNS:ListSubscriptionsByTopic", on=on_topic)
async def list_subscriptions_by_topic(call: Call, request: Shape) -> Shape:
    """A topic's subscriptions, a hundred at a time.

    https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
    """
    name = topic.parse(call, request["TopicArn"])

    def page(tx: Transaction) -> Shape:
        topic.find(tx, name)
        return _page(tx, call, request, name.scope, f"{name.name}:")

    return await call.store.view(page)


def _page(tx: Transaction, call: Call, request: Shape, scope: str, prefix: str) -> Shape:
    after, now = paging.read(request.get("NextToken")), call.clock.now()
    rows = resources.page(tx, subscription.KIND, scope, after, paging.PAGE + 1, prefix)
    answer = paging.answer(rows, "Subscriptions", lambda document: document)
    kept = [subscription.shown(one) for one in answer["Subscriptions"] if not subscription.is_expired(one, now)]
    return {**answer, "Subscriptions": kept}
