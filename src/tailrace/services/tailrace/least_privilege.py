"""What a principal has used, as the policy that allows just that."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import orjson

from tailrace.audit import search
from tailrace.audit.search import Query, Record
from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.identity import ROLE, USER, key_of
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.tailrace import smallest_policy
from tailrace.store import resources

PAIRS_MAX = 10_000  # different (action, resource) pairs; more make no policy that anybody could attach


@dataclass(slots=True)
class Use:
    """What was seen of a principal."""

    calls: int = 0
    first: float = 0.0
    last: float = 0.0
    allowed: Counter[tuple[str, str]] = field(default_factory=Counter)
    denied: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, record: Record) -> None:
        """Count a call of the principal itself."""
        self.calls += 1
        self.first = record["Time"]  # records come newest first
        self.last = self.last or record["Time"]
        for permission in record.get("Permissions", ()):
            if "PrincipalArn" not in permission:
                counted = self.allowed if permission["Allowed"] else self.denied
                counted[permission["Action"], permission["Resource"]] += 1
        if len(self.allowed) + len(self.denied) > PAIRS_MAX:
            raise ApiError.validation(f"The principal used more than {PAIRS_MAX} resources: ask for a shorter time")


@operation("tailrace", "GenerateLeastPrivilegePolicy", needs="tailrace:GenerateLeastPrivilegePolicy", on=anything)
async def generate_least_privilege_policy(call: Call, request: Shape) -> Shape:
    """The policy that allows what the principal was seen to use between StartTime and EndTime, and nothing else.

    What was denied is left out unless IncludeDenied. The root's calls ask no policy, so they show nothing.
    """
    principal = await _principal(call, request)
    query = Query(principal=principal, since=request.get("StartTime"), until=request.get("EndTime"))
    await call.node.audit.flush()
    use = await asyncio.to_thread(_observe, call, query)
    answer: Shape = {"PrincipalArn": principal, "Calls": use.calls, "Actions": _actions(use)}
    if use.calls:
        answer |= {"FirstSeen": use.first, "LastSeen": use.last}
    pairs = set(use.allowed) | (set(use.denied) if request.get("IncludeDenied") else set())
    if pairs:
        policy = smallest_policy.document(pairs)
        answer["PolicyDocument"] = orjson.dumps(policy, option=orjson.OPT_INDENT_2).decode()
    return answer


def _observe(call: Call, query: Query) -> Use:
    use = Use()
    for record in search.every(call.node.audit.segments, query):
        use.add(record)
    return use


def _actions(use: Use) -> list[Shape]:
    found: dict[str, Shape] = {}
    for name, counter in (("Allowed", use.allowed), ("Denied", use.denied)):
        for (action, resource), count in counter.items():
            entry = found.setdefault(action, {"Action": action, "Resources": [], "Allowed": 0, "Denied": 0})
            entry[name] += count
            if resource not in entry["Resources"]:
                entry["Resources"].append(resource)
    return [found[action] for action in sorted(found)]


async def _principal(call: Call, request: Shape) -> str:
    """The ARN that is asked about. Raises ValidationException unless there is one, ResourceNotFoundException."""
    given = [name for name in ("PrincipalArn", "RoleName", "UserName") if name in request]
    if len(given) != 1:
        raise ApiError.validation("Name one of PrincipalArn, RoleName and UserName")
    text: str = request[given[0]]
    if given == ["PrincipalArn"]:
        if arn.parse(text) is None:
            raise ApiError.validation(f"{text} is not an ARN")
        return text
    kind = ROLE if given == ["RoleName"] else USER
    found = await call.store.view(lambda tx: resources.get(tx, kind, call.account, key_of(text)))
    if found is None:
        raise ApiError.resource_not_found(f"There is no {'role' if kind == ROLE else 'user'} {text}")
    return str(found["Arn"])
