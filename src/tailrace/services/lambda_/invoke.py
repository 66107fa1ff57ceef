"""Invoke: now and wait, later and durable, or not at all (DryRun).

An event is a Delivery, written before the caller is answered. It is tried three times, with one and two minutes
between; throttling and a full machine put it off without counting as a try.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import base64
import json
import logging
from typing import Any

import orjson

from tailrace.base.errors import ApiError
from tailrace.operation import Call, Node, Shape, operation
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_.function_names import LATEST, named, qualified_permission_arn
from tailrace.services.lambda_.invocation import InvocationResult, invoke
from tailrace.services.lambda_.refusals import too_large
from tailrace.store import deliveries
from tailrace.store.deliveries import Delivery
from tailrace.store.engine import Transaction

DELIVERY_KIND = "lambda:invoke"
TRIES_MAX = 3
WAIT_SECONDS = 60.0  # before the second try; twice that before the third
THROTTLED_SECONDS = 5.0
EVENT_AGE_SECONDS_MAX = 6 * 3600.0
PAYLOAD_BYTES_MAX = 6_291_456
EVENT_BYTES_MAX = 1_048_576

log = logging.getLogger("tailrace.functions")


@operation(
    "lambda",
    "Invoke",
    needs="lambda:InvokeFunction",
    on=qualified_permission_arn,
    without={
        "DurableExecutionName": "there are no durable executions",
        "TenantId": "environments are not told apart by tenant",
    },
)
async def invoke_function(call: Call, request: Shape) -> Shape:
    """Run a function and wait for its answer, or leave it an event.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    """
    function = named(call, request)
    payload: bytes = request.get("Payload") or b""
    kind = request.get("InvocationType", "RequestResponse")
    check_payload(payload, kind)
    asked = function._replace(qualifier=function.qualifier or LATEST)
    await call.store.view(lambda tx: documents.find_version(tx, asked))
    if kind == "DryRun":
        return {"StatusCode": 204}
    if kind == "Event":
        event = {
            "Scope": function.scope,
            "Name": function.name,
            "Qualifier": function.qualifier,
            "Payload": base64.b64encode(payload).decode(),
            "ClientContext": request.get("ClientContext"),
            "Failures": 0,
        }
        await call.store.update(lambda tx: leave(tx, event, call.clock.now(), call.request_id))
        return {"StatusCode": 202, "Payload": b""}
    result = await invoke(
        call.node,
        function.scope,
        function.name,
        function.qualifier,
        payload,
        request_id=call.request_id,
        client_context=decoded_context(request.get("ClientContext")),
    )
    return answer(result, request.get("LogType") == "Tail")


def answer(result: InvocationResult, with_tail: bool) -> Shape:
    """A synchronous invocation's answer."""
    shape: Shape = {"StatusCode": 200, "ExecutedVersion": result.executed_version, "Payload": result.payload}
    if result.function_error:
        shape["FunctionError"] = result.function_error
    if with_tail:
        shape["LogResult"] = base64.b64encode(result.log_tail.encode()).decode()
    return shape


def check_payload(payload: bytes, kind: str) -> None:
    """Refuse what is too large or no JSON. An empty payload is fine: the function gets `{}`."""
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise too_large(f"Request must be smaller than {PAYLOAD_BYTES_MAX} bytes for the InvokeFunction operation")
    if kind == "Event" and len(payload) > EVENT_BYTES_MAX:
        text = f"{len(payload)} byte payload is too large for the Event invocation type (limit {EVENT_BYTES_MAX} bytes)"
        raise too_large(text)
    if not payload:
        return
    try:
        orjson.loads(payload)
    except orjson.JSONDecodeError as problem:
        text = f"Could not parse request body into json: Could not parse payload into json: {problem.msg}"
        raise ApiError("InvalidRequestContentException", text) from problem


def decoded_context(text: str | None) -> str | None:
    """The client context, which travels as base64, as the JSON that the runtime gets. None where it is none."""
    if not text:
        return None
    try:
        return json.dumps(orjson.loads(base64.b64decode(text, validate=True)))  # in ASCII: it becomes a header
    except ValueError as problem:
        message = "Client context must be a valid Base64-encoded JSON object."
        raise ApiError("InvalidRequestContentException", message) from problem


def leave(tx: Transaction, event: dict[str, Any], now: float, request_id: str) -> None:
    """Owe a function an event from now on. The delivery's id is the request id that all tries will have."""
    deliveries.put(tx, DELIVERY_KIND, event, now, id=request_id, created=now)


async def run_delivery(node: Node, delivery: Delivery) -> None:
    """One try of an event that was left; afterwards it is done, or due again.

    For the worker that claims deliveries of the kind `DELIVERY_KIND`.
    """
    event = delivery.body
    try:
        result = await invoke(
            node,
            event["Scope"],
            event["Name"],
            event["Qualifier"],
            base64.b64decode(event["Payload"]),
            request_id=delivery.id,
            client_context=decoded_context(event["ClientContext"]),
        )
    except ApiError as problem:
        await put_off(node, delivery, problem)
        return
    failures = event["Failures"] + 1
    if result.function_error is None or failures >= TRIES_MAX:
        if result.function_error:
            log.warning("an event for %s failed %d times: %s", event["Name"], failures, delivery.id)
        await node.store.update(lambda tx: deliveries.done(tx, delivery.id))
        return
    due = node.clock.now() + WAIT_SECONDS * failures
    await node.store.update(lambda tx: deliveries.retry(tx, delivery.id, due, {**event, "Failures": failures}))


async def put_off(node: Node, delivery: Delivery, problem: ApiError) -> None:
    """An event that could not be tried: later again while it is young enough, else (or without a function) never."""
    now = node.clock.now()
    gone = problem.code == "ResourceNotFoundException"
    if gone or now - delivery.created > EVENT_AGE_SECONDS_MAX:
        log.warning("an event for %s is given up: %s (%s)", delivery.body["Name"], problem, delivery.id)
        await node.store.update(lambda tx: deliveries.done(tx, delivery.id))
        return
    await node.store.update(lambda tx: deliveries.retry(tx, delivery.id, now + THROTTLED_SECONDS))
