"""Which function a request means: a name, a partial or a full ARN, with or without a version or alias."""

from __future__ import annotations

import re
from typing import NamedTuple

from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape
from tailrace.services.lambda_.refusals import invalid

_FORMS = re.compile(
    r"(?:arn:[^:]+:lambda:)?(?:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):)?(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[A-Za-z0-9_.-]+)(?::(?P<qualifier>\$LATEST|[A-Za-z0-9_-]+))?"
)
NAME_CHARACTERS_MAX = 64
LATEST = "$LATEST"


class FunctionName(NamedTuple):
    """A function's scope and name, and the qualifier exactly as the request gave it."""

    scope: str
    name: str
    qualifier: str | None

    @property
    def arn(self) -> str:
        """The ARN, qualified if the request was."""
        return function_arn(self.scope, self.name, self.qualifier)

    @property
    def unqualified_arn(self) -> str:
        """The function's own ARN."""
        return function_arn(self.scope, self.name)


def function_arn(scope: str, name: str, qualifier: str | None = None) -> str:
    """The ARN of a function in `account/region`."""
    account, region = scope.split("/")
    return arn.function(region, account, name, qualifier)


def parse(call: Call, text: str, qualifier: str | None = None) -> FunctionName:
    """The function that `text` means, in the caller's account and region.

    Raises ApiError where the text's qualifier contradicts `qualifier`, or the function is in another account or region.
    """
    found = _FORMS.fullmatch(text)
    if found is None or len(found["name"]) > NAME_CHARACTERS_MAX:
        raise invalid(f"The function name is not valid: {text}")
    if found["region"] and found["region"] != call.region:
        text = f"Functions from '{found['region']}' are not reachable in this region ('{call.region}')"
        raise ApiError.resource_not_found(text, status=404)
    if found["account"] and found["account"] != call.account:
        raise other_account(call, text)
    own = found["qualifier"]
    if own and qualifier and own != qualifier:
        raise invalid("The derived qualifier from the function name does not match the specified qualifier.")
    return FunctionName(call.scope, found["name"], qualifier or own)


def other_account(call: Call, function: str) -> ApiError:
    """AWS's answer about a function of another account that has no policy for the caller."""
    action = "lambda:InvokeFunction" if call.operation == "Invoke" else f"lambda:{call.operation}"
    return ApiError.access_denied(
        f"User: {call.principal.arn} is not authorized to perform: {action} on resource: {function} because no "
        f"resource-based policy allows the {action} action"
    )


def named(call: Call, request: Shape) -> FunctionName:
    """The function that a request's FunctionName and Qualifier mean."""
    return parse(call, request["FunctionName"], request.get("Qualifier"))


def permission_arn(call: Call, request: Shape) -> str:
    """What permissions are asked on: the function's ARN without a qualifier."""
    return named(call, request).unqualified_arn


def qualified_permission_arn(call: Call, request: Shape) -> str:
    """What lambda:InvokeFunction is asked on: the ARN as the request qualifies it."""
    return named(call, request).arn
