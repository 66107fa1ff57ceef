"""PartiQL text to a statement, once per distinct text, and why a text is none.

AWS names no token, but the mistake: each of its phrases is told here from what the parser would have taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import orjson
from lark import Lark, Token, UnexpectedInput, UnexpectedToken

from tailrace.base.errors import ApiError
from tailrace.expression import nodes
from tailrace.expression.bindings import Bindings
from tailrace.expression.nodes import Path, Value
from tailrace.expression.parser import TREES_MAX, check_limits, walk
from tailrace.expression.partiql_build import OPERATOR_WORDS, build
from tailrace.expression.partiql_literals import not_well_formed
from tailrace.expression.partiql_nodes import Exists, Insert, Select, Statement, Update
from tailrace.expression.partiql_truth import is_condition
from tailrace.expression.values import AttributeValue, normalize_value

KIND = ""
"""What PartiQL's messages about expressions begin with: nothing."""

_INFIX = ("_AND", "_OR", "COMPARATOR", "EQUALS", "SIGN")
_OPERATORS = ("_IS", "_IN", "_BETWEEN", "COMPARATOR", "EQUALS", "STAR")
_ENDS = ("$END", "SEMICOLON", "RPAR")
_OPERAND = "PARAMETER"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A statement, the values that stand in its text, and how many parameters it takes."""

    statement: Statement
    constants: Mapping[str, AttributeValue]
    names: Mapping[str, str]
    parameters: int

    def bind(self, parameters: Sequence[Any]) -> Bindings:
        """The values of one request. `parameters` are normalized AttributeValues, as many as the text has `?`."""
        if len(parameters) != self.parameters:
            raise ApiError.validation("Number of parameters in request and statement don't match.")
        bindings = Bindings()
        bindings.names = dict(self.names)
        bindings.values = {**self.constants, **{f"?{place + 1}": value for place, value in enumerate(parameters)}}
        return bindings


def normalize_parameters(parameters: Sequence[Any]) -> list[AttributeValue]:
    """A request's parameters, canonical; they are looked at before the statement is."""
    return [normalize_value(parameter) for parameter in parameters]


@lru_cache(maxsize=TREES_MAX)
def parse(text: str) -> Parsed:
    """The statement of a text. Raises AWS's ValidationException. A failure isn't cached."""
    try:
        tree = _lark().parse(text)
    except UnexpectedInput as problem:
        raise not_well_formed(_detail(text, problem)) from None
    statement, parameters = build(tree)
    every = list(_walk(statement))
    check_limits(every, KIND)
    found = {node.name for node in every if isinstance(node, Value)}
    constants = {name: orjson.loads(name) for name in found if not name.startswith("?")}
    # "#" starts a placeholder in expressions; here it is a letter like others, so such a name stands for itself.
    steps = {step for node in every if isinstance(node, Path) for step in node.steps if isinstance(step, str)}
    return Parsed(statement, constants, {step: step for step in steps if step.startswith("#")}, parameters)


def _walk(statement: Statement) -> list[nodes.Node]:
    """Every node of a statement."""
    if isinstance(statement, Exists):
        return _walk(statement.select)
    if isinstance(statement, Insert):
        item = statement.item
        return [item] if isinstance(item, Value) else [value for _, value in item]
    tops: list[Any] = []
    if isinstance(statement, Select):
        tops += [*(statement.columns or ()), *(key.path for key in statement.order)]
    if isinstance(statement, Update):
        tops.append(statement.tree)
    if statement.where is not None:
        if not is_condition(statement.where):
            raise not_well_formed("Unexpected term")
        tops.append(statement.where)
    return [node for top in tops for node in walk(top)]


def _detail(text: str, problem: UnexpectedInput) -> str:
    """AWS's phrase for a text that the grammar doesn't take."""
    if not isinstance(problem, UnexpectedToken):
        return ""
    token, taken = problem.token, set(problem.accepts or problem.expected)
    seen = _before(text, token)
    if not seen:
        return "Expected data manipulation"
    if "$END" in taken or "_VALUE" in taken:
        return "Unexpected token after expression"
    before = seen[-1].type
    if _OPERAND in taken:
        return _no_operand(token, before)
    if "QUOTED" in taken and before in ("_FROM", "_UPDATE", "_INTO"):
        # SELECT's table is an expression; those of the others are plain names.
        is_read = seen[0].type in ("_SELECT", "_EXISTS")
        return _no_operand(token, before) if is_read else "Expected identifier for simple path"
    if "MISSING" in taken:
        return "Expected type name"
    return "Expected data manipulation" if "_SET" in taken else _no_operand(token, before)


def _before(text: str, token: Token) -> list[Token]:
    """The tokens before the one that can't stand there."""
    seen: list[Token] = []
    for each in _lark().lex(text):
        if token.type != "$END" and each.start_pos == token.start_pos:
            break
        seen.append(each)
    return seen


def _no_operand(token: Token, before: str) -> str:
    if token.type in _ENDS:
        return "Missing right-hand side expression of infix operator" if before in _INFIX else "Unexpected term"
    if token.type in _OPERATORS or token.upper() in OPERATOR_WORDS:
        return "Unexpected operator"
    return "Unexpected keyword" if token[:1].isalpha() else "Unexpected term"


@lru_cache(maxsize=1)
def _lark() -> Lark:
    grammar = files("tailrace.expression").joinpath("partiql.lark").read_text()
    return Lark(grammar, parser="lalr", lexer="basic", maybe_placeholders=False)
