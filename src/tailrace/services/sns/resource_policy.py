"""A topic's policy: AWS's default one, the Policy attribute, AddPermission and RemovePermission.

They take part in every decision through `tailrace.resource_policies`, for callers and for services that publish.
https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from tailrace import resource_policies
from tailrace.auth import policy
from tailrace.auth.evaluate import NamedPolicy
from tailrace.base.arn import Arn
from tailrace.operation import Call, Shape, operation
from tailrace.services.sns import refusals, topic
from tailrace.services.sns.topic import Document, TopicName, on_topic
from tailrace.store import resources
from tailrace.store.engine import Transaction

EVER_KIND = "sns:resource-policies"
"""One document, there from the first policy on that isn't AWS's default."""
POLICY_BYTES_MAX = 30 * 1024
ACTIONS = (
    *("GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic", "Subscribe"),
    *("ListSubscriptionsByTopic", "Publish"),
)
# What a policy may also name; AddPermission adds the ones above.
_in_scope = re.compile(r"(?:SNS:[A-Za-z*?]+|\*)", re.IGNORECASE)
_account = re.compile(r"\d{12}")


def default(topic_arn: str, owner: str) -> dict[str, Any]:
    """The policy that every topic begins with. AWS:SourceOwner is what services say for whom they act."""
    return {
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [
            {
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [f"SNS:{action}" for action in ACTIONS],
                "Resource": topic_arn,
                "Condition": {"StringEquals": {"AWS:SourceOwner": owner}},
            }
        ],
    }


def text_of(document: Document) -> str:
    """The policy of a topic, as its attribute shows it."""
    own: str | None = document["Attributes"].get("Policy")
    return own or orjson.dumps(default(document["TopicArn"], document["Owner"])).decode()


def check(text: str, topic_arn: str, *, at_creation: bool) -> str:
    """A policy that may stand on the topic. Raises InvalidParameter."""

    def bad(why: str) -> Exception:
        return refusals.invalid_attribute(f"Policy Error: {why}", at_creation=at_creation)

    if len(text.encode()) > POLICY_BYTES_MAX:
        raise bad("policy size limit exceeded")
    try:
        document = policy.load(text)
        policy.parse(text)
        statements = policy.statements_of(document)
    except policy.MalformedPolicy:
        raise bad("null") from None
    for statement in statements:
        if "Principal" not in statement and "NotPrincipal" not in statement:
            raise bad("Missing required field Principal")
        for action in policy.texts(statement.get("Action", statement.get("NotAction", []))):
            if not _in_scope.fullmatch(action):
                raise refusals.invalid("Policy statement action out of service scope!")
        for resource in policy.texts(statement.get("Resource", statement.get("NotResource", topic_arn))):
            if resource != topic_arn and "*" not in resource and "?" not in resource:
                raise refusals.invalid("Policy statement resource out of service scope!")
    return text


def note(tx: Transaction, now: float) -> None:
    """Note that a topic has a policy that somebody wrote: from now on one may deny the root, too."""
    if not resource_policies.has_ever_been_put(tx, EVER_KIND):
        resources.put(tx, EVER_KIND, "-", "-", {"Since": now})


def of_resource(tx: Transaction, parts: Arn) -> NamedPolicy | None:
    """The policy that speaks for a topic and its subscriptions; None where there is no such topic."""
    name = parts.resource.partition(":")[0]
    return resources.derived(tx, topic.KIND, f"{parts.account}/{parts.region}", name, _compile)


def _compile(document: Document) -> NamedPolicy:
    text = text_of(document)
    # RemovePermission may have taken the last statement away; a text without any is no policy to the parser.
    empty = not _statements(orjson.loads(text))
    return NamedPolicy(document["TopicArn"], policy.Policy("2008-10-17", (), False) if empty else policy.parse(text))


def _statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = document.get("Statement", [])
    return [found] if isinstance(found, dict) else found


resource_policies.register("sns", of_resource, EVER_KIND)


@operation("sns", "AddPermission", needs="SNS:AddPermission", on=on_topic)
async def add_permission(call: Call, request: Shape) -> Shape:
    """Add a statement that lets accounts do something with the topic.

    https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html
    """
    name, now = topic.parse(call, request["TopicArn"]), call.clock.now()
    statement = _statement(name, request)

    def change(tx: Transaction) -> None:
        document = orjson.loads(text_of(topic.find(tx, name)))
        statements = _statements(document)
        if any(one.get("Sid") == request["Label"] for one in statements):
            raise refusals.invalid("Statement already exists")
        _keep(tx, name, {**document, "Statement": [*statements, statement]}, now)

    await call.store.update(change)
    return {}


@operation("sns", "RemovePermission", needs="SNS:RemovePermission", on=on_topic)
async def remove_permission(call: Call, request: Shape) -> Shape:
    """Take the statement with that label away; where there is none, nothing happens.

    https://docs.aws.amazon.com/sns/latest/api/API_RemovePermission.html
    """
    name, now = topic.parse(call, request["TopicArn"]), call.clock.now()

    def change(tx: Transaction) -> None:
        document = orjson.loads(text_of(topic.find(tx, name)))
        statements = _statements(document)
        left = [one for one in statements if one.get("Sid") != request["Label"]]
        if len(left) < len(statements):
            _keep(tx, name, {**document, "Statement": left}, now)

    await call.store.update(change)
    return {}


def _statement(name: TopicName, request: Shape) -> dict[str, Any]:
    """The statement that AddPermission's parameters describe."""
    accounts, actions = request["AWSAccountId"], request["ActionName"]
    if not request["Label"]:
        raise refusals.invalid("Label")
    if not accounts or not all(_account.fullmatch(account) for account in accounts):
        raise refusals.invalid("AWSAccountId")
    if not actions or not all(action in ACTIONS for action in actions):
        raise refusals.invalid("Policy statement action out of service scope!")
    principals = [f"arn:aws:iam::{account}:root" for account in accounts]
    named = [f"SNS:{action}" for action in actions]
    return {
        "Sid": request["Label"],
        "Effect": "Allow",
        "Principal": {"AWS": principals[0] if len(principals) == 1 else principals},
        "Action": named[0] if len(named) == 1 else named,
        "Resource": name.arn,
    }


def _keep(tx: Transaction, name: TopicName, document: dict[str, Any], now: float) -> None:
    text = orjson.dumps(document).decode()
    if len(text) > POLICY_BYTES_MAX:
        raise refusals.invalid("Policy Error: policy size limit exceeded")
    kept = topic.find(tx, name)
    topic.change(tx, name, Attributes={**kept["Attributes"], "Policy": text})
    note(tx, now)
