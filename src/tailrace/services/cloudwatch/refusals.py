"""CloudWatch's refusals: a factory a text. AWS's words as seen in its answers; its query protocol's codes."""

from __future__ import annotations

from tailrace.base.errors import ApiError


def invalid(text: str) -> ApiError:
    """InvalidParameterValue."""
    return ApiError("InvalidParameterValueException", text)


def invalid_value(value: object, parameter: str) -> ApiError:
    """InvalidParameterValue, of a value that no parameter of its kind may have."""
    return invalid(f"The value {value} for parameter {parameter} is invalid.")


def too_many(parameter: str, most: int) -> ApiError:
    """InvalidParameterValue, of a list that is too long."""
    return invalid(f"The collection {parameter} must not have a size greater than {most}.")


def missing(parameter: str) -> ApiError:
    """MissingParameter."""
    return ApiError("MissingRequiredParameterException", f"The parameter {parameter} is required.")


def combination(text: str) -> ApiError:
    """InvalidParameterCombination."""
    return ApiError("InvalidParameterCombinationException", text)


def both(one: str, other: str) -> str:
    """What is said of two parameters of which a request may have one."""
    return f"The parameters {one} and {other} are mutually exclusive and you have specified both."
