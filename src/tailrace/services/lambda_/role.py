"""The execution role: it must exist and trust Lambda, and its sessions are named after the function."""

from __future__ import annotations

from collections.abc import Iterable

from tailrace.identity import Identity, assume_role_for_service
from tailrace.operation import Call, ContextKeys, Need, Shape
from tailrace.services.lambda_.function_names import FunctionName, permission_arn
from tailrace.services.lambda_.refusals import invalid
from tailrace.store.engine import Transaction

LAMBDA = "lambda.amazonaws.com"


def pass_role(call: Call, request: Shape) -> Iterable[Need]:
    """iam:PassRole on the role that a request names, if it names one."""
    if "Role" in request:
        associated = permission_arn(call, request)
        keys = {"iam:PassedToService": LAMBDA, "iam:AssociatedResourceArn": associated}
        yield Need("iam:PassRole", request["Role"], keys)


def source(function: FunctionName) -> ContextKeys:
    """What Lambda says about itself when it takes a role on: for which function, in which account.

    https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
    """
    return {"aws:SourceArn": function.unqualified_arn, "aws:SourceAccount": function.scope.partition("/")[0]}


def check(identity: Identity, tx: Transaction, role_arn: str, function: FunctionName) -> None:
    """Refuse a role that isn't there or does not trust Lambda; AWS does not tell the two apart."""
    if not assume_role_for_service(identity, tx, role_arn, LAMBDA, source(function)):
        raise invalid("The role defined for the function cannot be assumed by Lambda.")


def session_name(function_name: str) -> str:
    """The session's name: the function's, or `f@lambda_function` where that has but one character."""
    return function_name if len(function_name) > 1 else f"{function_name}@lambda_function"
