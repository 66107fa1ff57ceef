"""The constraints of the model, checked in AWS's words after a request was parsed.

2 validation errors detected: Value '' at 'roleArn' failed to satisfy constraint: Member must ...; Value ...
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from tailrace.base.errors import ApiError
from tailrace.wire import constraints, java_text, model, overrides
from tailrace.wire.model import ShapeModel

Validator = Callable[[dict[str, Any]], None]


@cache
def validator(service: str, operation: str) -> Validator:
    """What checks a parsed request against the constraints of its model. It raises ApiError with every problem, at
    most ten.
    """
    found = model.service(service).operation(operation)
    if found is None or found.input is None:
        return lambda shape: None
    if service in overrides.SELF_VALIDATING:
        return _require(service, found.input.required)
    check = constraints.structure_check(service, found.input, operation)
    code = overrides.VALIDATION_CODES.get(service, "ValidationException")
    first, instead = _first_checks(service, operation, found.input), _checks_instead(service, operation, found.input)

    def check_request(shape: dict[str, Any]) -> None:
        for look in first:
            look(shape)
        if check:
            problems: list[str] = []
            check(shape, "", problems)
            if problems:
                for look in instead:
                    look(shape)
                raise ApiError(code, _sentence(problems[: constraints.PROBLEMS_MAX]))

    return check_request


def _sentence(problems: list[str]) -> str:
    plural = "" if len(problems) == 1 else "s"
    return f"{len(problems)} validation error{plural} detected: {'; '.join(problems)}"


def _first_checks(service: str, operation: str, shape: ShapeModel) -> list[Validator]:
    """What a service refuses beyond its model's constraints, with a text of its own, before it looks at the rest."""
    checks: list[Validator] = []
    for place, text in overrides.EMPTY_PARAMETERS.items():
        if place[:2] == (service, operation):
            checks.append(_refuse_empty(place[2], text))
    if service == "lambda" and "Runtime" in shape.members:
        checks.append(_refuse_unknown_runtime(shape.members["Runtime"].shape.enum))
    return checks


def _checks_instead(service: str, operation: str, shape: ShapeModel) -> list[Validator]:
    """What breaks a constraint of the model, but is refused alone, with a text of the service's own."""
    checks: list[Validator] = []
    if service == "dynamodb":
        if operation in overrides.TABLE_OPERATIONS:
            checks.append(_require_table_name)
        if "TableName" in shape.members:
            checks.append(_refuse_empty_table_name(operation))
    if service == "iam":
        for name, member in shape.members.items():
            if member.shape.pattern == overrides.IAM_NAME_PATTERN:
                checks.append(_refuse_iam_name(name))
    if service == "sns":
        checks += [_require_text(name) for name in shape.required if shape.members[name].shape.type == "string"]
    return checks


def _require(service: str, names: tuple[str, ...]) -> Validator:
    code, text = overrides.SELF_VALIDATING[service]

    def look(shape: dict[str, Any]) -> None:
        for name in names:
            if name not in shape:
                raise ApiError(code, text.format(name=name))

    return look


def _require_table_name(shape: dict[str, Any]) -> None:
    if "TableName" not in shape:
        raise ApiError.validation(overrides.TABLE_NAME_REQUIRED)


def _refuse_empty_table_name(operation: str) -> Validator:
    low = overrides.TABLE_NAME_LENGTH_MIN.get(operation, 1)
    text = f"Member must have length greater than or equal to {low}"

    def look(shape: dict[str, Any]) -> None:
        if shape.get("TableName") == "":
            raise ApiError.validation(_sentence([constraints.problem("", "tableName", text)]))

    return look


def _refuse_empty(member: str, text: str) -> Validator:
    def look(shape: dict[str, Any]) -> None:
        if member in shape and not shape[member]:
            raise ApiError.validation(text)

    return look


def _require_text(member: str) -> Validator:
    text = overrides.SNS_REQUIRED_TEXT.format(name=member)

    def look(shape: dict[str, Any]) -> None:
        if member not in shape:
            raise ApiError("InvalidParameter", text)

    return look


def _refuse_iam_name(member: str) -> Validator:
    pattern = java_text.pattern(overrides.IAM_NAME_PATTERN)
    text = overrides.IAM_NAME_TEXT.format(name=java_text.lower_first(member))

    def look(shape: dict[str, Any]) -> None:
        value = shape.get(member)
        if value and pattern.fullmatch(value) is None:
            raise ApiError.validation(text)

    return look


def _refuse_unknown_runtime(runtimes: tuple[str, ...]) -> Validator:
    known = frozenset(runtimes)

    def look(shape: dict[str, Any]) -> None:
        runtime = shape.get("Runtime")
        if runtime is not None and runtime not in known:
            text = overrides.RUNTIME_TEXT.format(runtime=runtime[:256], runtimes=", ".join(runtimes))
            raise ApiError("InvalidParameterValueException", text)

    return look
