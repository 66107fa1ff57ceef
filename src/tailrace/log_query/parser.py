"""Text to commands.

A problem is told with the place where it is. Its words, "unexpected symbol found ...", are AWS's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, cast

from lark import Lark, Token, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError
from lark.tree import Meta
from lark.visitors import Transformer

from tailrace.log_query.nodes import (
    Call,
    Command,
    Constant,
    Dedup,
    Field,
    Fields,
    Filter,
    Item,
    Limit,
    Matches,
    Node,
    Parse,
    Period,
    Problem,
    Query,
    Sort,
    Stats,
)

QUERIES_MAX = 256
DEPTH_MAX = 60
LIMIT_MAX = 100_000
MESSAGE = "@message"
# Commands of AWS's that are not there, so that they are named rather than called unexpected.
ABSENT = (
    "pattern",
    "diff",
    "anomaly",
    "unnest",
    "source",
    "filterindex",
    "lookup",
    "search",
    "tail",
    "join",
    "subquery",
)

_GROUP = re.compile(r"\(\?P?<([A-Za-z_]\w*)>")
_WORD = re.compile(r"\w+|\S")


@lru_cache(maxsize=QUERIES_MAX)
def parse(text: str) -> Query:
    """The commands of a query. Raises Problem."""
    if not text.strip():
        raise Problem("The query is empty.")
    try:
        query = cast("Query", _Build(text).transform(_lark().parse(text)))
        if any(_depth(node) > DEPTH_MAX for node in _expressions(query)):
            raise Problem("The query is nested too deeply", 0, len(text))
        return query
    except RecursionError:
        raise Problem("The query is nested too deeply", 0, len(text)) from None
    except UnexpectedInput as problem:
        raise _unexpected(text, problem) from None
    except VisitError as problem:
        if isinstance(problem.orig_exc, Problem):
            raise problem.orig_exc from None
        raise


def _expressions(query: Query) -> Iterator[Node]:
    for command in query.commands:
        if isinstance(command, Filter):
            yield command.condition
        elif isinstance(command, Fields | Stats):
            yield from (item.node for item in command.items)
            yield from (item.node for item in command.by) if isinstance(command, Stats) else ()
        elif isinstance(command, Sort):
            yield from (node for node, _ in command.keys)


def _depth(node: Node) -> int:
    if isinstance(node, Matches):
        return 1 + _depth(node.subject)
    return 1 + max(map(_depth, node.arguments), default=0) if isinstance(node, Call) else 1


def _unexpected(text: str, problem: UnexpectedInput) -> Problem:
    """Where the text stops being a query."""
    at = problem.pos_in_stream
    if isinstance(problem, UnexpectedToken) and problem.token.type == "$END":
        return Problem("unexpected end of the query", len(text), len(text))
    if at is None or not isinstance(problem, UnexpectedToken | UnexpectedCharacters):
        return Problem("The query can't be understood.", 0, len(text))
    found = _WORD.match(text, at)
    word = found.group() if found else text[at : at + 1]
    end = at + len(word)
    if word.lower() in ABSENT and text[:at].rstrip()[-1:] in ("", "|"):
        return Problem(f"Tailrace does not have the command {word}", at, end)
    line, column = text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1)
    return Problem(f"unexpected symbol found {word} at line {line} and position {column}", at, end)


@cache
def _lark() -> Lark:
    grammar = files("tailrace.log_query").joinpath("grammar.lark").read_text()
    return Lark(grammar, parser="lalr", start="query", maybe_placeholders=True, propagate_positions=True)


def _text(token: str) -> str:
    """What stands between the quotes."""
    return re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL)


def _call(function: str, *arguments: Node, meta: Meta | None = None) -> Call:
    if meta is None:
        return Call(function, arguments)
    return Call(function, arguments, meta.start_pos, meta.end_pos)


@v_args(meta=True)
class _Build(Transformer[Token, Any]):
    """Trees to nodes, from the leaves up."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._source = text

    def query(self, meta: Meta, children: list[Command]) -> Query:
        return Query(tuple(children))

    def fields(self, meta: Meta, children: list[Any]) -> Fields:
        return Fields(tuple(children[1:]))

    def display(self, meta: Meta, children: list[Any]) -> Fields:
        return Fields(tuple(children[1:]), only=True)

    def filter(self, meta: Meta, children: list[Any]) -> Filter:
        return Filter(children[1])

    def items(self, meta: Meta, children: list[Item]) -> tuple[Item, ...]:
        return tuple(children)

    def stats(self, meta: Meta, children: list[Any]) -> Stats:
        return Stats(children[1], children[2] or ())

    def sort(self, meta: Meta, children: list[Any]) -> Sort:
        return Sort(tuple(children[1:]))

    def order(self, meta: Meta, children: list[Any]) -> tuple[Node, bool]:
        return children[0], (children[1] or "").lower() == "desc"

    def limit(self, meta: Meta, children: list[Any]) -> Limit:
        return Limit(_count(children[-1]))

    def limit_any(self, meta: Meta, children: list[Any]) -> Limit:
        return Limit(_count(children[-1]), stops=True)

    def dedup(self, meta: Meta, children: list[Any]) -> Dedup:
        return Dedup(tuple(field.name for field in children[1:]))

    def parse_glob(self, meta: Meta, children: list[Any]) -> Parse:
        field, glob, names = children[1], _text(children[2]), children[3:]
        parts = glob.split("*")
        if len(parts) - 1 != len(names):
            text = f"The pattern has {len(parts) - 1} wildcards, but {len(names)} names are given"
            raise Problem(text, meta.start_pos, meta.end_pos)
        # A star at the end takes all that is left, any other one as little as will do.
        last = "(.*)" if glob.endswith("*") else "(.*?)"
        stars = ["(.*?)"] * (len(names) - 1) + [last]
        pattern = "".join(re.escape(part) + star for part, star in zip(parts, [*stars, ""], strict=True))
        return Parse(field.name if field else MESSAGE, f"(?s){pattern}", tuple(names), meta.start_pos, meta.end_pos)

    def parse_regex(self, meta: Meta, children: list[Any]) -> Parse:
        field, pattern = children[1], children[2][1:-1]
        names = tuple(name for name in children[3:] if name is not None)
        named = tuple(_GROUP.findall(pattern))
        if not (names or named):
            raise Problem("The regular expression has no named group", meta.start_pos, meta.end_pos)
        return Parse(field.name if field else MESSAGE, pattern, names or named, meta.start_pos, meta.end_pos)

    def item(self, meta: Meta, children: list[Any]) -> Item:
        node, name = children
        if name is None:
            name = node.name if isinstance(node, Field) else self._source[meta.start_pos : meta.end_pos].strip()
        return Item(node, name)

    # -- expressions ---------------------------------------------------------------------------------------------------

    def either(self, meta: Meta, children: list[Node]) -> Call:
        return _call("or", *children)

    def both(self, meta: Meta, children: list[Node]) -> Call:
        return _call("and", *children)

    def negation(self, meta: Meta, children: list[Any]) -> Call:
        return _call("not", children[1])

    def compare(self, meta: Meta, children: list[Any]) -> Call:
        return _call(str(children[1]), children[0], children[2])

    def like(self, meta: Meta, children: list[Any]) -> Matches:
        return _matches(meta, children)

    def not_like(self, meta: Meta, children: list[Any]) -> Call:
        return _call("not", _matches(meta, children))

    def within(self, meta: Meta, children: list[Any]) -> Call:
        return _call("in", children[0], *children[2:])

    def not_within(self, meta: Meta, children: list[Any]) -> Call:
        return _call("not", _call("in", children[0], *children[3:]))

    def arithmetic(self, meta: Meta, children: list[Any]) -> Call:
        return _call(str(children[1]), children[0], children[2])

    def signed(self, meta: Meta, children: list[Any]) -> Node:
        sign, node = children
        return _call("-", Constant(0), node) if sign == "-" else cast("Node", node)

    def number(self, meta: Meta, children: list[Token]) -> Constant:
        text = str(children[0])
        return Constant(int(text) if text.isdecimal() else float(text))

    def period(self, meta: Meta, children: list[Token]) -> Period:
        found = re.match(r"(\d+)(.+)", children[0])
        assert found
        return Period(int(found[1]), found[2].lower())

    def string(self, meta: Meta, children: list[Token]) -> Constant:
        return Constant(_text(children[0]))

    def call(self, meta: Meta, children: list[Any]) -> Call:
        arguments = [child for child in children[1:] if child is not None and not isinstance(child, Token)]
        return _call(str(children[0]), *arguments, meta=meta)

    def group(self, meta: Meta, children: list[Node]) -> Node:
        return children[0]

    def field(self, meta: Meta, children: list[Token]) -> Field:
        return Field(_name(children[0]))

    def name(self, meta: Meta, children: list[Token]) -> str:
        return _name(children[0])


def _matches(meta: Meta, children: list[Any]) -> Matches:
    pattern: Token = children[-1]
    regex = pattern.type == "REGEX"
    text = pattern[1:-1] if regex else _text(pattern)
    return Matches(children[0], text, regex, meta.start_pos, meta.end_pos)


def _name(token: Token) -> str:
    return token[1:-1] if token.startswith("`") else str(token)


def _count(token: Token) -> int:
    count = int(token) if token.isdecimal() else 0
    if not 1 <= count <= LIMIT_MAX:
        text = f"The limit must be a number from 1 to {LIMIT_MAX}"
        raise Problem(text, token.start_pos or 0, token.end_pos or 0)
    return count
