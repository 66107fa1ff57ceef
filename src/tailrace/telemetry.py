"""OpenTelemetry: a trace from a request, over the records that it wrote, to the functions that they set off.

```
request ── its context is kept with each change ──> delivery ──> function ── X-Amzn-Trace-Id ──> the code
   ^──────────────────────────────────── what the code writes ──────────────────────────────────────┘
```
A delivery stands below the write where all its records are of one trace, and links to each write in any case. This
module is imported where there is a place to send spans to, and nowhere else: a node without telemetry pays one
comparison a request. It needs the extra `tailrace[otel]`.
https://www.w3.org/TR/trace-context/
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from tailrace import __version__

LINKS_MAX = 128
HEADER_CHARACTERS_MAX = 512
TRACES_PATH = "/v1/traces"
_W3C = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_XRAY = re.compile(r"Root=1-([0-9a-f]{8})-([0-9a-f]{24});Parent=([0-9a-f]{16})(?:;Sampled=([01?]))?")


class Delivery:
    """The spans of one call of a function with records: the delivery, and in it the function's run."""

    def __init__(self, delivery: Span, function: Span) -> None:
        self._delivery, self._function = delivery, function

    @property
    def header(self) -> str:
        """The X-Amzn-Trace-Id by which the code goes on from here."""
        found = self._function.get_span_context()
        root, sampled = f"{found.trace_id:032x}", int(found.trace_flags.sampled)
        return f"Root=1-{root[:8]}-{root[8:]};Parent={found.span_id:016x};Sampled={sampled}"

    def end(self, outcome: str, error: str | None, said: Mapping[str, str | bool]) -> None:
        """The call has ended; `said` are attributes of the run."""
        self._function.set_attributes(said)
        self._delivery.set_attribute("tailrace.outcome", outcome)
        if error:
            for span in (self._function, self._delivery):
                span.set_status(Status(StatusCode.ERROR, error))
        self._function.end()
        self._delivery.end()


class Telemetry:
    """Makes spans, and has them sent."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("tailrace", __version__)

    @classmethod
    def to(cls, url: str) -> Telemetry:
        """Send spans by OTLP over HTTP to a collector, such as `http://127.0.0.1:4318`."""
        provider = TracerProvider(resource=Resource.create({"service.name": "tailrace"}))
        endpoint = url if url.endswith(TRACES_PATH) else url.rstrip("/") + TRACES_PATH
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
        return cls(provider)

    def request(self, service: str, operation: str, request_id: str, headers: Mapping[str, str]) -> Span:
        """The span of a request, below the caller's where its traceparent or X-Amzn-Trace-Id names one."""
        attributes = {"rpc.system": "aws-api", "rpc.service": service, "rpc.method": operation}
        return self._tracer.start_span(
            f"{service}.{operation}",
            context=_below(_of_headers(headers)),
            kind=SpanKind.SERVER,
            attributes={**attributes, "aws.request_id": request_id},
        )

    def context(self, span: Span) -> str:
        """A span's context in the form of the W3C: what is kept with the changes of a request."""
        found = span.get_span_context()
        return f"00-{found.trace_id:032x}-{found.span_id:016x}-{int(found.trace_flags):02x}"

    def end_request(self, span: Span, status: int, error: str | None) -> None:
        """The request was answered."""
        span.set_attribute("http.response.status_code", status)
        if error:
            span.set_attribute("error.type", error)
        if status >= 500:
            span.set_status(Status(StatusCode.ERROR, error))
        span.end()

    def delivery(self, whose: str, function_arn: str, origins: Iterable[str | None]) -> Delivery:
        """The spans of a call with records; `origins` is what is kept with each (see `operation.Call.origin`)."""
        written = dict.fromkeys(origin.partition(" ")[2] for origin in origins if origin)
        contexts = [found for found in map(parsed, list(written)[:LINKS_MAX]) if found is not None]
        together = len({found.trace_id for found in contexts}) == 1
        name = function_arn.partition(":function:")[2]
        delivery = self._tracer.start_span(
            f"deliver {name}",
            context=_below(contexts[0] if together else None),
            kind=SpanKind.CONSUMER,
            links=[Link(found) for found in contexts],
            attributes={"tailrace.source": whose, "faas.invoked_name": name},
        )
        function = self._tracer.start_span(
            f"function {name}",
            context=trace.set_span_in_context(delivery),
            kind=SpanKind.SERVER,
            attributes={"faas.name": name, "cloud.resource_id": function_arn, "faas.trigger": "datasource"},
        )
        return Delivery(delivery, function)

    async def close(self) -> None:
        """Send what is left."""
        await asyncio.to_thread(self._provider.shutdown)


def parsed(text: str) -> SpanContext | None:
    """The context of a traceparent; None for what is none."""
    found = _W3C.fullmatch(text)
    return _context(found[1], found[2], int(found[3], 16)) if found else None


def _of_headers(headers: Mapping[str, str]) -> SpanContext | None:
    w3c, xray = headers.get("traceparent", ""), headers.get("x-amzn-trace-id", "")[:HEADER_CHARACTERS_MAX]
    found = _XRAY.search(xray)
    below = _context(found[1] + found[2], found[3], int(found[4] == "1")) if found else None
    return parsed(w3c.strip()) or below


def _context(trace_id: str, span_id: str, flags: int) -> SpanContext | None:
    made = SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(flags & 1))
    return made if made.is_valid else None


def _below(parent: SpanContext | None) -> Context:
    """The context of a span below another one, or of the first span of a trace."""
    return trace.set_span_in_context(NonRecordingSpan(parent)) if parent else Context()
