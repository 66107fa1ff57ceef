"""Key conditions: which partition, and which range of it.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from tailrace.base.errors import ApiError
from tailrace.expression import keys, nodes
from tailrace.expression.bindings import Bindings
from tailrace.expression.condition import Plan, plan_of_text
from tailrace.expression.nodes import Call, Node, Path, Value
from tailrace.expression.parser import TREES_MAX, bare
from tailrace.expression.values import AttributeValue

KIND: Final = "KeyConditionExpression"
CONDITIONS_USUAL: Final = 2

_MIRRORED: Final = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class KeyAttribute(Protocol):
    """An attribute of a key schema."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def type(self) -> str:
        """Its type, "S", "N" or "B"."""


class SortRange:
    """What is asked of one attribute: operator =, <, <=, >, >=, BETWEEN or begins_with, and one value or two."""

    __slots__ = ("attribute", "operator", "values")

    def __init__(self, attribute: str, operator: str, values: tuple[AttributeValue, ...]) -> None:
        self.attribute = attribute
        self.operator = operator
        self.values = values


class KeyRange:
    """A key condition matched with a key schema: what fixes the start of the key, and the range after that."""

    __slots__ = ("hash_values", "range_values", "sort")

    def __init__(
        self,
        hash_values: tuple[AttributeValue, ...],
        range_values: tuple[AttributeValue, ...],
        sort: SortRange | None,
    ) -> None:
        self.hash_values = hash_values
        self.range_values = range_values
        self.sort = sort

    def bounds(self) -> tuple[bytes, bytes]:
        """The keys that fulfil it: from the first (inclusive) up to the second (exclusive)."""
        start = keys.item_key(self.hash_values, self.range_values)
        end = keys.after(start)
        if self.sort is None:
            return start, end
        operator, values = self.sort.operator, self.sort.values
        if operator == "begins_with":
            prefix = start + keys.sort_prefix(values[0])
            return prefix, keys.after(prefix)
        first = start + keys.sort_bytes(values[0])
        if operator == "BETWEEN":
            return first, keys.after(start + keys.sort_bytes(values[1]))
        # An index entry's key goes on after the attribute, so "all that start with it" is what equals it.
        return {
            "=": (first, keys.after(first)),
            "<": (start, first),
            "<=": (start, keys.after(first)),
            ">": (keys.after(first), end),
            ">=": (first, end),
        }[operator]


class KeyCondition:
    """What is asked of each attribute, in the order of the text."""

    __slots__ = ("conditions",)

    def __init__(self, conditions: dict[str, SortRange]) -> None:
        self.conditions = conditions

    @property
    def equals(self) -> dict[str, AttributeValue]:
        """The attributes that have to equal one value."""
        return {name: c.values[0] for name, c in self.conditions.items() if c.operator == "="}

    @property
    def sort(self) -> SortRange | None:
        """The condition that isn't an equality, if there is one."""
        return next((c for c in self.conditions.values() if c.operator != "="), None)

    def match(self, hash_key: Sequence[KeyAttribute], range_key: Sequence[KeyAttribute]) -> KeyRange:
        """The range of a table's or an index's keys. Raises AWS's refusal where the condition doesn't fit the schema.

        All hash attributes have to be given by equality; range attributes from the left, and after the first one that
        isn't an equality nothing more.
        """
        if len(self.conditions) > max(CONDITIONS_USUAL, len(hash_key) + len(range_key)):
            raise ApiError.validation("Conditions can be of length 1 or 2 only")
        hashes = tuple([self._checked(attribute, is_hash=True).values[0] for attribute in hash_key])
        fixed: list[AttributeValue] = []
        sort: SortRange | None = None
        seen = len(hash_key)
        for attribute in range_key:
            if attribute.name not in self.conditions:
                break
            condition = self._checked(attribute, is_hash=False)
            seen += 1
            if condition.operator != "=":
                sort = condition
                break
            fixed.append(condition.values[0])
        if seen < len(self.conditions):
            missing = [a.name for a in range_key if a.name not in self.conditions]
            if missing:
                raise ApiError.validation(f"Query condition missed key schema element: {missing[0]}")
            raise ApiError.validation("Query key condition not supported")
        return KeyRange(hashes, tuple(fixed), sort)

    def _checked(self, attribute: KeyAttribute, *, is_hash: bool) -> SortRange:
        name, kind = attribute.name, attribute.type
        condition = self.conditions.get(name)
        if condition is None:
            raise ApiError.validation(f"Query condition missed key schema element: {name}")
        for value in condition.values:
            if kind not in value:
                raise ApiError.validation(
                    "One or more parameter values were invalid: Condition parameter type does not match schema type"
                )
            if kind != "N" and not value[kind] and (is_hash or condition.operator == "="):
                noun = "string" if kind == "S" else "binary"
                raise ApiError.validation(
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
                    f"contain an empty {noun} value. Key: {name}"
                )
        if is_hash and condition.operator != "=":
            raise ApiError.validation("Query key condition not supported")
        return condition


def bind(text: str, bindings: Bindings) -> KeyCondition:
    """The key condition that `text` is under these bindings.

    Raises AWS's ValidationException for all that is wrong whatever the key schema; `KeyCondition.match` does the rest.
    """
    known = _known.get(text)
    plan = plan_of_text(text, KIND) if known is None else known[0]
    plan.check(bindings)
    parts = _remembered(text, plan) if known is None else known[1]
    found: dict[str, SortRange] = {}
    names, values = bindings.names, bindings.values
    for step, operator, placeholders in parts:
        name = names.get(step, step)  # a placeholder begins with #, a written name can't
        if name in found:
            raise ApiError.validation("KeyConditionExpressions must only contain one condition per key")
        found[name] = SortRange(name, operator, tuple([values[placeholder] for placeholder in placeholders]))
    return KeyCondition(found)


Part = tuple[str, str, tuple[str, ...]]


# By text: each Query looks here, where a call of an lru_cache would take ten times as long.
_known: Final[dict[str, tuple[Plan, tuple[Part, ...]]]] = {}


def _remembered(text: str, plan: Plan) -> tuple[Part, ...]:
    """The parts of a text, remembered with its plan. Raises what the text is refused for whatever it is bound to."""
    parts = _parts(plan.tree)
    if len(_known) >= TREES_MAX:
        _known.clear()
    _known[text] = plan, parts
    return parts


def _parts(tree: Node) -> tuple[Part, ...]:
    """The conditions that AND joins: an attribute's name or its placeholder, the operator, placeholders of values."""
    found: list[Part] = []
    waiting: list[Node] = [tree]
    while waiting:
        node = bare(waiting.pop())
        if isinstance(node, nodes.And):
            waiting.extend(reversed(node.parts))
        else:
            found.append(_part(node))
    return tuple(found)


def _part(node: Node) -> Part:
    if isinstance(node, nodes.Comparison):
        if node.operator == "<>":
            raise _wrong_operator("<>")
        left, right = bare(node.left), bare(node.right)
        if isinstance(left, Value) and isinstance(right, Path):
            return _checked("", _MIRRORED[node.operator], [right, left])
        return _checked("", node.operator, [left, right])
    if isinstance(node, nodes.Between):
        return _checked("BETWEEN", "BETWEEN", [bare(o) for o in (node.operand, node.low, node.high)])
    if isinstance(node, Call):
        if node.name != "begins_with":
            raise _wrong_operator(node.name)
        return _checked("begins_with", "begins_with", [bare(operand) for operand in node.operands])
    raise _wrong_operator({nodes.Or: "OR", nodes.Not: "NOT", nodes.In: "IN"}[type(node)])


def _checked(named: str, operator: str, operands: list[Node]) -> Part:
    """Refuse what isn't one top-level attribute against values. `named` is set where AWS names the operator."""
    if any(isinstance(operand, Call) for operand in operands):
        raise ApiError.validation("KeyConditionExpressions cannot contain nested operations")
    path, *values = operands
    prefix = "Invalid condition in KeyConditionExpression: "
    if named and not isinstance(path, Path):
        raise ApiError.validation(f"{prefix}{named} operator must have the key attribute as its first operand")
    if sum(isinstance(operand, Path) for operand in operands) > 1:
        if isinstance(path, Path) and len(path.steps) > 1:
            raise _nested()
        raise ApiError.validation(f"{prefix}Multiple attribute names used in one condition")
    if not isinstance(path, Path):
        raise ApiError.validation(f"{prefix}No key attribute specified")
    if len(path.steps) > 1:
        raise _nested()
    return str(path.steps[0]), operator, tuple(value.name for value in values if isinstance(value, Value))


def _wrong_operator(operator: str) -> ApiError:
    return ApiError.validation(f"Invalid operator used in KeyConditionExpression: {operator}")


def _nested() -> ApiError:
    return ApiError.validation("KeyConditionExpressions cannot have conditions on nested attributes")
