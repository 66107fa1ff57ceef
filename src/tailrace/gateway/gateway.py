"""One request, from its bytes to its answer: ten calls, top to bottom.

```
route -> who signed? -> inflate -> parse -> validate -> authorize -> handler -> serialize (checksum) -> deflate
```
The order can be seen from outside, and is AWS's: an unknown operation is told before a bad signature, a bad signature
before a malformed body, a malformed body before a missing permission.
"""

from __future__ import annotations

import logging
from typing import Final

from tailrace import resource_policies
from tailrace.audit.entry import Decided, Entry, subject_of
from tailrace.auth import sigv4
from tailrace.auth.principal import anonymous
from tailrace.auth.sigv4 import Signature, SignatureProblem
from tailrace.base import arn, ids
from tailrace.base.errors import ApiError, Outdated
from tailrace.base.meter import REQUESTS, Count
from tailrace.gateway import console_files, front_page, function_urls, own_pages
from tailrace.gateway.admission import InFlight
from tailrace.gateway.body import ANSWER_BYTES_MIN, DYNAMODB_BYTES_MAX, deflate, inflate, takes_gzip
from tailrace.gateway.console_files import ConsoleFiles
from tailrace.gateway.own_pages import OwnPages
from tailrace.gateway.peer import Peer
from tailrace.identity import Credentials
from tailrace.kept_decisions import KeptDecisions
from tailrace.operation import REGISTRY, Call, Need, Node, Operation, Shape
from tailrace.services.dynamodb import table_metrics
from tailrace.store import Overloaded, TooLong, Unreachable
from tailrace.store.engine import Transaction
from tailrace.wire import model, query_xml
from tailrace.wire import route as routing
from tailrace.wire.body_forms import BodyForms
from tailrace.wire.http import COPIED_BYTES_MAX, HttpRequest, HttpResponse
from tailrace.wire.protocol import Route

log = logging.getLogger("tailrace.gateway")

PAGES: Final = (own_pages.PREFIX, console_files.PREFIX)
DYNAMODB: Final = ("dynamodb", "dynamodbstreams")  # with long request ids, and answers that may be compressed
_TARGET: Final = "target"  # what requests that are alike have found
_AT_ONCE: Final = "answered at once"
_BODY_FORMS: Final = "forms of bodies"
# What asks the store alone. Where that is in this process a read waits for nothing, a write for its future; where it is
# a database, both wait several times, and in ways that need a task.
_READS = ("GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan")
_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")
AT_ONCE = frozenset(
    ("DynamoDBStreams_20120810.GetRecords", *(f"DynamoDB_20120810.{name}" for name in (*_READS, *_WRITES)))
)


class _Target:
    """What a request asks for, and what is known of all that ask for the same: the operation that we have, whether
    it is one of DynamoDB's or its streams', whether it may come without a signature, and how many were answered with
    each status.
    """

    __slots__ = ("counts", "needs_no_signature", "of_dynamodb", "operation", "route")

    def __init__(self, route: Route) -> None:
        self.route = route
        self.operation: Operation | None = REGISTRY.find(route.service, route.operation)
        self.of_dynamodb = route.service in DYNAMODB
        self.needs_no_signature = routing.UNSIGNED.get(route.operation) == route.service
        self.counts: dict[int, Count] = {}


class Gateway:
    """Answers HTTP requests with a node's operations."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.own_pages = OwnPages(node)
        self.console = ConsoleFiles()
        self.in_flight = InFlight()
        self.function_urls = function_urls.FunctionUrls(node, self.in_flight)
        self._anonymous = anonymous(node.config.account)
        self._decisions = KeptDecisions(node.identity)
        self._at_once = frozenset[str]() if node.config.in_database else AT_ONCE
        self._targets: dict[Route, _Target] = {}

    def answers_at_once(self, request: HttpRequest) -> bool:
        """Whether the answer to a request needs no task: nothing that it waits for asks for one."""
        alike = request.alike
        known: bool | None = None if alike is None else alike.found.get(_AT_ONCE)
        if known is not None:
            return known
        headers = request.headers
        # Neither a page nor a function's URL.
        is_call = request.path == "/" and function_urls.LABEL not in headers.get("host", "")
        found = is_call and headers.get("x-amz-target") in self._at_once
        if alike is not None:
            alike.found[_AT_ONCE] = found
        return found

    async def answer(self, request: HttpRequest, peer: Peer) -> HttpResponse:
        """The answer to one request. Never raises but for the cancellation of its task."""
        target: _Target | None = None if request.alike is None else request.alike.found.get(_TARGET)
        if target is None:
            found = await self._find(request, peer)
            if isinstance(found, HttpResponse):
                return found
            target = found
        node, route, of_dynamodb = self.node, target.route, target.of_dynamodb
        service, operation = route.service, route.operation
        request_id = request_id_of(service)
        if of_dynamodb and request.size > DYNAMODB_BYTES_MAX:
            return HttpResponse(413, {"x-amzn-RequestId": request_id}, b"")
        clock, telemetry = node.clock, node.telemetry
        entry = Entry(clock.now(), request_id, service, operation, peer.address)
        began = clock.monotonic()
        span = telemetry.request(service, operation, request_id, request.headers) if telemetry else None
        if telemetry and span:
            entry.trace = telemetry.context(span)
        try:
            shape = await self._perform(target, request, peer, entry)
            response = route.protocol.serialize(route, shape, request_id)
        except Exception as problem:  # noqa: BLE001 - the refusal of a fault of ours is an answer, too
            refusal = refusal_of(problem, entry)
            entry.error = refusal.code
            response = route.protocol.error(service, refusal, request_id)
        if telemetry and span:
            telemetry.end_request(span, response.status, entry.error)
        entry.ms = (clock.monotonic() - began) * 1000
        entry.status = response.status
        node.audit.add(entry)
        count = target.counts.get(response.status) or self._count(target, response.status)
        count.value += 1
        if of_dynamodb:
            table_metrics.answered(node, entry)
            if len(response.body) >= ANSWER_BYTES_MIN and takes_gzip(request):
                await deflate(response)
        return response

    async def _find(self, request: HttpRequest, peer: Peer) -> _Target | HttpResponse:
        """What a request asks for; where that is no operation, the answer."""
        if function_urls.LABEL in request.headers.get("host", "") or request.path.startswith(function_urls.PATH):
            url = function_urls.named(request, self.node.config.region)
            if url is not None:
                return await self.function_urls.answer(url, request, peer)
        if request.path != "/" or request.method != "POST":  # where the calls of most APIs go, and no page is
            page = await self._page(request)
            if page is not None:
                return page
        try:
            route = routing.route(request)
        except ApiError as error:
            service = routing.presumed_service(request)
            return routing.refusal(request, service, error, request_id_of(service))
        found = self._targets.get(route)
        if found is None:
            found = _Target(route)
            if route.by_headers:
                self._targets[route] = found
        if route.by_headers and request.alike is not None:
            request.alike.found[_TARGET] = found
        return found

    def _count(self, target: _Target, status: int) -> Count:
        route = target.route
        labels = (("service", route.service), ("operation", route.operation), ("status", str(status)))
        found = target.counts[status] = self.node.meter.counter(REQUESTS, labels)
        return found

    async def _page(self, request: HttpRequest) -> HttpResponse | None:
        """What isn't an API's: our own pages, the console, the front page. None for all others."""
        if request.path.startswith(PAGES):
            found = await self.own_pages.answer(request) or await self.console.answer(request)
            if found is not None:
                return found
        return front_page.answer(request, self.node.config.region, with_console=self.console.are_there)

    async def _perform(self, target: _Target, request: HttpRequest, peer: Peer, entry: Entry) -> Shape:
        node, route, operation = self.node, target.route, target.operation
        service = route.service
        signature, guarded = self._signed(target, request), False
        if signature is None:
            principal, entry.region = self._anonymous, region_named(request, node)
        else:
            claim, token = signature.claim, signature.session_token
            key_id, entry.region = claim.access_key_id, claim.region
            entry.access_key_id, at_hand = key_id, node.store.at_hand()
            if at_hand is None:
                (secret, principal), guarded = await node.store.view(lambda tx: self._named(tx, key_id, token))
            else:
                (secret, principal), guarded = self._named(at_hand, key_id, token)
            # The signature covers the raw bytes, compressed or not.
            sigv4.verify(signature, request, secret, node.clock.machine(), route.signing_name)
        entry.principal = principal
        if operation is None:
            raise ApiError(
                "UnsupportedOperationException",
                f"Tailrace does not have {service}:{route.operation} yet. See README.md for what is there.",
                status=501 if model.service(service).protocol == "rest-json" else 400,
            )
        shape = self._shape(target, request)
        entry.subject = subject_of(shape)
        call = Call(
            node,
            principal,
            service,
            route.operation,
            entry.region,
            entry.request_id,
            peer.address,
            peer.secure,
            request,
            entry,
            peer.gone,
        )
        self.in_flight.enter(entry.access_key_id, service)
        try:
            if guarded or principal.kind not in ("root", "anonymous"):
                await self._authorize(call, operation, shape, entry)
            return await operation.handler(call, shape)
        finally:
            self.in_flight.leave(entry.access_key_id)

    def _shape(self, target: _Target, request: HttpRequest) -> Shape:
        """The members of the request, as the model wants them."""
        route, forms = target.route, _body_forms(target, request)
        known = None if forms is None else forms.read(request.body)
        if known is not None:
            return known
        if "content-encoding" in request.headers:
            inflate(request, self.node.config.request_bytes_max)
        shape = route.protocol.parse(route, request)
        route.validate(shape)
        if forms is not None:
            forms.learn(request.body, shape)
        return shape

    def _named(self, tx: Transaction, key_id: str, token: str | None) -> tuple[Credentials, bool]:
        """Whose key a request names, and whether any resource has a policy, which would count for the root, too."""
        return self.node.identity.lookup(tx, key_id, token), resource_policies.exist(tx)

    def _signed(self, target: _Target, request: HttpRequest) -> Signature | None:
        """What the request says about its own signing; None for one that needs no signature and has none."""
        followed = request.method != "HEAD"  # who only looks at a link has not followed it
        if target.needs_no_signature and followed and not sigv4.is_signed(request):
            return None
        return sigv4.read(request)

    async def _authorize(self, call: Call, operation: Operation, shape: Shape, entry: Entry) -> None:
        """Every permission that the request needs, or AWS's AccessDenied."""
        needs = await operation.permissions(call, shape)
        at_hand = self.node.store.at_hand()
        if at_hand is None:
            decided = await self.node.store.view(lambda tx: self._known(tx, call, needs))
        else:
            decided = self._known(at_hand, call, needs)
        if decided is None:
            decided = await self._decide(call, needs)
        entry.decisions = decided
        for each in decided:
            if not each.decision.allowed:
                denial = self.node.identity.denial(call.principal, each.decision, each.action, each.resource)
                raise ApiError.access_denied(denial)

    def _known(self, tx: Transaction, call: Call, needs: list[Need]) -> list[Decided] | None:
        """What was decided of the needs before, where that is known of all of them and stands."""
        found: list[Decided] = []
        for need in needs:
            known = self._decisions.find(tx, call.principal, call.secure, need.action, need.resource)
            if known is None:
                return None
            found.append(known)
        return found

    async def _decide(self, call: Call, needs: list[Need]) -> list[Decided]:
        """What the policies say of each need; the service's condition keys are found out where one asks for them."""
        principal, secure, kept, store = call.principal, call.secure, self._decisions, self.node.store
        identity = self.node.identity
        common = {
            "aws:SourceIp": call.source_ip,
            "aws:UserAgent": call.user_agent,
            "aws:RequestedRegion": call.region,
            "aws:SecureTransport": "true" if secure else "false",
        }
        made = await store.view(
            lambda tx: [kept.make(tx, principal, secure, need.action, need.resource, common) for need in needs]
        )
        varying = [need for need, decided in zip(needs, made, strict=True) if decided is None]
        asked = [(need.action, need.resource, {**common, **await need.context()}) for need in varying]
        decisions = await store.view(lambda tx: [identity.decide(tx, principal, *each) for each in asked])
        left = iter([Decided(each[0], each[1], decision) for each, decision in zip(asked, decisions, strict=True)])
        return [next(left) if decided is None else decided for decided in made]


def _body_forms(target: _Target, request: HttpRequest) -> BodyForms | None:
    """The forms of the bodies of those requests that are like this one, where AttributeValues are in them, for all to
    read: a compressed body shows none. A large one has none, and isn't copied to be compared.
    """
    alike = request.alike
    if alike is None or not target.of_dynamodb or request.size > COPIED_BYTES_MAX:
        return None
    found: BodyForms | None = alike.found.get(_BODY_FORMS)
    if found is None and "content-encoding" not in request.headers:
        found = alike.found[_BODY_FORMS] = BodyForms()
    return found


def refusal_of(problem: Exception, entry: Entry) -> ApiError:
    """The refusal that a problem is answered with: its own words, or what a client may know of it."""
    called = (entry.service, entry.operation, entry.request_id)
    match problem:
        case ApiError():
            return problem
        case SignatureProblem():
            return sigv4.refusal(problem, model.service(entry.service).protocol)
        case Overloaded():
            return ApiError("ServiceUnavailable", "The service is unavailable: too many writes wait", status=503)
        case TooLong():
            return ApiError.validation(
                "One or more parameter values were invalid: the database of this server takes no key that is longer "
                "than 2,600 bytes together with those of the index that it stands in"
            )
        case Unreachable() | Outdated():
            log.warning("%s.%s, request %s: %s", *called, problem)
            if isinstance(problem, Outdated):
                return ApiError("ServiceUnavailable", "The service is unavailable: others write the same", status=503)
            if not problem.doubtful:
                return ApiError("ServiceUnavailable", "The service is unavailable: its database is away", status=503)
        case _:
            log.error("%s.%s failed, request %s", *called, exc_info=problem)
    return ApiError.internal(entry.request_id)


def region_named(request: HttpRequest, node: Node) -> str:
    """The region of the ARN that an unsigned link names; the node's own where it names none that fits."""
    found = query_xml.parameters(request)
    named = arn.parse(found.get("TopicArn") or found.get("SubscriptionArn") or "")
    return named.region if named else node.config.region


def request_id_of(service: str) -> str:
    """A new request id, in the service's form."""
    return ids.request_id_long() if service in DYNAMODB else ids.uuid()
