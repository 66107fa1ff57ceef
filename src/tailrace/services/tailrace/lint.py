"""What is wrong with a policy, for editors that show it while one types."""

from __future__ import annotations

import asyncio

from tailrace.auth import lint as rules
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, anything, operation


@operation("tailrace", "LintPolicy", needs="tailrace:LintPolicy", on=anything)
async def lint_policy(call: Call, request: Shape) -> Shape:
    """What is wrong with a policy document though IAM takes it, each finding with its place in the text.

    Raises ValidationException where AWS's reference of actions and resources isn't installed.
    """
    try:
        # In a thread: it reads a file for each service that the policy names, and requests must not wait for that.
        findings = await asyncio.to_thread(rules.lint, request["PolicyDocument"])
    except rules.DefinitionsMissing as problem:
        raise ApiError.validation(str(problem)) from problem
    return {"Findings": [_shown(each) for each in findings]}


def _shown(finding: rules.Finding) -> Shape:
    shown: Shape = {
        "Code": finding.code,
        "Severity": finding.severity,
        "Statement": finding.statement,
        "Path": finding.path,
        "Line": finding.line,
        "Column": finding.column,
        "Text": finding.text,
    }
    if finding.suggestion:
        shown["Suggestion"] = finding.suggestion
    return shown
