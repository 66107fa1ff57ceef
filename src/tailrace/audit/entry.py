"""What is known of one call: filled in as the call goes on, turned into JSON when it is written down."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Final, NamedTuple

from tailrace.auth.evaluate import Decision
from tailrace.auth.principal import Principal
from tailrace.base import arn, ids

PERMISSIONS_MAX = 100  # of one call; a transaction can need more, and says how many are left out
TEXT_MAX = 2048
Measured = dict[tuple[Any, ...], float | None]
LAMBDA = "lambda.amazonaws.com"  # where a service's calls come from, as CloudTrail tells it
ACCESS_KEY_ID_MAX = 32  # a secret put where the id belongs has forty characters: it is not written down
# Where a request says what it is about, for the calls that no policy was asked about (the root's).
SUBJECTS: Final = {
    "TableName": ("dynamodb", "table/{}"),
    "StreamArn": ("dynamodb", "{}"),
    "FunctionName": ("lambda", "function:{}"),
    "logGroupName": ("logs", "log-group:{}:*"),
    "UserName": ("iam", "user/{}"),
    "RoleName": ("iam", "role/{}"),
    "PolicyArn": ("iam", "{}"),
    "RoleArn": ("iam", "{}"),
    "ResourceArn": ("dynamodb", "{}"),
    "QueueName": ("sqs", "{}"),
}


class Decided(NamedTuple):
    """One permission that was asked for, and what the policies said. `principal` where it isn't the caller's own."""

    action: str
    resource: str
    decision: Decision
    principal: str | None = None


class Entry:
    """One call. `decisions` stays empty where nobody was asked: for the root, and for calls that failed before.

    `also` is for what a handler asks about somebody else: may the function's role read the stream?
    """

    __slots__ = (
        "access_key_id",
        "also",
        "at",
        "decisions",
        "error",
        "measured",
        "ms",
        "operation",
        "principal",
        "region",
        "request_id",
        "service",
        "settled",
        "source_ip",
        "status",
        "subject",
        "trace",
    )

    def __init__(self, at: float, request_id: str, service: str, operation: str, source_ip: str) -> None:
        self.at = at
        self.request_id = request_id
        self.service = service
        self.operation = operation
        self.source_ip = source_ip
        self.principal: Principal | None = None
        self.access_key_id = ""
        self.region = ""
        self.decisions: Sequence[Decided] = ()
        self.also: Sequence[Decided] = ()
        self.subject: tuple[str, str] | None = None
        self.status = 200
        self.error: str | None = None
        self.ms = 0.0
        # What the request counts in of metrics, not written down: the series, and their values; None is its time.
        self.measured: Measured | None = None  # by the tally that was begun last
        self.settled: Measured | None = None  # by those whose work is done
        self.trace = ""  # the traceparent of its span, where there is telemetry

    @classmethod
    def by_lambda(
        cls, at: float, role: Principal, service: str, operation: str, region: str, decisions: Sequence[Decided]
    ) -> Entry:
        """What Lambda does by itself in a role's name: reads a stream for a mapping, writes a function's log.

        It is noted the first time, and when the decision changes; not at each poll.
        """
        entry = cls(at, ids.uuid(), service, operation, LAMBDA)
        entry.principal, entry.region, entry.decisions = role, region, decisions
        if not all(each.decision.allowed for each in decisions):
            entry.status, entry.error = 400, "AccessDeniedException"
        return entry

    @property
    def own(self) -> bytes:
        """The members of the record that no other call's has, as the start of its line. Ids are ours: plain letters."""
        at, took = _thousandths(self.at), _thousandths(self.ms)
        return f'{{"Time":{at},"RequestId":"{self.request_id}","Milliseconds":{took},'.encode()

    @property
    def kind(self) -> Hashable:
        """Calls of one kind have equal records, but for what is each call's own. Good while the entry is there."""
        found = (
            id(self.principal),  # the same one for all calls with a key: to compare what it holds would cost more
            self.access_key_id,
            self.source_ip,
            self.service,
            self.operation,
            self.region,
            self.subject,
            self.status,
            self.error,
        )
        return (found, *map(_told, (*self.decisions, *self.also))) if self.decisions or self.also else found

    def shared(self) -> dict[str, Any]:
        """The members of the record that calls of one kind share. Absent members are absent: no decision was needed,
        no error happened.
        """
        principal = self.principal
        found: dict[str, Any] = {
            "Service": self.service,
            "Operation": self.operation,
            "Region": self.region,
            "SourceIp": self.source_ip,
            "StatusCode": self.status,
        }
        if principal is not None:
            found["PrincipalArn"] = principal.arn
        if 0 < len(self.access_key_id) <= ACCESS_KEY_ID_MAX:
            found["AccessKeyId"] = self.access_key_id
        if self.error:
            found["ErrorCode"] = self.error
        decisions = [*self.decisions, *self.also]
        if decisions:
            return found | _decided(decisions)
        if principal is not None and principal.kind == "root":
            found["Decision"], found["Reason"] = "Allowed", "allowed: root"
        else:
            found["Decision"], found["Reason"] = "Undecided", "no policy was asked"
        if self.subject is not None and principal is not None:
            found["Resources"] = [_subject_arn(*self.subject, self.region, principal.account)]
        return found


def _thousandths(value: float) -> str:
    """A number that isn't negative with three decimals: its digits are those of two integers, in half the time."""
    rounded = int(value * 1000 + 0.5)
    return f"{rounded // 1000}.{str(1000 + rounded % 1000)[1:]}"


def _told(each: Decided) -> Hashable:
    """A decision with all that the record tells of it."""
    return each, each.decision.near


def subject_of(shape: dict[str, Any]) -> tuple[str, str] | None:
    """What a request is about, in one look: the first member that names it, and its text."""
    for name in SUBJECTS:
        if name in shape:
            value = shape[name]
            return (name, value) if isinstance(value, str) else None
    return None


def _subject_arn(member: str, value: str, region: str, account: str) -> str:
    value = value[:TEXT_MAX]
    service, form = SUBJECTS[member]
    if value.startswith("arn:"):
        return value
    resource = form.format(value)
    return arn.iam(account, resource) if service == "iam" else arn.build(service, region, account, resource)


def _decided(decisions: Sequence[Decided]) -> dict[str, Any]:
    """The decisions of a call: the one that counts in short, and all of them."""
    denied = next((each for each in decisions if not each.decision.allowed), None)
    telling = denied or decisions[0]
    found: dict[str, Any] = {
        "Resources": list(dict.fromkeys(each.resource[:TEXT_MAX] for each in decisions[:PERMISSIONS_MAX])),
        "Decision": "Denied" if denied else "Allowed",
        "Reason": telling.decision.reason,
        "Permissions": [_permission(each) for each in decisions[:PERMISSIONS_MAX]],
    }
    if telling.decision.policy:
        found |= {"Policy": telling.decision.policy, "Statement": telling.decision.statement}
    if len(decisions) > PERMISSIONS_MAX:
        found["PermissionsLeftOut"] = len(decisions) - PERMISSIONS_MAX
    return found


def _permission(each: Decided) -> dict[str, Any]:
    decision = each.decision
    found: dict[str, Any] = {
        "Action": each.action,
        "Resource": each.resource[:TEXT_MAX],
        "Allowed": decision.allowed,
        "Source": decision.source,
    }
    if decision.explicit and not decision.allowed:
        found["ExplicitDeny"] = True
    if decision.policy:
        found |= {"Policy": decision.policy, "Statement": decision.statement}
    if each.principal:
        found["PrincipalArn"] = each.principal
    if decision.near:
        found["Near"] = [
            {"Policy": near.policy, "Statement": near.statement, "Resources": list(near.resources)}
            for near in decision.near
        ]
    return found
