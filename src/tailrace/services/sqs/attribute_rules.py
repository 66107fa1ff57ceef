"""Which attributes a queue can be given, and what each may be.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from tailrace.auth import policy
from tailrace.auth.policy import MalformedPolicy
from tailrace.base.errors import ApiError
from tailrace.services.sqs import refusals
from tailrace.services.sqs.queue import FIFO_SUFFIX, KIND, Place, compiled, place_of_arn
from tailrace.store import resources
from tailrace.store.engine import Transaction

RANGES = {
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
    "MaximumMessageSize": (1024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}
BOOLEANS = frozenset(("ContentBasedDeduplication", "FifoQueue", "SqsManagedSseEnabled"))
CHOICES = {"DeduplicationScope": ("messageGroup", "queue"), "FifoThroughputLimit": ("perQueue", "perMessageGroupId")}
FIFO_ONLY = frozenset(("ContentBasedDeduplication", "FifoQueue", *CHOICES))
POLICY_BYTES_MAX = 8192
RECEIVES_MAX = 1000
SOURCES_MAX = 10
TWO_ENCRYPTIONS = (
    "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE."
)
UNSUPPORTED_FORMAT = "Amazon SQS can't create the redrive allow policy, as it’s in an unsupported format."
NO_REDRIVE_ALLOW = "Amazon SQS can't create the redrive allow policy."

Attributes = dict[str, str]


def checked(given: Attributes, current: Attributes, fifo: bool) -> Attributes:
    """A queue's own attributes after `given` were set over `current`, in the form in which they are kept.

    An empty Policy, RedrivePolicy, RedriveAllowPolicy or KmsMasterKeyId takes the attribute away. What needs a look at
    other queues is checked by `check_dead_letters`. Raises InvalidAttributeName, InvalidAttributeValue and
    InvalidParameterValue.
    """
    merged = dict(current)
    for name, value in given.items():
        rule = _RULES.get(name)
        if rule is None:
            raise refusals.unknown_attribute(name)
        if name in FIFO_ONLY and not fifo:
            if name in CHOICES:
                text = f"You can specify the {name} only when FifoQueue is set to true."
                raise ApiError("InvalidAttributeName", text)
            raise refusals.unknown_attribute(name)
        if value == "" and name in _REMOVABLE:
            merged.pop(name, None)
        else:
            merged[name] = rule(name, value)
    if given.get("KmsMasterKeyId") and merged.get("SqsManagedSseEnabled") == "true":
        if given.get("SqsManagedSseEnabled", "").lower() == "true":
            raise ApiError("InvalidAttributeName", TWO_ENCRYPTIONS)
        del merged["SqsManagedSseEnabled"]
    if merged.get("KmsMasterKeyId") and merged.get("SqsManagedSseEnabled") == "true":
        raise ApiError("InvalidAttributeName", TWO_ENCRYPTIONS)
    if merged.get("FifoThroughputLimit") == "perMessageGroupId" and merged.get("DeduplicationScope") != "messageGroup":
        reason = "It can be perMessageGroupId only when DeduplicationScope is messageGroup."  # our own words
        raise refusals.invalid_attribute("FifoThroughputLimit", reason)
    return merged


def check_dead_letters(tx: Transaction, place: Place, attributes: Attributes) -> None:
    """Whether the queue that a RedrivePolicy names is there, of the same type, and lets this one use it."""
    text = attributes.get("RedrivePolicy")
    if not text:
        return
    target = place_of_arn(orjson.loads(text)["deadLetterTargetArn"])
    assert target

    def refuse(reason: str) -> ApiError:
        return refusals.invalid_value(text, "RedrivePolicy", reason)

    if target.scope != place.scope:
        raise refuse("Dead-letter target owner should be same as the source.")
    found = resources.derived(tx, KIND, *target, compiled)
    if found is None:
        raise refuse("Dead letter target does not exist.")
    if found.fifo != place.name.endswith(FIFO_SUFFIX):
        raise refuse("Dead-letter queue must be same type of queue as the source.")
    document = resources.get(tx, KIND, *target)
    allowed = document["Attributes"].get("RedriveAllowPolicy") if document else None
    if allowed and not _lets(orjson.loads(allowed), place.arn):
        raise refuse("Queue does not have permission to use the dead-letter queue.")  # our own words


def _lets(allowed: dict[str, Any], source: str) -> bool:
    permission = allowed["redrivePermission"]
    return permission == "allowAll" or (permission == "byQueue" and source in allowed["sourceQueueArns"])


def _integer(name: str, value: str) -> str:
    low, high = RANGES[name]
    if not (value.isascii() and value.isdecimal() and low <= int(value[:12]) <= high):
        raise refusals.invalid_attribute(name)
    return str(int(value))


def _boolean(name: str, value: str) -> str:
    if value.lower() not in ("true", "false"):
        raise refusals.invalid_attribute(name)
    if name == "FifoQueue" and value.lower() == "false":
        raise refusals.invalid_attribute(name, "Modifying queue type is not supported.")
    return value.lower()


def _choice(name: str, value: str) -> str:
    if value not in CHOICES[name]:
        raise refusals.invalid_attribute(name)
    return value


def _policy(name: str, value: str) -> str:
    """A queue's policy: statements that name principals and SQS's actions alone."""
    try:
        statements = policy.parse(value).statements
        actions = [text for one in policy.statements_of(policy.load(value)) for text in policy.texts(_action(one))]
    except MalformedPolicy:
        raise refusals.invalid_attribute(name) from None
    known = all(action == "*" or action.lower().startswith("sqs:") for action in actions)
    if len(value.encode()) > POLICY_BYTES_MAX or not known or not all(one.principals for one in statements):
        raise refusals.invalid_attribute(name)
    return value


def _action(statement: dict[str, Any]) -> Any:
    return statement.get("Action", statement.get("NotAction", []))


def _key(name: str, value: str) -> str:
    """A KMS key's name; it is kept and shown. The data itself is encrypted, or not, by the disk that it is on."""
    return value


def _redrive(name: str, value: str) -> str:
    """A redrive policy, written anew as AWS shows it: the count is a number."""
    try:
        rule = orjson.loads(value)
    except orjson.JSONDecodeError:
        rule = None
    if not isinstance(rule, dict):
        raise refusals.invalid_attribute(name, "Redrive policy is not a valid JSON map.")
    for mandatory in ("maxReceiveCount", "deadLetterTargetArn"):
        if mandatory not in rule:
            reason = f"Redrive policy does not contain mandatory attribute: {mandatory}."
            raise refusals.invalid_value(value, name, reason)
    if len(rule) > 2:
        reason = "Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn]."
        raise refusals.invalid_value(value, name, reason)
    count, target = str(rule["maxReceiveCount"]), rule["deadLetterTargetArn"]
    if not (count.isascii() and count.isdecimal() and 1 <= int(count[:9]) <= RECEIVES_MAX):
        reason = f"Invalid value for maxReceiveCount: {count}, valid values are from 1 to 1000 both inclusive."
        raise refusals.invalid_value(value, name, reason)
    if not isinstance(target, str) or not target.startswith("arn:"):
        raise refusals.invalid_value(value, name, "Invalid value for deadLetterTargetArn.")
    if place_of_arn(target) is None:
        raise refusals.invalid_value(value, name, "Only SQS queues are valid resources for deadLetterTargetArn.")
    return orjson.dumps({"deadLetterTargetArn": target, "maxReceiveCount": int(count)}).decode()


def _redrive_allow(name: str, value: str) -> str:
    """Which queues may use this one for their dead letters."""
    try:
        rule = orjson.loads(value)
    except orjson.JSONDecodeError:
        rule = None
    sources = rule.get("sourceQueueArns", []) if isinstance(rule, dict) else None
    permission = rule.get("redrivePermission") if isinstance(rule, dict) else None
    if (
        permission not in ("allowAll", "denyAll", "byQueue")
        or rule.keys() - {"redrivePermission", "sourceQueueArns"}
        or not isinstance(sources, list)
        or not all(isinstance(source, str) for source in sources)
    ):
        raise refusals.invalid_attribute(name, UNSUPPORTED_FORMAT)
    why = ""
    if permission == "byQueue" and not sources:
        why = "When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values."
    elif permission != "byQueue" and sources:
        why = "To specify one or more source queue ARNs, you must set redrivePermission to byQueue."
    elif len(sources) > SOURCES_MAX:
        why = f"The maximum number of source queue ARNs you can specify is {SOURCES_MAX}."
    if why:
        raise refusals.invalid_value(value, name, f"{NO_REDRIVE_ALLOW} {why}")
    return value


_RULES: dict[str, Callable[[str, str], str]] = {
    **dict.fromkeys(RANGES, _integer),
    **dict.fromkeys(BOOLEANS, _boolean),
    **dict.fromkeys(CHOICES, _choice),
    "KmsMasterKeyId": _key,
    "Policy": _policy,
    "RedriveAllowPolicy": _redrive_allow,
    "RedrivePolicy": _redrive,
}
_REMOVABLE = frozenset(("KmsMasterKeyId", "Policy", "RedriveAllowPolicy", "RedrivePolicy"))
SETTABLE = frozenset(_RULES)
"""The names of all attributes that a queue can be given."""
