"""The execution role: it must exist and trust Lambda, and its sessions are named after the function."""

from __future__ import annotations

from collections.abc import Iterable

from tailrace.identity import Identity, assume_role_for_service
from tailrace.operation import Call, Need, Shape
from tailrace.services.lambda_.refusals import invalid
from tailrace.store.engine import Transaction

LAMBDA = "lambda.amazonaws.com"


def pass_role(call: Call, request: Shape) -> Iterable[Need]:
    """iam:PassRole on the role that a request names, if it names one."""
    if "Role" in request:
        yield Need("iam:PassRole", request["Role"], {"iam:PassedToService": LAMBDA})


def check(identity: Identity, tx: Transaction, role_arn: str) -> None:
    """Refuse a role that isn't there or does not trust Lambda; AWS does not tell the two apart."""
    if not assume_role_for_service(identity, tx, role_arn, LAMBDA):
        raise invalid("The role defined for the function cannot be assumed by Lambda.")


def session_name(function_name: str) -> str:
    """The session's name: the function's, or `f@lambda_function` where that has but one character."""
    return function_name if len(function_name) > 1 else f"{function_name}@lambda_function"
