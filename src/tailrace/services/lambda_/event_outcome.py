"""The end of an event: the record for its destination, the letter for the dead-letter queue, and what brings them.

```
last try ──one transaction──> the event is done · owed: a record to the destination, the event to the dead letters
```
Both may be configured, and then both are sent. The sending itself is the workers' part, for targets are other services.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

import base64
from typing import Any, NamedTuple

import orjson

from tailrace.base.clock import iso_milliseconds
from tailrace.base.errors import ApiError
from tailrace.services.lambda_ import event_invoke_config
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_.function_names import LATEST, FunctionName
from tailrace.services.lambda_.invocation import InvocationResult
from tailrace.store import deliveries
from tailrace.store.deliveries import Delivery
from tailrace.store.engine import Transaction

DELIVERY_KIND = "lambda:outcome"
SUCCESS, EXHAUSTED, TOO_OLD = "Success", "RetriesExhausted", "EventAgeExceeded"
STOPPED = "ZeroReservedConcurrency"
ERROR_MESSAGE_BYTES_MAX = 1024
THROTTLED_STATUS, ANSWERED_STATUS = 429, 200
THROTTLED_MESSAGE = "Rate Exceeded."


class Ending(NamedTuple):
    """How an event ended: the condition, after how many calls, and the last call's answer where it had one."""

    condition: str
    calls: int
    result: InvocationResult | None = None


def function_of(event: dict[str, Any]) -> FunctionName:
    """The function that an event is for, as its caller has qualified it."""
    return FunctionName(event["Scope"], event["Name"], event["Qualifier"])


def owe(tx: Transaction, delivery: Delivery, ending: Ending, now: float) -> None:
    """End an event: what its function wants to be sent about it is owed from now on, in the same transaction."""
    deliveries.done(tx, delivery.id)
    event = delivery.body
    function = function_of(event)
    asked = function._replace(qualifier=function.qualifier or LATEST)
    try:
        document, _ = documents.find_version(tx, asked)
    except ApiError:
        return  # The function is gone, and with it whoever wanted to know.
    config = event_invoke_config.find(tx, asked)
    succeeded = ending.condition == SUCCESS
    common = {"Scope": function.scope, "Name": function.name, "Role": document["Role"], "Event": delivery.id}
    letters = document.get("DeadLetterConfig", {}).get("TargetArn")
    if letters and not succeeded:
        body = {
            **common,
            "Target": letters,
            "Text": _payload(event).decode(),
            "Attributes": _about(delivery.id, ending),
        }
        deliveries.put(tx, DELIVERY_KIND, body, now, id=f"{delivery.id}/letter")
    target = event_invoke_config.destination(config, "OnSuccess" if succeeded else "OnFailure")
    if target:
        text = record(delivery.id, event, asked.arn, ending, now).decode()
        body = {**common, "Target": target, "Text": text, "Failure": not succeeded}
        deliveries.put(tx, DELIVERY_KIND, body, now, id=f"{delivery.id}/record")


def record(request_id: str, event: dict[str, Any], function_arn: str, ending: Ending, now: float) -> bytes:
    """The JSON that a destination gets, its members in AWS's order; without a call there is no answer to tell of."""
    made: dict[str, Any] = {
        "version": "1.0",
        "timestamp": iso_milliseconds(now, suffix="Z"),
        "requestContext": {
            "requestId": request_id,
            "functionArn": function_arn,
            "condition": ending.condition,
            "approximateInvokeCount": ending.calls,
        },
        "requestPayload": orjson.Fragment(_payload(event)),
    }
    if ending.result is not None:
        response = {"statusCode": ANSWERED_STATUS, "executedVersion": ending.result.executed_version}
        if ending.result.function_error:
            response["functionError"] = ending.result.function_error
        made["responseContext"] = response
        made["responsePayload"] = _answer(ending.result.payload)
    return orjson.dumps(made)


def without_payloads(text: str) -> str:
    """The record of a failure that is too large for its topic: AWS then drops what was asked and answered.

    https://docs.aws.amazon.com/lambda/latest/api/API_OnFailure.html
    """
    record = orjson.loads(text)
    return orjson.dumps({name: one for name, one in record.items() if not name.endswith("Payload")}).decode()


def _payload(event: dict[str, Any]) -> bytes:
    """The event as it was sent; an empty one is the `{}` that the function got."""
    return base64.b64decode(event["Payload"]) or b"{}"


def _answer(payload: bytes) -> Any:
    """What the function answered: JSON as it stands, anything else (of a custom runtime) as a text."""
    try:
        return orjson.loads(payload or b"null")
    except orjson.JSONDecodeError:
        return payload.decode(errors="replace")


def _about(request_id: str, ending: Ending) -> dict[str, dict[str, str]]:
    """The attributes of a dead letter: which event, the status, and the first KB of the error's text."""
    status = THROTTLED_STATUS if ending.result is None else ANSWERED_STATUS
    found = {
        "RequestID": {"DataType": "String", "StringValue": request_id},
        "ErrorCode": {"DataType": "Number", "StringValue": str(status)},
    }
    text = THROTTLED_MESSAGE
    if ending.result is not None:
        answer = _answer(ending.result.payload)
        said = answer.get("errorMessage") if isinstance(answer, dict) else None
        text = said if isinstance(said, str) else ending.result.payload.decode(errors="replace")
    text = text.encode()[:ERROR_MESSAGE_BYTES_MAX].decode(errors="ignore")
    if text:
        found["ErrorMessage"] = {"DataType": "String", "StringValue": text}
    return found
