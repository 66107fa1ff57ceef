"""Invoke: now and wait, later and durable, or not at all (DryRun).

An event is a Delivery, written before the caller is answered. It is tried three times, with one and two minutes
between, or as its PutFunctionEventInvokeConfig says; throttling and a full machine put it off without counting as a
try. How it ended is told to destinations and dead-letter queues (event_outcome).
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import base64
import json
import logging
from typing import Any, NamedTuple

import orjson

from tailrace.base.errors import ApiError
from tailrace.base.meter import ASYNC_EVENTS
from tailrace.operation import Call, Node, Shape, operation
from tailrace.services.lambda_ import event_attempts, event_invoke_config, event_outcome, function_metrics
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_.event_outcome import Ending
from tailrace.services.lambda_.function_names import LATEST, FunctionName, named, qualified_permission_arn
from tailrace.services.lambda_.invocation import InvocationResult, invoke
from tailrace.services.lambda_.refusals import too_large
from tailrace.store import deliveries, resources
from tailrace.store.attempts import GIVEN_UP
from tailrace.store.deliveries import Delivery
from tailrace.store.engine import Transaction

DELIVERY_KIND = "lambda:invoke"
RETRIES_MAX = 2  # where the function does not say otherwise
WAIT_SECONDS = 60.0  # before the second try; twice that before the third
THROTTLED_SECONDS_MIN, THROTTLED_SECONDS_MAX = 1.0, 300.0
EVENT_AGE_SECONDS_MAX = 6 * 3600.0
PAYLOAD_BYTES_MAX = 6_291_456
EVENT_BYTES_MAX = 1_048_576
TRACE_HEADER = "x-amzn-trace-id"

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
            "Trace": call.headers.get(TRACE_HEADER),
            "Failures": 0,
        }
        await call.store.update(lambda tx: leave(tx, event, call.clock.now(), call.request_id), grouped=True)
        function_metrics.measure(call.node, function, AsyncEventsReceived=1)
        return {"StatusCode": 202, "Payload": b""}
    result = await invoke(
        call.node,
        function.scope,
        function.name,
        function.qualifier,
        payload,
        request_id=call.request_id,
        client_context=decoded_context(request.get("ClientContext")),
        trace=call.headers.get(TRACE_HEADER),
    )
    return answer(result, request.get("LogType") == "Tail")


@operation("lambda", "InvokeAsync", needs="lambda:InvokeFunction", on=qualified_permission_arn)
async def invoke_async(call: Call, request: Shape) -> Shape:
    """Leave a function an event, as it was done before Invoke could.

    https://docs.aws.amazon.com/lambda/latest/api/API_InvokeAsync.html
    """
    event = {"FunctionName": request["FunctionName"], "InvocationType": "Event", "Payload": request["InvokeArgs"]}
    return {"Status": (await invoke_function(call, event))["StatusCode"]}


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
    """One try of an event that was left; afterwards it has ended, or is due again.

    For the worker that claims deliveries of the kind `DELIVERY_KIND`.
    """
    event = delivery.body
    function = event_outcome.function_of(event)
    limits = await node.store.view(lambda tx: limits_of(tx, function))
    age_s = node.clock.now() - delivery.created
    if age_s >= limits.age_s:
        await end(node, delivery, Ending(event_outcome.TOO_OLD, event["Failures"]))
        return
    try:
        result = await invoke(
            node,
            *function,
            base64.b64decode(event["Payload"]),
            request_id=delivery.id,
            client_context=decoded_context(event["ClientContext"]),
            trace=event.get("Trace"),
        )
    except ApiError as problem:
        await put_off(node, delivery, problem, limits)
        return
    function_metrics.measure(node, function, AsyncEventAge=age_s * 1000)
    calls = event["Failures"] + 1
    if result.function_error is None:
        await end(node, delivery, Ending(event_outcome.SUCCESS, calls, result))
        return
    due = node.clock.now() + WAIT_SECONDS * calls
    if calls > limits.retries:
        await end(node, delivery, Ending(event_outcome.EXHAUSTED, calls, result))
    elif due - delivery.created > limits.age_s:
        await end(node, delivery, Ending(event_outcome.TOO_OLD, calls, result))
    else:
        body, now = {**event, "Failures": calls, "Throttles": 0}, node.clock.now()

        def again(tx: Transaction) -> None:
            event_attempts.keep_call(tx, delivery, result, now)
            deliveries.retry(tx, delivery.id, due, body)

        await node.store.update(again, grouped=True)
        node.meter.count(ASYNC_EVENTS, outcome=event_attempts.FAILURE)


class Limits(NamedTuple):
    """How often an event is tried again, how old it may get (seconds), and whether the function is stopped."""

    retries: int = RETRIES_MAX
    age_s: float = EVENT_AGE_SECONDS_MAX
    stopped: bool = False


def limits_of(tx: Transaction, function: FunctionName) -> Limits:
    """The limits that hold for the events of this function, version or alias now."""
    config = event_invoke_config.find(tx, function) or {}
    document = resources.get(tx, documents.FUNCTION, function.scope, function.name) or {}
    return Limits(
        config.get("MaximumRetryAttempts", RETRIES_MAX),
        config.get("MaximumEventAgeInSeconds", EVENT_AGE_SECONDS_MAX),
        document.get("ReservedConcurrency") == 0,
    )


async def end(node: Node, delivery: Delivery, ending: Ending) -> None:
    """Strike an event off, and owe what is to be told about it."""
    now = node.clock.now()

    def strike(tx: Transaction) -> None:
        if ending.result is not None:
            event_attempts.keep_call(tx, delivery, ending.result, now)
        if ending.condition != event_outcome.SUCCESS:
            event_attempts.keep_end(tx, delivery, ending.condition, now, ending.calls)
        event_outcome.owe(tx, delivery, ending, now)

    if ending.condition != event_outcome.SUCCESS:
        name, calls = delivery.body["Name"], ending.calls
        log.warning("an event for %s is given up after %d calls: %s (%s)", name, calls, ending.condition, delivery.id)
    await node.store.update(strike, grouped=True)
    if ending.result is not None:
        failed = ending.result.function_error is not None
        node.meter.count(ASYNC_EVENTS, outcome=event_attempts.FAILURE if failed else event_attempts.SUCCESS)
    if ending.condition != event_outcome.SUCCESS:
        _count_given_up(node, delivery)


def _count_given_up(node: Node, delivery: Delivery) -> None:
    node.meter.count(ASYNC_EVENTS, outcome=GIVEN_UP)
    function_metrics.measure(node, event_outcome.function_of(delivery.body), AsyncEventsDropped=1)


async def put_off(node: Node, delivery: Delivery, problem: ApiError, limits: Limits) -> None:
    """An event that could not be tried: again after 1 s, 2 s ... 5 min, which counts as no try; without a function
    never.
    """
    event, now = delivery.body, node.clock.now()
    if problem.code == "ResourceNotFoundException":
        log.warning("an event for %s is given up: %s (%s)", event["Name"], problem, delivery.id)

        def forget(tx: Transaction) -> None:
            event_attempts.keep_refusal(tx, delivery, problem, now)
            event_attempts.keep_end(tx, delivery, "FunctionNotFound", now, event["Failures"])
            deliveries.done(tx, delivery.id)

        await node.store.update(forget, grouped=True)
        _count_given_up(node, delivery)
        return
    if problem.code == "TooManyRequestsException" and limits.stopped:
        await end(node, delivery, Ending(event_outcome.STOPPED, event["Failures"]))
        return
    times = event.get("Throttles", 0)
    wait = min(THROTTLED_SECONDS_MIN * 2 ** min(times, 16), THROTTLED_SECONDS_MAX)
    due = min(now + wait, delivery.created + limits.age_s)  # when it has become too old, it is told at once
    body = {**event, "Throttles": times + 1}

    def later(tx: Transaction) -> None:
        event_attempts.keep_refusal(tx, delivery, problem, now)
        deliveries.retry(tx, delivery.id, due, body)

    await node.store.update(later, grouped=True)
    node.meter.count(ASYNC_EVENTS, outcome=event_attempts.refused_as(problem))
