"""Who signs: the root, an IAM user, a role's session, and a user whom a table's own policy lets in.

What they may do is of a usual size: three statements for the user; two attached policies, one of them AWS's, and a
permissions boundary for the role.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from typing import Any

from benchmarks.compare.signing import REGION, ROOT, Keys, signed, signed_form

SIGNERS = ("root", "user", "role", "guarded")
ACCOUNT = "000000000000"
IAM, STS = ("iam", "2010-05-08"), ("sts", "2011-06-15")
AWS_POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
ACTIONS = [
    f"dynamodb:{name}"
    for name in (
        *("BatchGetItem", "GetItem", "Query", "Scan", "ConditionCheckItem", "BatchWriteItem"),
        *("PutItem", "UpdateItem", "DeleteItem", "DescribeTable"),
    )
]

Steps = Generator[bytes, bytes, Keys]
"""Requests, each answered with the body of its response, and at last the keys."""


def steps(signer: str, table: str) -> Steps:
    """What makes a signer of its own for a table, who may work with it."""
    if signer == "root":
        return ROOT
    name = f"{table}-{signer}"
    user = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    yield signed_form(*IAM, "CreateUser", {"UserName": name})
    keys = _keys((yield signed_form(*IAM, "CreateAccessKey", {"UserName": name})))
    if signer == "role":
        return (yield from _role(name, table, user, keys))
    if signer == "guarded":
        guest = {"Sid": "Guest", "Effect": "Allow", "Principal": {"AWS": user}, **_on(table)}
        put = {"ResourceArn": _arn(table), "Policy": _document(guest)}
        yield signed([("PutResourcePolicy", put)])[0]
    else:
        document = _document(*_user_statements(table))
        put = {"UserName": name, "PolicyName": "tables", "PolicyDocument": document}
        yield signed_form(*IAM, "PutUserPolicy", put)
    return keys


def _role(name: str, table: str, user: str, keys: Keys) -> Steps:
    """A role's session, which the user begins: the root may assume no role."""
    own, limit = f"{name}-tables", f"{name}-boundary"
    document = _document({"Effect": "Allow", **_on(table)})
    yield signed_form(*IAM, "CreatePolicy", {"PolicyName": own, "PolicyDocument": document})
    limits = (
        {"Effect": "Allow", "Action": ["dynamodb:*", "logs:*", "sqs:*"], "Resource": "*"},
        {"Effect": "Deny", "Action": "dynamodb:DeleteTable", "Resource": "*"},
    )
    boundary = {"PolicyName": limit, "PolicyDocument": _document(*limits)}
    yield signed_form(*IAM, "CreatePolicy", boundary)
    trust = _document({"Effect": "Allow", "Principal": {"AWS": user}, "Action": "sts:AssumeRole"})
    role = {"RoleName": name, "AssumeRolePolicyDocument": trust, "PermissionsBoundary": _policy_arn(limit)}
    yield signed_form(*IAM, "CreateRole", role)
    for arn in (_policy_arn(own), AWS_POLICY):
        yield signed_form(*IAM, "AttachRolePolicy", {"RoleName": name, "PolicyArn": arn})
    assumed = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{name}", "RoleSessionName": "bench"}
    return _keys((yield signed_form(*STS, "AssumeRole", assumed, keys)))


def _user_statements(table: str) -> list[dict[str, Any]]:
    logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    return [
        {"Sid": "Logs", "Effect": "Allow", "Action": logs, "Resource": "arn:aws:logs:*:*:*"},
        {"Sid": "Table", "Effect": "Allow", **_on(table)},
        {"Sid": "List", "Effect": "Allow", "Action": "dynamodb:ListTables", "Resource": "*"},
    ]


def _on(table: str) -> dict[str, Any]:
    return {"Action": ACTIONS, "Resource": [_arn(table), f"{_arn(table)}/index/*"]}


def _arn(table: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}"


def _policy_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/{name}"


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _keys(answer: bytes) -> Keys:
    found = dict(re.findall(r"<(AccessKeyId|SecretAccessKey|SessionToken)>([^<]+)<", answer.decode()))
    return Keys(found["AccessKeyId"], found["SecretAccessKey"], found.get("SessionToken", ""))
