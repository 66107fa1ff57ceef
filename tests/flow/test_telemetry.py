"""A trace from a write to the function that it sets off: a real server, and a collector that takes OTLP over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tailrace.reach import Reached
from tailrace.reach import client as tailrace_client
from tests.conftest import RunningServer, wait_until
from tests.flow.functions import make_function, make_table, stream_arn

CODE = "import os\ndef handler(event, context):\n    print('trace', os.environ['_X_AMZN_TRACE_ID'])\n"
TRACE_ID, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector:
    """Takes spans and keeps them."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        spans = self.spans

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    import gzip

                    body = gzip.decompress(body)
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    for scope in resource.scope_spans:
                        spans.extend(scope.spans)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def named(self, name: str, trace_id: str = TRACE_ID) -> list[Any]:
        return [span for span in self.spans if span.name.startswith(name) and span.trace_id.hex() == trace_id]


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("traceparent", f"00-{TRACE_ID}-{CALLER}-01"),
        ("X-Amzn-Trace-Id", f"Root=1-{TRACE_ID[:8]}-{TRACE_ID[8:]};Parent={CALLER};Sampled=1"),
    ],
)
def test_a_trace_goes_from_the_write_to_the_function(collector: Collector, header: str, value: str) -> None:
    server = RunningServer("memory:", "--otlp", collector.url)
    try:
        table = make_table(server, "traced")
        arn = stream_arn(server, table)
        function = make_function(server, "traced", CODE, reads=arn)
        server.client("lambda").create_event_source_mapping(
            FunctionName=function, EventSourceArn=arn, StartingPosition="TRIM_HORIZON"
        )
        dynamodb = server.client("dynamodb")
        dynamodb.meta.events.register(
            "before-call.dynamodb.*", lambda params, **_: params["headers"].__setitem__(header, value)
        )
        request_id = dynamodb.put_item(TableName=table, Item={"pk": {"S": "a"}})["ResponseMetadata"]["RequestId"]
        ours = tailrace_client(Reached(server.endpoint, server.access_key, server.secret_key, "us-east-1"))
        assert len(ours.trace_request(RequestId=request_id)["Records"]) == 1, "the context stands behind the id"
        logs = server.client("logs")
        (line,) = wait_until(
            "the function's line",
            lambda: (
                [
                    event["message"].strip()
                    for event in logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
                    if event["message"].startswith("trace ")
                ]
                if logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{function}")["logGroups"]
                else []
            ),
        )
    finally:
        assert server.stop() == 0, "the end sends what is left"
    (write,), (delivery,), (run,) = (collector.named(name) for name in ("dynamodb.PutItem", "deliver", "function"))
    assert write.parent_span_id.hex() == CALLER
    assert {each.key: each.value.string_value for each in write.attributes}["aws.request_id"] == request_id
    assert delivery.parent_span_id == write.span_id
    assert [link.span_id for link in delivery.links] == [write.span_id]
    assert run.parent_span_id == delivery.span_id
    attributes = {each.key: each.value for each in run.attributes}
    assert attributes["faas.coldstart"].bool_value
    assert attributes["faas.invocation_id"].string_value
    assert line == f"trace Root=1-{TRACE_ID[:8]}-{TRACE_ID[8:]};Parent={run.span_id.hex()};Sampled=1"
