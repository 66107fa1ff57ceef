"""A policy's text, compiled into statements that can be asked.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tailrace.auth import conditions
from tailrace.auth.patterns import Context, Pattern

VARIABLES_SINCE = "2012-10-17"
VERSIONS = ("2008-10-17", VARIABLES_SINCE)
SYNTAX = "Syntax errors in policy."
TOP_ELEMENTS = {"Version", "Id", "Statement"}
STATEMENT_ELEMENTS = {
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
}

_ACCOUNT = re.compile(r"[0-9]{12}|arn:[a-z-]+:iam::[0-9]{12}:root")
PrincipalNames = Mapping[str, frozenset[str]]
"""The names under which a caller may stand in a Principal element: {"AWS": {arns, account}, "Service": {...}}."""


class MalformedPolicy(ValueError):
    """The document is no policy; `str()` of it is AWS's text."""


@dataclass(frozen=True, slots=True)
class Principals:
    """A Principal or NotPrincipal element: kind (AWS, Service, Federated, CanonicalUser) -> names; "*" is everybody."""

    named: Mapping[str, tuple[str, ...]]
    negated: bool

    def matched(self, caller: PrincipalNames) -> set[str]:
        """The names by which the element speaks of this caller; empty where it doesn't.

        A NotPrincipal that does not except the caller speaks of it as "*". It excepts a user, a role or a session by
        name; the account's name, which AWS wants beside it, excepts the account's root and nobody else.
        """
        found: set[str] = set()
        for kind, names in self.named.items():
            known = caller.get(kind, frozenset())
            if self.negated:
                known = frozenset(name for name in known if not _ACCOUNT.fullmatch(name)) or known
            found.update(name for name in names if name in known or (name == "*" and (kind == "AWS" or known)))
        if self.negated:
            return set() if found else {"*"}
        return found


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `resources` is None where the kind of policy has none (a role's trust policy)."""

    sid: str
    index: int
    allows: bool
    actions: tuple[Pattern, ...]
    not_actions: bool
    resources: tuple[Pattern, ...] | None
    not_resources: bool
    principals: Principals | None
    clauses: tuple[conditions.Clause, ...]

    def covers(self, action: str, resource: str, context: Context) -> bool:
        """Whether action, resource and conditions (not the principal) are what this statement is about."""
        if _one_matches(self.actions, action, context) == self.not_actions:
            return False
        if self.resources is not None and _one_matches(self.resources, resource, context) == self.not_resources:
            return False
        return not self.clauses or conditions.hold(self.clauses, context)

    def concerns(self, action: str) -> bool:
        """Whether the statement is about the action, on whatever resource and condition."""
        return _one_matches(self.actions, action, {}) != self.not_actions


def _one_matches(patterns: tuple[Pattern, ...], value: str, context: Context) -> bool:
    # A plain loop: this runs for every statement of every request, and a generator costs as much as the match.
    for pattern in patterns:  # noqa: SIM110
        if pattern.matches(value, context):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Policy:
    """A compiled policy document. `conditional` says whether any statement asks the request's context."""

    version: str
    statements: tuple[Statement, ...]
    conditional: bool


def parse(document: str | dict[str, Any]) -> Policy:
    """Compile a policy; equal texts are compiled once (the 4096 latest are kept).

    Takes every kind of policy, leniently as to what only IAM's own checks forbid (see `validation.py`). Raises
    MalformedPolicy.
    """
    return _parse_text(document) if isinstance(document, str) else _compile(document)


@functools.lru_cache(maxsize=4096)
def _parse_text(text: str) -> Policy:
    return _compile(load(text))


def load(text: str) -> dict[str, Any]:
    """The JSON object of a policy's text. Raises MalformedPolicy."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedPolicy(SYNTAX) from None
    if not isinstance(document, dict):
        raise MalformedPolicy(SYNTAX)
    return document


def statements_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements of a document, of which a single one needs no list. Raises MalformedPolicy."""
    found = document.get("Statement")
    statements = [found] if isinstance(found, dict) else found
    if not isinstance(statements, list) or not statements or not all(isinstance(s, dict) for s in statements):
        raise MalformedPolicy(SYNTAX)
    return statements


def texts(value: Any) -> list[str]:
    """A string, or a list of them, as a list. Raises MalformedPolicy."""
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in values):
        raise MalformedPolicy(SYNTAX)
    return values


def _compile(document: dict[str, Any]) -> Policy:
    version = document.get("Version", VERSIONS[0])
    if document.keys() - TOP_ELEMENTS or version not in VERSIONS or not isinstance(document.get("Id", ""), str):
        raise MalformedPolicy(SYNTAX)
    variables = version == VARIABLES_SINCE
    compiled = [_statement(s, index, variables) for index, s in enumerate(statements_of(document))]
    conditional = any(s.clauses or any(r.variable for r in s.resources or ()) for s in compiled)
    return Policy(version, tuple(compiled), conditional)


def _statement(given: dict[str, Any], index: int, variables: bool) -> Statement:
    if given.keys() - STATEMENT_ELEMENTS:
        raise MalformedPolicy(SYNTAX)
    for name in ("Action", "Resource", "Principal"):
        if name in given and f"Not{name}" in given:
            raise MalformedPolicy(SYNTAX)
    sid, effect = given.get("Sid", ""), given.get("Effect")
    if not isinstance(sid, str) or effect not in ("Allow", "Deny"):
        raise MalformedPolicy(SYNTAX)
    actions = texts(given.get("Action", given.get("NotAction", [])))
    resources = given.get("Resource", given.get("NotResource"))
    try:
        clauses = conditions.compile_block(given.get("Condition", {}), variables=variables)
    except conditions.BadCondition:
        raise MalformedPolicy(SYNTAX) from None
    return Statement(
        sid,
        index,
        effect == "Allow",
        tuple(Pattern(action, "like", variables=False, ignore_case=True) for action in actions),
        "NotAction" in given,
        None if resources is None else tuple(Pattern(r, "resource", variables=variables) for r in texts(resources)),
        "NotResource" in given,
        _principals(given),
        clauses,
    )


def _principals(given: dict[str, Any]) -> Principals | None:
    negated = "NotPrincipal" in given
    element = given.get("NotPrincipal" if negated else "Principal")
    if element is None:
        return None
    if element == "*":
        return Principals({"AWS": ("*",)}, negated)
    if not isinstance(element, dict) or element.keys() - {"AWS", "Service", "Federated", "CanonicalUser"}:
        raise MalformedPolicy(SYNTAX)
    return Principals({kind: tuple(texts(names)) for kind, names in element.items()}, negated)
