"""CloudWatch Logs filter patterns: which log lines a search wants.

```
ERROR "exact phrase" -exclude      terms: all of them, none of the excluded
?ERROR ?WARN                       one of them (beside other terms they are ignored)
%AUTH[A-Z]+%                       a regular expression
{ $.level = "error" && $.n > 3 }   a property of a line that is JSON
[ip, user, ..., status = 4*]       fields of a line that is split at its blanks
```
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import orjson

from tailrace.base.errors import ApiError
from tailrace.expression import log_conditions

PATTERN_LENGTH_MAX = 1024
REGULAR_EXPRESSIONS_MAX = 2

# A term is quoted, a regular expression between percent signs, or bare; ? and - may stand before it.
_TERM = re.compile(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|(\S+))(?=\s|$)')
_BARE = re.compile(r"\w+", re.ASCII)

Test = Callable[[str], bool]


@lru_cache(maxsize=512)
def parse(text: str) -> LogPattern:
    """Compile a filter pattern; raises InvalidParameterException."""
    stripped = text.strip()
    if not stripped:
        return LogPattern(lambda line: True)
    if stripped.startswith("{"):
        if not stripped.endswith("}"):
            raise refused("If a filter pattern starts with '{' it must end with '}'")
        return LogPattern(_properties(stripped))
    if stripped.startswith("["):
        if not stripped.endswith("]"):
            raise refused("If a filter pattern starts with '[' it must end with ']'")
        return LogPattern(_fields(stripped))
    return LogPattern(_terms(stripped))


def refused(message: str) -> ApiError:
    """InvalidParameterException with the reason."""
    return ApiError("InvalidParameterException", f"Invalid filter pattern: {message}")


class LogPattern:
    """A compiled filter pattern."""

    def __init__(self, test: Test) -> None:
        self._test = test

    def test(self, message: str) -> bool:
        """Whether the log line matches."""
        return self._test(message)


def _terms(text: str) -> Test:
    required: list[Test] = []
    optional: list[Test] = []
    excluded: list[Test] = []
    at = expressions = 0
    while at < len(text):
        found = _TERM.match(text, at)
        if found is None:
            raise refused(f"Invalid character(s) in term '{text[at:]}'")
        sign, phrase, expression, bare = found.groups()
        if expression is not None:
            expressions += 1
            one = _searching(expression, found.group())
        else:
            one = _containing(phrase, bare, found.group())
        {"": required, "?": optional, "-": excluded}[sign].append(one)
        at = found.end()
        at += len(text[at:]) - len(text[at:].lstrip())
    if expressions > REGULAR_EXPRESSIONS_MAX:
        raise refused("A filter pattern has at most 2 regular expressions")
    alternatives = optional if not required and not excluded else []

    def test(line: str) -> bool:
        if any(term(line) for term in excluded):
            return False
        return any(term(line) for term in alternatives) if alternatives else all(term(line) for term in required)

    return test


def _containing(phrase: str | None, bare: str | None, term: str) -> Test:
    wanted = re.sub(r"\\(.)", r"\1", phrase) if phrase is not None else bare or ""
    if not wanted or (bare is not None and not _BARE.fullmatch(bare)):
        raise refused(f"Invalid character(s) in term '{term}'")
    return lambda line: wanted in line


def _searching(expression: str, term: str) -> Test:
    try:
        compiled = log_conditions.regular_expression(expression)
    except log_conditions.Malformed as problem:
        raise refused(f"Invalid character(s) in term '{term}'") from problem
    return compiled.search


def _properties(text: str) -> Test:
    try:
        condition = log_conditions.properties(text)
    except log_conditions.Malformed as problem:
        raise refused(str(problem)) from problem

    def test(line: str) -> bool:
        try:
            return condition(orjson.loads(line))
        except orjson.JSONDecodeError:
            return False

    return test


def _fields(text: str) -> Test:
    try:
        condition = log_conditions.fields(text)
    except log_conditions.Malformed as problem:
        raise refused(str(problem)) from problem
    return lambda line: condition(split(line))


_FIELD = re.compile(r'"([^"]*)"|\[([^\]]*)\]|(\S+)')


def split(line: str) -> list[str]:
    """The fields of a line: blanks part them, but not inside quotes or square brackets."""
    return [next(group for group in found.groups() if group is not None) for found in _FIELD.finditer(line)]
