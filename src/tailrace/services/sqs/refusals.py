"""SQS's refusals: codes as its JSON protocol has them, and AWS's texts.

The codes that older clients know are told in a header (wire/overrides.py) and in the failed entries of a batch.
Texts: recorded on AWS by public test suites (2022 to 2026), unless a comment says otherwise.
"""

from __future__ import annotations

from tailrace.base.errors import ApiError

NOT_FOR_THIS_TYPE = "The request includes a parameter that is not valid for this queue type."
# In a batch's failed entries errors have the names of the query protocol.
ENTRY_CODES = {
    "InvalidParameterValueException": "InvalidParameterValue",
    "MissingRequiredParameterException": "MissingParameter",
}


def no_such_queue() -> ApiError:
    """There is no queue of that name."""
    return ApiError("QueueDoesNotExist", "The specified queue does not exist.")


def invalid_parameter(text: str) -> ApiError:
    """InvalidParameterValue, in AWS's free words."""
    return ApiError("InvalidParameterValueException", text)


def invalid_value(value: object, parameter: str, reason: str) -> ApiError:
    """InvalidParameterValue, in the form that most of them have."""
    return invalid_parameter(f"Value {value} for parameter {parameter} is invalid. Reason: {reason}")


def missing(parameter: str) -> ApiError:
    """A parameter that must be there."""
    return ApiError("MissingRequiredParameterException", f"The request must contain the parameter {parameter}.")


def unknown_attribute(name: str) -> ApiError:
    """A queue's or message's attribute that doesn't exist, or can't be set."""
    return ApiError("InvalidAttributeName", f"Unknown Attribute {name}.")


def invalid_attribute(name: str, reason: str = "") -> ApiError:
    """A queue's attribute with a value that it can't have."""
    tail = f" Reason: {reason}" if reason else ""
    return ApiError("InvalidAttributeValue", f"Invalid value for the parameter {name}.{tail}")


def no_such_resource(parameter: str) -> ApiError:
    """A queue that an ARN names and that isn't there."""
    text = f"The resource that you specified for the {parameter} parameter doesn't exist."
    return ApiError.resource_not_found(text, status=404)


def expired_handle(handle: str) -> ApiError:
    """A receipt of a first-in-first-out queue after its visibility timeout."""
    return invalid_value(handle, "ReceiptHandle", "The receipt handle has expired.")


def unknown_handle(handle: str) -> ApiError:
    """A text that isn't a receipt handle of this queue."""
    text = f'The input receipt handle "{handle}" is not a valid receipt handle.'
    return ApiError("ReceiptHandleIsInvalid", text)
