"""Lambda's refusals, each with AWS's code, status and text."""

from __future__ import annotations

from tailrace.base.errors import ApiError


def invalid(message: str) -> ApiError:
    """InvalidParameterValueException, 400."""
    return ApiError("InvalidParameterValueException", message)


def function_not_found(function_arn: str) -> ApiError:
    """ResourceNotFoundException, 404."""
    return ApiError.resource_not_found(f"Function not found: {function_arn}", status=404)


def conflict(message: str) -> ApiError:
    """ResourceConflictException, 409."""
    return ApiError("ResourceConflictException", message, status=409)


def too_large(message: str) -> ApiError:
    """RequestEntityTooLargeException, 413."""
    return ApiError("RequestEntityTooLargeException", message, status=413)


def stale_revision() -> ApiError:
    """PreconditionFailedException, 412: the RevisionId that the request names is not the current one."""
    text = (
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve "
        "the latest Revision Id"
    )
    return ApiError("PreconditionFailedException", text, status=412)


def throttled(reason: str, message: str = "Rate Exceeded.") -> ApiError:
    """TooManyRequestsException, 429."""
    return ApiError("TooManyRequestsException", message, status=429, members={"Reason": reason})
