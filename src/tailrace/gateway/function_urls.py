"""Requests to function URLs, from bytes to the function and back.

```
/_tailrace/url/ID/path           -> preflight? -> who signed? -> may they? -> event -> function -> answer, or stream
ID.lambda-url.REGION.any.host
```
These are no calls of an API: their errors are those of AWS's front end, and what they answer is the function's.
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from tailrace.audit.entry import Decided, Entry
from tailrace.auth import sigv4
from tailrace.auth.principal import Principal, anonymous
from tailrace.auth.sigv4 import SignatureProblem
from tailrace.base import ids
from tailrace.base.errors import ApiError
from tailrace.base.meter import REQUESTS
from tailrace.gateway.admission import InFlight
from tailrace.gateway.peer import Peer
from tailrace.operation import Node
from tailrace.services.lambda_ import resource_policy, tracing, url_answer, url_config, url_cors, url_event
from tailrace.services.lambda_.invocation import InvocationResult, Prepared, prepare, run
from tailrace.services.lambda_.invoke import PAYLOAD_BYTES_MAX, TRACE_HEADER
from tailrace.services.lambda_.resource_policy import URL_ACTION, URL_AUTH_TYPE, VIA_URL
from tailrace.services.lambda_.streaming import Streamed, open_stream
from tailrace.services.lambda_.url_answer import BadAnswer, UrlAnswer
from tailrace.services.lambda_.url_config import FunctionUrl
from tailrace.services.lambda_.url_event import Received
from tailrace.store.engine import Transaction
from tailrace.wire.http import HttpRequest, HttpResponse, Interrupted
from tailrace.wire.rest_json import REST_JSON

OPERATION = "InvokeFunctionUrl"
FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)
# A page that a function makes must not read what the console keeps in the browser: on the console's host it is given an
# origin of its own. Programs don't notice.
POLICY_HEADER = "content-security-policy"
APART = "sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts"
# What a request for a URL has in its host's name, or before its path.
LABEL, PATH = ".lambda-url.", url_config.PATH
_host = re.compile(r"([a-z0-9]{32})\.lambda-url\.[a-z0-9-]+\..*")
_port = re.compile(r":\d+$")

log = logging.getLogger("tailrace.functions")


@dataclass(frozen=True, slots=True)
class Named:
    """Which URL a request is for: its id, the path within it, and the name of its host; whether that is the server's
    own, where the console is.
    """

    id: str
    path: str
    domain: str
    beside_console: bool = False


def named(request: HttpRequest, region: str) -> Named | None:
    """The URL that a request is for; None for all others."""
    if request.path.startswith(PATH):
        url_id, _, path = request.path.removeprefix(PATH).partition("/")
        return Named(url_id, f"/{path}", f"{url_id}.lambda-url.{region}.localhost", beside_console=True)
    found = _host.fullmatch(request.headers.get("host", "").lower())
    return Named(found[1], request.path, _port.sub("", found[0])) if found else None


class FunctionUrls:
    """Answers requests to the URLs of a node's functions."""

    def __init__(self, node: Node, in_flight: InFlight) -> None:
        self.node = node
        self.in_flight = in_flight

    async def answer(self, which: Named, request: HttpRequest, peer: Peer) -> HttpResponse:
        """The function's answer, or a refusal. Never raises but for the cancellation of its task."""
        clock = self.node.clock
        entry = Entry(clock.now(), ids.uuid(), "lambda", OPERATION, peer.address)
        began = clock.monotonic()
        try:
            response = await self._respond(which, request, peer, entry)
        except ApiError as error:
            entry.error = error.code
            response = REST_JSON.error("lambda", error, entry.request_id)
        except Exception:
            log.exception("a request to a function URL failed, request %s", entry.request_id)
            entry.error = "InternalServerError"
            response = _failed(entry.request_id)
        if which.beside_console:
            own = response.headers.get(POLICY_HEADER)
            response.headers[POLICY_HEADER] = f"{own}, {APART}" if own else APART
        entry.ms = (clock.monotonic() - began) * 1000
        entry.status = response.status
        self.node.audit.add(entry)
        status = str(response.status)
        self.node.meter.count(REQUESTS, service="lambda", operation=OPERATION, status=status)
        return response

    async def _respond(self, which: Named, request: HttpRequest, peer: Peer, entry: Entry) -> HttpResponse:
        url = await self.node.store.view(lambda tx: url_config.find(tx, which.id))
        if url is None:
            raise _forbidden()
        entry.region = url.function.scope.partition("/")[2]
        entry.subject = ("lambda", url.function.arn)
        if url.cors is None:
            return await self._call(url, which, request, peer, entry)
        if url_cors.is_preflight(request.method, request.headers):
            headers = url_cors.preflight_headers(url.cors, request.headers)
            return HttpResponse(200, {"x-amzn-RequestId": entry.request_id, **headers}, b"")
        try:
            response = await self._call(url, which, request, peer, entry)
        except ApiError as error:
            entry.error = error.code
            response = REST_JSON.error("lambda", error, entry.request_id)
        for name, value in url_cors.response_headers(url.cors, request.headers).items():
            own = response.headers.get(name)
            response.headers[name] = value if own is None else f"{own}, {value}"
        return response

    async def _call(
        self, url: FunctionUrl, which: Named, request: HttpRequest, peer: Peer, entry: Entry
    ) -> HttpResponse:
        """Ask who may, make the event, and run the function."""
        principal = await self._authenticate(url, request, entry)
        await self._authorize(url, principal, request, peer, entry)
        trace = tracing.begun(request.headers.get(TRACE_HEADER), self.node.clock.now())
        received = Received(
            request,
            url.id,
            which.path,
            which.domain,
            peer.address,
            peer.secure,
            entry.request_id,
            trace,
            entry.at,
            None if principal.kind == "anonymous" else principal,
            entry.access_key_id,
        )
        try:
            event = url_event.encode(received)
        except ValueError:
            raise ApiError("BadRequestException", "The request has too many query parameters", status=400) from None
        if len(event) > PAYLOAD_BYTES_MAX:
            raise ApiError("RequestTooLargeException", "Request Entity Too Large", status=413)
        self.in_flight.enter(entry.access_key_id, "lambda")
        try:
            prepared = await prepare(self.node, url.function, request_id=entry.request_id, trace=trace)
            if url.streams:
                return await self._stream(prepared, event)
            return self._whole(prepared, await run(prepared, event))
        except BadAnswer as problem:
            log.info("the function URL of %s answers 502: %s (%s)", url.function.arn, problem, entry.request_id)
            entry.error = "InternalServerErrorException"
            return _failed(entry.request_id)
        finally:
            self.in_flight.leave(entry.access_key_id)

    async def _authenticate(self, url: FunctionUrl, request: HttpRequest, entry: Entry) -> Principal:
        """Who signed the request; nobody where the URL asks for no signature."""
        if url.auth_type == "NONE":
            entry.principal = anonymous(url.function.scope.partition("/")[0])
            return entry.principal
        try:
            signature = sigv4.read(request)
            entry.access_key_id = signature.claim.access_key_id
            lookup = self.node.identity.lookup
            credentials = await self.node.store.view(
                lambda tx: lookup(tx, signature.claim.access_key_id, signature.session_token)
            )
            sigv4.verify(signature, request, credentials.secret, self.node.clock.machine(), service="lambda")
        except SignatureProblem as problem:
            if problem.kind == "missing":
                raise _forbidden() from problem
            raise sigv4.refusal(problem, "rest-json") from problem
        entry.principal = credentials.principal
        self.node.last_used.note(entry.principal, entry.access_key_id, entry.at, "lambda", entry.region)
        return entry.principal

    async def _authorize(
        self, url: FunctionUrl, principal: Principal, request: HttpRequest, peer: Peer, entry: Entry
    ) -> None:
        """Both permissions that a call through a URL needs, since October 2025.

        https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
        """
        common: dict[str, str | list[str]] = {
            "aws:SourceIp": peer.address,
            "aws:UserAgent": request.headers.get("user-agent", ""),
            "aws:RequestedRegion": entry.region,
            "aws:SecureTransport": "true" if peer.secure else "false",
        }
        needs = ((URL_ACTION, {URL_AUTH_TYPE: url.auth_type}), ("lambda:InvokeFunction", {VIA_URL: "true"}))
        identity, function = self.node.identity, url.function

        def decide(tx: Transaction) -> list[Decided]:
            found = []
            for action, keys in needs:
                context = {**common, **keys}
                if principal.kind == "anonymous":
                    decision = resource_policy.decision(tx, function, principal, action, context)
                else:
                    decision = identity.decide(tx, principal, action, function.arn, context)
                found.append(Decided(action, function.arn, decision))
            return found

        entry.decisions = await self.node.store.view(decide)
        if not all(each.decision.allowed for each in entry.decisions):
            raise _forbidden()

    def _whole(self, prepared: Prepared, result: InvocationResult) -> HttpResponse:
        """The answer of a function that has returned."""
        if result.function_error:
            raise BadAnswer("the function failed")
        return _response(prepared, url_answer.buffered(result.payload, result.content_type))

    async def _stream(self, prepared: Prepared, event: bytes) -> HttpResponse:
        """The answer of a function that has begun to answer."""
        streamed = await open_stream(prepared, event)
        stream = streamed.stream
        try:
            if streamed.ending.done() and streamed.ending.result().function_error and not stream.total:
                raise BadAnswer("the function failed")
            head, first = UrlAnswer(headers={"content-type": stream.content_type or "application/octet-stream"}), b""
            if stream.content_type.startswith(url_answer.INTEGRATION_RESPONSE):
                head, first = await _read_prelude(streamed)
        except BaseException:
            stream.abandon()
            raise
        response = _response(prepared, head)
        response.pieces = Body(streamed, first)
        return response


class Body:
    """The body of an answer that is streamed: the rest of the piece that the prelude was in, then all others."""

    def __init__(self, streamed: Streamed, first: bytes) -> None:
        self._streamed = streamed
        self._first = first

    def __aiter__(self) -> Body:
        return self

    async def __anext__(self) -> bytes:
        if self._first:
            first, self._first = self._first, b""
            return first
        piece = await self._streamed.stream.read()
        if piece is not None:
            return piece
        try:
            result = await self._streamed.ending
        except Exception as problem:
            raise Interrupted from problem
        if result.function_error:
            raise Interrupted
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Nobody reads any more."""
        self._streamed.stream.abandon()


async def _read_prelude(streamed: Streamed) -> tuple[UrlAnswer, bytes]:
    """Status and headers that a stream begins with, and what of the body came along. Raises BadAnswer."""
    held = b""
    while url_answer.DELIMITER not in held:
        piece = await streamed.stream.read()
        if piece is None or len(held) > url_answer.PRELUDE_BYTES_MAX:
            raise BadAnswer("the stream has no prelude")
        held += piece
    text, _, first = held.partition(url_answer.DELIMITER)
    return url_answer.prelude(text), first


def _response(prepared: Prepared, answer: UrlAnswer) -> HttpResponse:
    headers = {
        "x-amzn-RequestId": prepared.request_id,
        "x-amzn-trace-id": prepared.headers["Lambda-Runtime-Trace-Id"],
        **answer.headers,
    }
    return HttpResponse(answer.status, headers, answer.body, answer.cookies)


def _failed(request_id: str) -> HttpResponse:
    """What AWS answers where the function fails, or returns what is no answer."""
    headers = {"x-amzn-RequestId": request_id, "content-type": "application/json"}
    return HttpResponse(502, headers, b"Internal Server Error")


def _forbidden() -> ApiError:
    return ApiError("AccessDeniedException", FORBIDDEN, status=403)
