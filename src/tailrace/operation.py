"""Operations: what a service can be asked to do, and the call that asks.

An operation is one async function; adding one touches one place:

    @operation("dynamodb", "PutItem", needs="dynamodb:PutItem", on=table_arn)
    async def put_item(call: Call, request: Shape) -> Shape: ...

The decorator refuses to load without `needs` and `on`, so no operation can be reached that nobody authorized.
botocore's model gives parsing, constraints and the wire form; `registry.check` compares the names with it.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from tailrace.audit.entry import Decided, Entry
from tailrace.audit.journal import Journal
from tailrace.auth.last_used import LastUsed
from tailrace.base import arn
from tailrace.base.clock import Clock
from tailrace.base.config import Config
from tailrace.base.contributors import Contributors
from tailrace.base.errors import ApiError
from tailrace.base.measurements import Measurements
from tailrace.base.meter import Meter
from tailrace.base.token_bucket import Buckets
from tailrace.identity import Identity, Principal
from tailrace.runtime.pool import Pool
from tailrace.store.engine import Store
from tailrace.wire.http import HttpRequest

if TYPE_CHECKING:
    from tailrace.telemetry import Telemetry  # who imports it needs OpenTelemetry

T = TypeVar("T")
Shape = dict[str, Any]
ContextKeys = Mapping[str, str | list[str]]
Later = Callable[[], ContextKeys | Awaitable[ContextKeys]]


class Need:
    """One permission that a call must hold: an IAM action on a resource.

    `context` are the service's own condition keys, or what finds them out: no policy may ask for them.
    """

    __slots__ = ("_context", "action", "resource", "tags")

    def __init__(self, action: str, resource: str, context: ContextKeys | Later | None = None) -> None:
        self.action = action
        self.resource = resource
        self.tags: ContextKeys | None = None
        self._context = context

    async def context(self) -> ContextKeys:
        """The condition keys, and those of the tags that the request sets. Raises what a wrong request is refused
        with, where it has to be understood to tell.
        """
        found = self._context
        keys = (await _settled(found()) if callable(found) else found) or {}
        return {**self.tags, **keys} if self.tags else keys


@dataclass(slots=True)
class Node:
    """One running server: its settings and the long-lived parts that calls share.

    `endpoint` is where the node answers, which functions get as AWS_ENDPOINT_URL. `last_used` is what this node has
    seen of keys and roles since it was last written down, `contributors` which keys of tables; `audit` keeps who did
    what, `meter` how much, and `measurements` how much of it in each minute.
    """

    config: Config
    clock: Clock
    store: Store
    identity: Identity
    pool: Pool
    endpoint: str = ""
    buckets: Buckets = field(default_factory=Buckets)
    last_used: LastUsed = field(default_factory=LastUsed)
    contributors: Contributors = field(default_factory=Contributors)
    audit: Journal = field(default_factory=Journal)
    meter: Meter = field(default_factory=Meter)
    measurements: Measurements = field(default_factory=Measurements)
    live_tails: dict[str, int] = field(default_factory=dict)
    queries: set[asyncio.Task[None]] = field(default_factory=set)
    query_turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    telemetry: Telemetry | None = None


class Call:
    """One authenticated request: who asks, where, when, and the node that serves it.

    `entry` is its record in the audit. `gone` is set once nobody waits for the answer any more; what only waits (a long
    poll) ends then.
    """

    __slots__ = (
        "entry",
        "gone",
        "node",
        "operation",
        "principal",
        "region",
        "request",
        "request_id",
        "secure",
        "service",
        "source_ip",
    )

    def __init__(
        self,
        node: Node,
        principal: Principal,
        service: str,
        operation: str,
        region: str,
        request_id: str,
        source_ip: str = "127.0.0.1",
        secure: bool = False,
        request: HttpRequest | None = None,
        entry: Entry | None = None,
        gone: asyncio.Event | None = None,
    ) -> None:
        self.node = node
        self.principal = principal
        self.service = service
        self.operation = operation
        self.region = region
        self.request_id = request_id
        self.source_ip = source_ip
        self.secure = secure
        self.request = request
        self.entry = entry
        self.gone = asyncio.Event() if gone is None else gone

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers that the request came with."""
        return {} if self.request is None else self.request.headers

    @property
    def user_agent(self) -> str:
        """With which program it says that it was made."""
        return self.headers.get("user-agent", "")

    @property
    def account(self) -> str:
        """The twelve digits of the caller's account."""
        return self.principal.account

    @property
    def scope(self) -> str:
        """`account/region`: what regional resources are kept under."""
        return f"{self.principal.account}/{self.region}"

    @property
    def origin(self) -> str:
        """What the changes that this request makes are kept with: its id and, behind a space, the context of its span
        where there is telemetry.
        """
        if self.entry is not None and self.entry.trace:
            return f"{self.request_id} {self.entry.trace}"
        return self.request_id

    @property
    def store(self) -> Store:
        """The node's store."""
        return self.node.store

    @property
    def clock(self) -> Clock:
        """The node's clock."""
        return self.node.clock

    def note(self, decisions: Sequence[Decided]) -> None:
        """Have the audit keep what a handler has decided itself, in place of what it noted before (a closure may run
        again): may the function's role read the stream, may the caller assume the role?
        """
        if self.entry is not None:
            self.entry.also = decisions

    def arn(self, resource: str, service: str | None = None) -> str:
        """An ARN in the caller's account and region, of the called service unless another is named."""
        return arn.build(service or self.service, self.region, self.account, resource)


Handler = Callable[[Call, Shape], Awaitable[Shape]]
Resources = Callable[[Call, Shape], str | Iterable[str] | Awaitable[str | Iterable[str]]]
Needs = Callable[[Call, Shape], Iterable[Need] | Awaitable[Iterable[Need]]]
Context = Callable[[Call, Shape], ContextKeys | Awaitable[ContextKeys]]


@dataclass(frozen=True, slots=True)
class Operation:
    """A registered operation. `needs` is None for the few that AWS lets everybody call (sts:GetCallerIdentity).

    `without` says what of its request is refused, and why; `refused` why the operation itself is, where it is.
    """

    service: str
    name: str
    handler: Handler
    needs: str | None
    on: Resources
    also: Needs | None
    context: Context | None
    without: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""

    async def permissions(self, call: Call, request: Shape) -> list[Need]:
        """Every permission that this request must hold, in the order in which they are checked.

        That they were asked for is a use of the caller's key or role, whatever the decision will be. Resources may
        take a look at the store (a role's path is part of its ARN), so they may be awaited; condition keys are found
        out when a policy asks.
        """
        key_id = "" if call.entry is None else call.entry.access_key_id
        call.node.last_used.note(call.principal, key_id, call.clock.now(), call.service, call.region)
        found: list[Need] = []
        if self.needs:
            given = self.on(call, request)
            resources = given if isinstance(given, str) else await _settled(given)
            keys = functools.partial(self.context, call, request) if self.context else None
            if isinstance(resources, str):
                found.append(Need(self.needs, resources, keys))
            else:
                found.extend([Need(self.needs, resource, keys) for resource in resources])
        if self.also:
            found.extend(await _settled(self.also(call, request)))
        tags = request_tags(request)
        if tags:
            for need in found:
                if need.action != "iam:PassRole":  # what is tagged is the operation's own; a role is passed along
                    need.tags = tags
        return found


def request_tags(request: Shape) -> dict[str, str | list[str]]:
    """aws:RequestTag and aws:TagKeys of a request that sets or takes away tags, however its service spells them."""
    tags = request.get("Tags") or request.get("tags")
    names = request.get("TagKeys") or request.get("tagKeys")
    if not tags:
        return {"aws:TagKeys": list(names)} if names else {}
    if isinstance(tags, dict):
        given = tags
    elif isinstance(tags[0], str):
        return {"aws:TagKeys": list(tags)}
    else:
        given = {tag["Key"]: tag.get("Value", "") for tag in tags}
    keys: dict[str, str | list[str]] = {f"aws:RequestTag/{key}": value for key, value in given.items()}
    return keys | {"aws:TagKeys": list(given)}


async def _settled(value: T | Awaitable[T]) -> T:
    return await value if isinstance(value, Awaitable) else value


class Registry:
    """All operations by service and name."""

    def __init__(self) -> None:
        self._operations: dict[tuple[str, str], Operation] = {}

    def add(self, operation: Operation) -> None:
        """Register; a second operation of the same name is a mistake of ours."""
        key = (operation.service, operation.name)
        if key in self._operations:
            raise ValueError(f"{key} is registered twice")
        self._operations[key] = operation

    def find(self, service: str, name: str) -> Operation | None:
        """The operation, or None where this server has none of that name."""
        return self._operations.get((service, name))

    def __iter__(self) -> Iterator[Operation]:
        return iter(self._operations.values())


REGISTRY = Registry()


def anything(call: Call, request: Shape) -> str:
    """The resource of actions that AWS grants on `*` alone (ListTables, ListFunctions, ...)."""
    return "*"


def operation(
    service: str,
    name: str,
    *,
    needs: str | None,
    on: Resources,
    also: Needs | None = None,
    context: Context | None = None,
    without: Mapping[str, str] | None = None,
) -> Callable[[Handler], Handler]:
    """Register the function below as the handler of `service`.`name`.

    `needs` is the IAM action, `on` gives the ARN (or ARNs) that it is needed on; `also` names further permissions
    (iam:PassRole), `context` the service's condition keys (dynamodb:LeadingKeys). `without` names what of the request
    Tailrace can't do, with the reason: a member ("VpcConfig"), one further in ("Code.S3Bucket"), or one of a value
    ("PackageType=Image"). Who asks for it is refused; an empty one asks for nothing.
    """
    if on is None or not (needs is None or ":" in needs):
        raise TypeError(f"{service}.{name} must say which permission it needs, and on what")

    def register(handler: Handler) -> Handler:
        handle = _refusing(handler, without) if without else handler
        REGISTRY.add(Operation(service, name, handle, needs, on, also, context, without or {}))
        return handle

    return register


def refuse(service: str, name: str, why: str, *, needs: str, on: Resources) -> None:
    """Register an operation that is always refused, for who may call it: one clear answer instead of a pretence."""

    async def handler(call: Call, request: Shape) -> Shape:
        raise not_supported(call, why)

    REGISTRY.add(Operation(service, name, handler, needs, on, None, None, refused=why))


def _refusing(handler: Handler, without: Mapping[str, str]) -> Handler:
    @functools.wraps(handler)
    async def run(call: Call, request: Shape) -> Shape:
        for what, why in without.items():
            if _is_asked(request, what):
                raise not_supported(call, f"{what}: {why}")
        return await handler(call, request)

    return run


def _is_asked(request: Shape, what: str) -> bool:
    path, _, value = what.partition("=")
    found: Any = request
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found == value if value else _asks(found)


def _asks(value: Any) -> bool:
    """Whether a value asks for something: {"Metrics": []} and 0 don't."""
    return any(_asks(one) for one in value.values()) if isinstance(value, dict) else bool(value)


def not_supported(call: Call, why: str) -> ApiError:
    """The one clear answer of an operation or option that Tailrace does not have."""
    return ApiError(
        "UnsupportedOperationException", f"Tailrace does not support {call.service}:{call.operation}: {why}"
    )
