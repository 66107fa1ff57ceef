"""Conditions and operands: which is which, and PartiQL's conditions that stand where an operand does.

`attribute_exists(a) = b` asks whether the attribute b is TRUE or FALSE accordingly. Expressions have no such thing, so
it is written out in what they have: (attribute_exists(a) AND b = TRUE) OR (NOT attribute_exists(a) AND b = FALSE).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from tailrace.base.errors import ApiError
from tailrace.expression import nodes
from tailrace.expression.nodes import Call, Value
from tailrace.expression.partiql_literals import not_well_formed


def literal_name(value: dict[str, Any]) -> str:
    """The name of the value node that stands for a literal: its JSON."""
    return orjson.dumps(value).decode()


BOOLEANS = (Value(literal_name({"BOOL": True})), Value(literal_name({"BOOL": False})))


def is_condition(node: Any) -> bool:
    """Whether it is true or false, and not an operand."""
    return isinstance(node, nodes.CONDITIONS) or (isinstance(node, Call) and node.name != "size")


def condition(node: Any) -> Any:
    """The node, which has to be a condition."""
    if not is_condition(node):
        raise not_well_formed("Unexpected term")
    return node


def operand(node: Any) -> Any:
    """The node, which has to be an operand."""
    if is_condition(node):
        raise not_well_formed("Unexpected term")
    return node


def _truth(tested: Any, other: Any) -> Any:
    """Whether a condition comes out as the other side says, which may be a value, an attribute or a condition."""
    if is_condition(other):
        return nodes.Or((nodes.And((tested, other)), nodes.And((nodes.Not(tested), nodes.Not(other)))))
    if other in BOOLEANS:
        return tested if other == BOOLEANS[0] else nodes.Not(tested)
    is_true, is_false = (nodes.Comparison("=", other, value) for value in BOOLEANS)
    return nodes.Or((nodes.And((tested, is_true)), nodes.And((nodes.Not(tested), is_false))))


def same_truth(tested: Any, others: Sequence[Any]) -> Any:
    """A condition that comes out as one of the other sides says."""
    parts = tuple(_truth(tested, other) for other in others)
    return parts[0] if len(parts) == 1 else nodes.Or(parts)


def copies(others: Sequence[Any]) -> int:
    """How many times more than once `same_truth` writes the condition."""
    return sum(other not in BOOLEANS for other in others) + len(others) - 1


def check_operator(operator: str) -> None:
    """Conditions have no order, so they are compared for equality alone."""
    if operator not in ("=", "<>"):
        problem = "Incorrect operand type for operator or function"
        raise ApiError.validation(f"{problem}; operator or function: {operator}, operand type: BOOL")


def negated(tested: Any, words: Sequence[Any]) -> Any:
    """The opposite, where there is a NOT."""
    return nodes.Not(tested) if words else tested
