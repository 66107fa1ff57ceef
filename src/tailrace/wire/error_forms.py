"""What a refusal is called, and with which HTTP status it goes out, in each service.

Handlers and the gateway raise one ApiError for one fault ("AccessDeniedException"); AWS's services answer it in
different words. The tables here are those words.
"""

from __future__ import annotations

from dataclasses import dataclass

from tailrace.base.errors import ApiError
from tailrace.wire import model, overrides
from tailrace.wire.model import ShapeModel

# The query protocol's names of faults that every service shares.
# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html (the same page exists for STS)
QUERY_CODES = {
    "AccessDeniedException": "AccessDenied",
    "ExpiredTokenException": "ExpiredToken",
    "IncompleteSignatureException": "IncompleteSignature",
    "InternalServerError": "InternalFailure",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "SerializationException": "MalformedInput",
    "ThrottlingException": "Throttling",
    "UnknownOperationException": "InvalidAction",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "ValidationException": "ValidationError",
}
# DynamoDB, Streams and Logs answer all of these with 400; REST and query services, and SQS, with 403.
FORBIDDEN = frozenset(
    (
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    )
)
# Faults that AWS's shared front end finds, before the service has seen the request.
FRONT_END = frozenset(
    (
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "SerializationException",
        "UnknownOperationException",
        "UnrecognizedClientException",
    )
)
# SNS has names of its own for what the other query services call alike. [recorded on AWS]
SERVICE_CODES = {
    ("sns", "AccessDeniedException"): "AuthorizationError",
    ("sns", "InternalServerError"): "InternalError",
}
INTERNAL = {
    "cloudwatch": "InternalServiceFault",
    "iam": "ServiceFailure",
    "lambda": "ServiceException",
    "logs": "ServiceUnavailableException",
}


@dataclass(frozen=True, slots=True)
class ErrorForm:
    """An error as a service words it. `shape` is its model, where the service has one."""

    code: str
    status: int
    message_key: str
    shape: ShapeModel | None


def form(service: str, error: ApiError, protocol: str | None = None) -> ErrorForm:
    """Code, status and message key of an error in a service's protocol, or in another one that the service speaks.

    The model's HTTP status wins over ApiError's default of 400; a handler that says another status is believed.
    """
    known = model.service(service)
    in_query = (protocol or known.protocol) == "query"
    code = SERVICE_CODES.get((service, error.code), error.code)
    if code == "InternalServerError":
        code = INTERNAL.get(service, code)
    shape = known.error(code)
    if shape is None and in_query:
        code = QUERY_CODES.get(code, code)
        shape = known.error(code)
    if shape is not None and in_query:
        code = shape.error_code
    status = error.status
    if status == 400 and (known.protocol != "json" or known.query_compatible):
        modelled = shape.error.get("httpStatusCode") if shape else None
        status = modelled or (403 if code in FORBIDDEN else status)
    return ErrorForm(code, status, _message_key(service, error, shape), shape)


def query_fault(service: str, found: ErrorForm) -> str:
    """What `x-amzn-query-error` says of an error: what the service's query protocol calls it, and whose fault it is."""
    code = found.shape.error_code if found.shape else QUERY_CODES.get(found.code, found.code)
    code = overrides.QUERY_ERROR_CODES.get((service, found.code), code)
    return f"{code};{'Sender' if found.status < 500 else 'Receiver'}"


def _message_key(service: str, error: ApiError, shape: ShapeModel | None) -> str:
    if error.code in ("SerializationException", "AccessDeniedException"):
        return "Message"
    # Recorded: with the old item beside it the text is under a name that boto3 does not show as `message`.
    if error.code == "ConditionalCheckFailedException" and "Item" in error.members:
        return "Message"
    if shape is not None and "Message" in shape.members:
        return "Message"
    return "message"
