"""The document as a whole, and the order in which the rules look at it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tailrace.auth import context_keys, policy, positions
from tailrace.auth.lint import actions, conditions, escalation, resources
from tailrace.auth.lint.finding import Finding, Problem, Statement
from tailrace.auth.patterns import Pattern
from tailrace.auth.positions import Path, Span


def lint(text: str) -> list[Finding]:
    """Everything that is wrong with a policy, in the order of its text. Raises DefinitionsMissing.

    A text that is no policy gives the one finding `malformed`.
    """
    try:
        document = json.loads(text)
    except ValueError as problem:
        line, column = getattr(problem, "lineno", 1), getattr(problem, "colno", 1)
        return [Finding("malformed", "error", "", "", line, column, f"This is no JSON: {problem}")]
    except RecursionError:
        return [Finding("malformed", "error", "", "", 1, 1, "This is nested deeper than any policy.")]
    try:
        policy.parse(text)
    except policy.MalformedPolicy:
        sentence = "IAM refuses it: elements, Version, Effect or a condition operator are not those of a policy."
        return [Finding("malformed", "error", "", "", 1, 1, sentence)]
    spans = positions.spans(text)
    statements = list(_statements(document))
    found = [_finding(text, document, spans, problem) for problem in _problems(document, statements)]
    return sorted(found, key=lambda finding: (finding.line, finding.column))


def _statements(document: dict[str, Any]) -> Iterator[Statement]:
    variables = document.get("Version") == policy.VARIABLES_SINCE
    lone = isinstance(document["Statement"], dict)
    for index, given in enumerate(policy.statements_of(document)):
        yield Statement(given, ("Statement",) if lone else ("Statement", index), variables)


def _problems(document: dict[str, Any], statements: list[Statement]) -> Iterator[Problem]:
    yield from _version(document, statements)
    sids = Counter(each.given["Sid"] for each in statements if each.given.get("Sid"))
    for each in statements:
        if sids.get(each.given.get("Sid", ""), 0) > 1:
            yield Problem("duplicate-sid", "error", (*each.path, "Sid"), f"{each.given['Sid']} names two statements.")
        if "NotPrincipal" in each.given and each.allows:
            sentence = "Allow with NotPrincipal lets in everybody else, also those whom nobody knows."
            yield Problem("allow-not-principal", "error", (*each.path, "NotPrincipal"), sentence, "Use Principal.")
        if "NotResource" in each.given and each.allows:
            sentence = "Allow with NotResource grants every other resource, also those that are made tomorrow."
            yield Problem("allow-not-resource", "warning", (*each.path, "NotResource"), sentence, "Use Resource.")
        yield from actions.problems(each)
        yield from resources.problems(each)
        yield from conditions.problems(each)
    if not any("Principal" in each.given or "NotPrincipal" in each.given for each in statements):
        yield from escalation.problems(statements)
        yield from _trigger(statements)


def _version(document: dict[str, Any], statements: list[Statement]) -> Iterator[Problem]:
    version = document.get("Version")
    if version == policy.VARIABLES_SINCE:
        return
    suggestion = f'Write "Version": "{policy.VARIABLES_SINCE}".'
    sentence = f"Version {version} is of 2008." if version else "Without a Version, that of 2008 counts."
    yield Problem("old-version", "warning", ("Version",) if version else (), sentence, suggestion)
    for each in statements:
        keys = set(context_keys.of_statement(each.given)) - set(context_keys.of_statement(each.given, variables=False))
        if keys:
            sentence = f"${{{min(keys)}}} is no variable in the version of 2008: it is taken as it stands."
            yield Problem("variable-before-2012", "error", each.path, sentence, suggestion)


def _trigger(statements: list[Statement]) -> Iterator[Problem]:
    """A role that reads streams for a Lambda trigger needs ListStreams, too, which is granted on `*` alone."""
    reads: Path | None = None
    for each in statements:
        for text, path in each.element("Action"):
            pattern = Pattern(text, "like", variables=False, ignore_case=True)
            if not each.allows:
                continue
            if pattern.matches("dynamodb:GetRecords", {}):
                reads = reads or path
            if pattern.matches("dynamodb:ListStreams", {}):
                return
    if reads:
        sentence = "Lambda reads a stream for a function only if the role has dynamodb:ListStreams, too."
        suggestion = 'Add a statement that allows dynamodb:ListStreams on "Resource": "*".'
        yield Problem("missing-list-streams", "warning", reads, sentence, suggestion)


def _finding(text: str, document: dict[str, Any], spans: dict[Path, Span], problem: Problem) -> Finding:
    line, column = positions.position(text, spans[problem.path].start)
    name = ""
    if problem.path[:1] == ("Statement",):
        index = problem.path[1] if len(problem.path) > 1 and isinstance(problem.path[1], int) else 0
        name = policy.statements_of(document)[index].get("Sid") or f"#{index}"
    shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem.path).lstrip(".")
    return Finding(problem.code, problem.severity, name, shown, line, column, problem.text, problem.suggestion)
