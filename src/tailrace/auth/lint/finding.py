"""A finding, and the statement that rules look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tailrace.auth.positions import Path

Severity = Literal["error", "warning", "hint"]
"""error: it doesn't do what it says. warning: it may do more or less than is wanted. hint: worth a second look."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend: where (path, line, column), what, and how. `statement` is its Sid, or its number ("#0")."""

    code: str
    severity: Severity
    statement: str
    path: str
    line: int
    column: int
    text: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding before its place in the text is looked up."""

    code: str
    severity: Severity
    path: Path
    text: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a policy that compiles, and where it stands."""

    given: dict[str, Any]
    path: Path
    variables: bool

    @property
    def allows(self) -> bool:
        """Whether its Effect is Allow."""
        return bool(self.given["Effect"] == "Allow")

    def element(self, name: str) -> Iterator[tuple[str, Path]]:
        """The texts of an element, each with its path; nothing where the statement hasn't the element."""
        value = self.given.get(name)
        if isinstance(value, str):
            yield value, (*self.path, name)
        elif isinstance(value, list):
            for index, text in enumerate(value):
                yield text, (*self.path, name, index)
