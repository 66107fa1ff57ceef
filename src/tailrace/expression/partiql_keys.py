"""What a WHERE clause says of keys: the ranges of keys that a SELECT has to read, the one item that a write is about.

```
WHERE -> branches (what OR and IN hold, joined by AND) -> a range of keys each, or a scan where one branch has none
```
The ranges hold at least what fulfils the clause, for the clause is tested on every item that is read all the same. So
whatever isn't understood here costs a longer read, never a wrong answer.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.select.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tailrace.base.errors import ApiError
from tailrace.expression import keys, nodes
from tailrace.expression.bindings import Bindings
from tailrace.expression.key_condition import KeyAttribute, KeyRange, SortRange
from tailrace.expression.nodes import Call, Condition, Path, Value
from tailrace.expression.parser import walk
from tailrace.expression.values import AttributeValue, Item, type_of

READS_MAX = 50

_MIRRORED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class ReadRange:
    """Keys from `low` (inclusive) to `high` (exclusive), all in the partition of `hash_values`."""

    hash_values: tuple[AttributeValue, ...]
    low: bytes
    high: bytes

    @property
    def hash_order(self) -> bytes:
        """What partitions are ordered by in ORDER BY."""
        return b"".join(map(keys.sort_bytes, self.hash_values))


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """The ranges in the order of the text, none of which overlap, and the other attributes that all of them test."""

    ranges: tuple[ReadRange, ...]
    filtered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SingleKey:
    """The item that a clause names by equality: what it has of the key, a key that it gives twice, and what is left."""

    key: Item
    conflict: str | None
    rest: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class _Branch:
    """What has to hold together: conditions on key attributes, and the names of the others that are tested."""

    conditions: dict[str, tuple[SortRange, ...]] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    is_negated: bool = False

    def joined(self, other: _Branch) -> _Branch:
        names = dict.fromkeys((*self.conditions, *other.conditions))
        both = {name: (*self.conditions.get(name, ()), *other.conditions.get(name, ())) for name in names}
        others = tuple(dict.fromkeys((*self.others, *other.others)))
        return _Branch(both, others, self.is_negated or other.is_negated)

    def equals(self, name: str) -> list[AttributeValue]:
        return [each.values[0] for each in self.conditions.get(name, ()) if each.operator == "="]


def read_ranges(
    where: Condition | None, bindings: Bindings, hash_key: Sequence[KeyAttribute], range_key: Sequence[KeyAttribute]
) -> KeyPlan | None:
    """The ranges to read, or None where everything has to be.

    Raises AWS's ValidationException for key values of other types than the schema's, for more than 50 ranges, and for
    ranges that overlap.
    """
    if where is None or not all(_is_keyed(where, attribute.name) for attribute in hash_key):
        return None
    schema = {attribute.name: attribute for attribute in (*hash_key, *range_key)}
    branches = _branches(where, bindings, frozenset(schema))
    for branch in branches:
        _check_types(branch, schema)
    found: list[tuple[ReadRange, bool]] = []
    for branch in branches:
        bounded = _range(branch, hash_key, range_key)
        if bounded is not None:
            found.append((bounded, branch.is_negated))
    filtered = [name for name in branches[0].others if all(name in branch.others for branch in branches)]
    return KeyPlan(_disjoint(found), tuple(filtered))


def single_key(
    where: Condition | None, bindings: Bindings, names: Iterable[str], *, takes_in: bool = False
) -> SingleKey:
    """The key that a clause gives by equalities joined by AND. `takes_in`: IN with one choice is an equality, too."""
    wanted = frozenset(names)
    key: Item = {}
    conflict: str | None = None
    rest: list[Condition] = []
    for part in _joined(where):
        named = _equality(part, bindings, wanted, takes_in=takes_in)
        if named is None:
            rest.append(part)
        elif named[0] not in key:
            key[named[0]] = named[1]
        elif key[named[0]] != named[1]:
            conflict = conflict or named[0]
            rest.append(part)
    return SingleKey(key, conflict, tuple(rest))


def wrong_type(name: str) -> ApiError:
    """A key attribute that is compared with a value of another type than the schema's."""
    return ApiError.validation(f"Key attribute's data type should match its data type in table's schema: Key {name}")


def _joined(where: Condition | None) -> list[Condition]:
    """The conditions that AND joins, however they are grouped, in the order of the text."""
    found: list[Condition] = []
    waiting: list[Any] = [] if where is None else [where]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.And):
            waiting.extend(reversed(node.parts))
        else:
            found.append(node)
    return found


def _equality(
    node: Condition, bindings: Bindings, names: frozenset[str], *, takes_in: bool
) -> tuple[str, AttributeValue] | None:
    if takes_in and isinstance(node, nodes.In) and len(node.choices) == 1:
        node = nodes.Comparison("=", node.operand, node.choices[0])
    found = _of_key(node, bindings, names)
    return (found.attribute, found.values[0]) if found is not None and found.operator == "=" else None


def _is_keyed(node: Any, name: str) -> bool:
    """Whether every branch of a clause asks this attribute to equal a value."""
    if isinstance(node, nodes.And):
        return any(_is_keyed(part, name) for part in node.parts)
    if isinstance(node, nodes.Or):
        return all(_is_keyed(part, name) for part in node.parts)
    if isinstance(node, nodes.In):
        return _is_attribute(node.operand, name) and all(isinstance(choice, Value) for choice in node.choices)
    if not isinstance(node, nodes.Comparison) or node.operator != "=":
        return False
    sides = (node.left, node.right)
    return any(_is_attribute(side, name) for side in sides) and any(isinstance(side, Value) for side in sides)


def _is_attribute(node: Any, name: str) -> bool:
    return isinstance(node, Path) and node.steps == (name,)


def _branches(node: Any, bindings: Bindings, names: frozenset[str]) -> list[_Branch]:
    """The branches of a clause, at most READS_MAX."""
    if isinstance(node, nodes.And):
        found = [_Branch()]
        for part in node.parts:
            others = _branches(part, bindings, names)
            found = [one.joined(other) for one in found for other in others]
            _check_count(found)
        return found
    if isinstance(node, nodes.Or):
        found = [branch for part in node.parts for branch in _branches(part, bindings, names)]
        if not any(branch.conditions for branch in found):
            return [_Branch({}, _others(node, names), any(branch.is_negated for branch in found))]
        _check_count(found)
        return found
    if isinstance(node, nodes.In) and isinstance(node.operand, Path) and node.operand.steps[0] in names:
        values = [bindings.values[choice.name] for choice in node.choices if isinstance(choice, Value)]
        if len(node.operand.steps) == 1 and len(values) == len(node.choices):
            [name] = node.operand.steps
            found = [_Branch({str(name): (SortRange(str(name), "=", (value,)),)}) for value in values]
            _check_count(found)
            return found
    condition = _of_key(node, bindings, names)
    if condition is not None:
        return [_Branch({condition.attribute: (condition,)})]
    is_negated = isinstance(node, nodes.Not) or (isinstance(node, nodes.Comparison) and node.operator == "<>")
    touches_key = any(isinstance(each, Path) and each.steps[0] in names for each in walk(node))
    return [_Branch({}, _others(node, names), is_negated and touches_key)]


def _check_count(found: list[_Branch]) -> None:
    if len(found) > READS_MAX:
        raise ApiError.validation("Too many decomposed read operations for a given query.")


def _others(node: Any, names: frozenset[str]) -> tuple[str, ...]:
    tops = (str(each.steps[0]) for each in walk(node) if isinstance(each, Path))
    return tuple(dict.fromkeys(name for name in tops if name not in names))


def _of_key(node: Any, bindings: Bindings, names: frozenset[str]) -> SortRange | None:
    """A condition that compares one key attribute with values; None for all others."""
    if isinstance(node, nodes.Comparison) and node.operator in _MIRRORED:
        operator, operands = node.operator, [node.left, node.right]
        if isinstance(node.left, Value):
            operator, operands = _MIRRORED[operator], [node.right, node.left]
    elif isinstance(node, nodes.Between):
        operator, operands = "BETWEEN", [node.operand, node.low, node.high]
    elif isinstance(node, Call) and node.name == "begins_with":
        operator, operands = "begins_with", list(node.operands)
    else:
        return None
    path, *values = operands
    if not isinstance(path, Path) or len(path.steps) != 1 or path.steps[0] not in names:
        return None
    given = tuple(bindings.values[value.name] for value in values if isinstance(value, Value))
    return SortRange(str(path.steps[0]), operator, given) if len(given) == len(values) else None


def _check_types(branch: _Branch, schema: dict[str, KeyAttribute]) -> None:
    for name, conditions in branch.conditions.items():
        for value in (value for condition in conditions for value in condition.values):
            if type_of(value) != schema[name].type:
                raise wrong_type(name)


def _range(branch: _Branch, hash_key: Sequence[KeyAttribute], range_key: Sequence[KeyAttribute]) -> ReadRange | None:
    """The keys that a branch can be fulfilled by, None where it contradicts itself."""
    hash_values = []
    for attribute in hash_key:
        values = branch.equals(attribute.name)
        if any(value != values[0] for value in values):
            return None
        _check_not_empty(attribute, values[0])
        hash_values.append(values[0])
    fixed: list[AttributeValue] = []
    sorts: tuple[SortRange, ...] = ()
    for attribute in range_key:
        values = branch.equals(attribute.name)
        if not values:
            sorts = branch.conditions.get(attribute.name, ())
            break
        if any(value != values[0] for value in values):
            return None
        _check_not_empty(attribute, values[0])
        fixed.append(values[0])
    bounds = [KeyRange(tuple(hash_values), tuple(fixed), sort).bounds() for sort in (*sorts, None)]
    low, high = max(low for low, _ in bounds), min(high for _, high in bounds)
    return ReadRange(tuple(hash_values), low, high) if low < high else None


def _check_not_empty(attribute: KeyAttribute, value: AttributeValue) -> None:
    if value[attribute.type] == "":
        noun = "binary" if attribute.type == "B" else "string"
        raise ApiError.validation(
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            f"empty {noun} value. Key: {attribute.name}"
        )


def _disjoint(found: list[tuple[ReadRange, bool]]) -> tuple[ReadRange, ...]:
    """The ranges without overlap. AWS refuses ranges that overlap, unless a condition of theirs is negated."""
    plain = sorted((each for each, is_negated in found if not is_negated), key=lambda each: each.low)
    if any(one.high > other.low for one, other in pairwise(plain)):
        raise ApiError.validation("Overlapping conditions with range keys are not supported in where clause")
    if len(plain) == len(found):
        return tuple(each for each, _ in found)
    merged: list[ReadRange] = []
    for each in sorted((each for each, _ in found), key=lambda each: each.low):
        if merged and each.low < merged[-1].high:
            last = merged.pop()
            each = ReadRange(last.hash_values, last.low, max(last.high, each.high))
        merged.append(each)
    return tuple(merged)
