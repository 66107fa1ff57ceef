"""Regular expressions of queries, each search of which is given a few milliseconds.

What a query brings runs on the server's own thread. The `regex` library searches under a time limit, and knows what
people write for AWS: `(?i)`, groups with names, looking around. The rejected alternative, `re`, has no limit. It is
loaded with the first query that has an expression: a server of which nobody asks any starts without.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from tailrace.log_query.nodes import Problem

SEARCH_SECONDS = 0.05
PATTERNS_MAX = 256


class Invalid(Exception):
    """The text is no regular expression; the message says why."""


class TooSlow(Exception):
    """A line for which an expression needs longer than a search may take."""


class Pattern:
    """A compiled expression."""

    def __init__(self, text: str) -> None:
        import regex

        try:
            self._compiled = regex.compile(text)
        except (regex.error, RecursionError, OverflowError) as problem:
            raise Invalid(str(problem)) from problem

    def search(self, line: str) -> Any:
        """The first match, or None. Raises TooSlow."""
        try:
            return self._compiled.search(line, timeout=SEARCH_SECONDS)
        except TimeoutError as problem:
            raise TooSlow(self._compiled.pattern) from problem


@lru_cache(maxsize=PATTERNS_MAX)
def _compiled(text: str) -> Pattern:
    return Pattern(text)


def compiled(text: str, start: int, end: int) -> Pattern:
    """The expression. Raises Problem, which names its place."""
    try:
        return _compiled(text)
    except Invalid as problem:
        raise Problem(f"The regular expression is invalid: {problem}", start, end) from problem
