"""Which condition keys policies ask about: in conditions, and as variables in what they compare with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tailrace.auth import policy
from tailrace.auth.patterns import Variable, parts


def of_statement(statement: dict[str, Any], *, variables: bool = True) -> Iterator[str]:
    """The keys of one statement as they are written, variables of its resources first; some may come twice.

    `variables` says whether the policy's version has variables (2012-10-17 has).
    """
    if variables:
        for element in ("Resource", "NotResource"):
            for text in policy.texts(statement.get(element, [])):
                yield from _variables(text)
    for keys in statement.get("Condition", {}).values():
        for key, values in keys.items():
            yield key
            if variables:
                for value in values if isinstance(values, list) else [values]:
                    yield from _variables(str(value))


def of_document(document: dict[str, Any]) -> Iterator[str]:
    """The keys of a whole policy, which must be one that `policy.parse` takes."""
    variables = document.get("Version") == policy.VARIABLES_SINCE
    for statement in policy.statements_of(document):
        yield from of_statement(statement, variables=variables)


def distinct(keys: Iterator[str]) -> list[str]:
    """The keys in their order, each once: they are not told apart by case."""
    return list({key.lower(): key for key in reversed(list(keys))}.values())[::-1]


def _variables(text: str) -> Iterator[str]:
    for part in parts(text) if "${" in text else ():
        if isinstance(part, Variable):
            yield part.written
