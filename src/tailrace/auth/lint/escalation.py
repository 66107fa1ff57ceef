"""Privilege escalation: rights by which whoever has them can give themselves all others.

Source: the paths that Rhino Security Labs collected in 2018, as far as they go through IAM and Lambda.
https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tailrace.auth.lint.finding import Problem, Statement
from tailrace.auth.patterns import Pattern
from tailrace.auth.positions import Path

ALONE = {
    "iam:CreatePolicyVersion": "writes a new version of a policy that one has",
    "iam:SetDefaultPolicyVersion": "brings back an old version of a policy that allowed more",
    "iam:AttachUserPolicy": "attaches AdministratorAccess to oneself",
    "iam:AttachGroupPolicy": "attaches AdministratorAccess to one's own group",
    "iam:AttachRolePolicy": "attaches AdministratorAccess to a role that one may assume",
    "iam:PutUserPolicy": "gives oneself an inline policy",
    "iam:PutGroupPolicy": "gives one's own group an inline policy",
    "iam:PutRolePolicy": "gives a role that one may assume an inline policy",
    "iam:AddUserToGroup": "joins a group of administrators",
    "iam:UpdateAssumeRolePolicy": "makes any role trust oneself",
    "iam:CreateAccessKey": "makes a key of any other user",
    "iam:CreateLoginProfile": "gives any other user a password",
    "iam:UpdateLoginProfile": "changes any other user's password",
    "iam:DeleteUserPermissionsBoundary": "lifts one's own boundary",
    "iam:DeleteRolePermissionsBoundary": "lifts a role's boundary",
}
TOGETHER = (
    (("iam:PassRole", "lambda:CreateFunction"), "runs code of one's own with any role that Lambda may assume"),
    (("lambda:UpdateFunctionCode",), "runs code of one's own with the role of any function"),
)


def problems(statements: Sequence[Statement]) -> Iterator[Problem]:
    """Rights of the whole policy that reach every resource and that no condition narrows."""
    wide = [each for each in statements if each.allows and _reaches_all(each)]
    for each in wide:
        everything = next((path for text, path in each.element("Action") if text in ("*", "iam:*")), None)
        if everything:
            sentence = "This grants every right, or the right to take it (iam:* on *)."
            yield Problem("full-access", "warning", everything, sentence, "Name the actions that are needed.")
            return
    for action, what in ALONE.items():
        path = _granted(wide, action)
        if path:
            sentence = f"{action} on every resource is enough to get all rights: whoever has it {what}."
            yield Problem("privilege-escalation", "warning", path, sentence, "Name the resources, or add a condition.")
    for together, what in TOGETHER:
        paths = [_granted(wide, action) for action in together]
        if all(paths) and paths[0]:
            sentence = f"{' with '.join(together)} on every resource: whoever has it {what}."
            yield Problem("privilege-escalation", "warning", paths[0], sentence, "Name the roles and functions.")


def _reaches_all(statement: Statement) -> bool:
    wide = {"*", "arn:aws:iam::*:*", "arn:aws:iam::*:role/*", "arn:aws:iam::*:user/*", "arn:aws:lambda:*:*:function:*"}
    return not statement.given.get("Condition") and any(text in wide for text, _ in statement.element("Resource"))


def _granted(statements: Sequence[Statement], action: str) -> Path | None:
    for statement in statements:
        for text, path in statement.element("Action"):
            if Pattern(text, "like", variables=False, ignore_case=True).matches(action, {}):
                return path
    return None
