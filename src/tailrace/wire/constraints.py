"""The model's constraints, compiled: a shape becomes a function that collects what is wrong, or None.

None means that nothing below a shape can be wrong, so its value is not walked: an Item costs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from tailrace.wire import java_text, overrides
from tailrace.wire.model import Member, ShapeModel

PROBLEMS_MAX = 10  # AWS stops there [D]
OBEYED_MAX = 256
"""Texts that a place remembers as obeying its rules, none longer than `OBEYED_LENGTH_MAX` characters."""
OBEYED_LENGTH_MAX = 256
NOT_NULL = "Member must not be null"

Problems = list[str]
Check = Callable[[Any, str, Problems], None]  # value, path, problems
Rule = tuple[str, Callable[[Any], bool]]  # AWS's text, and whether a value obeys
Wording = Callable[[Any, str, str], str]  # value, path, AWS's text -> the problem as a sentence


def problem(value: str | None, path: str, text: str) -> str:
    """One problem in AWS's words; `value` None leaves the value out, as AWS does where it is secret."""
    quoted = "" if value is None else (" null" if value == "null" else f" '{value}'")
    return f"Value{quoted} at '{path}' failed to satisfy constraint: {text}"


@cache
def structure_check(service: str, shape: ShapeModel, operation: str) -> Check | None:
    """The check of a structure's members; None where no member has a constraint."""
    checks = []
    for member in shape.members.values():
        check = member_check(service, shape, member, operation)
        required = member.name in shape.required
        if check or required:
            checks.append((member.name, java_text.lower_first(member.name), check, required))
    if not checks:
        return None

    given = {name: (spelled, check) for name, spelled, check, _ in checks if check}
    needed = tuple(name for name, _, _, required in checks if required)

    def check_structure(value: Any, path: str, problems: Problems) -> None:
        # Nearly all obey, and have few of the members that they may have: those are looked at, in any order.
        before, missing = len(problems), False
        for name in needed:
            if value.get(name) is None:
                missing = True
        for name, content in value.items():
            place = given.get(name)
            if place and content is not None:
                place[1](content, path + place[0], problems)
        if not missing and len(problems) == before:
            return
        del problems[before:]
        for name, spelled, check, required in checks:
            content = value.get(name)
            if content is not None:
                if check:
                    check(content, path + spelled, problems)
            elif required:
                problems.append(problem("null", path + spelled, NOT_NULL))

    return check_structure


def member_check(service: str, shape: ShapeModel, member: Member, operation: str) -> Check | None:
    """The check of one member of a structure."""
    place = (service, shape.name, member.name)
    rules = _rules(service, member.shape, overrides.MEMBERS.get(place, {}), operation)
    below = _below(service, member.shape, operation)
    if not rules:
        return below
    if place in overrides.UNQUOTED_MEMBERS:
        own = _rules_check(rules, _in_wire_spelling(member.name))
    else:
        own = _rules_check(rules, _with_value(member.shape))
    return _both(own, below) if below else own


def _with_value(shape: ShapeModel) -> Wording:
    """`Value 'x' at 'path'`, without the value where the model calls it sensitive."""

    def word(value: Any, path: str, text: str) -> str:
        return problem(None if shape.sensitive else java_text.text(value, shape), path, text)

    return word


def _in_wire_spelling(name: str) -> Wording:
    """`Value at 'RequestItems.T.member.Keys'` instead of `Value '[..]' at 'requestItems.T.member.keys'`."""

    def word(value: Any, path: str, text: str) -> str:
        above = path[: -len(name)]
        return problem(None, above[:1].upper() + above[1:] + name, text)

    return word


def _both(first: Check, second: Check) -> Check:
    def check(value: Any, path: str, problems: Problems) -> None:
        first(value, path, problems)
        second(value, path, problems)

    return check


def _rules_check(rules: list[Rule], word: Wording) -> Check:
    if len(rules) == 1:
        only, obeys_only = rules[0]

        def check_one(value: Any, path: str, problems: Problems) -> None:
            if not obeys_only(value):
                problems.append(word(value, path, only))

        return check_one

    obeyed: set[str] = set()

    def check(value: Any, path: str, problems: Problems) -> None:
        if type(value) is str and value in obeyed:  # the same few names come again and again
            return
        before = len(problems)
        for text, obeys in rules:
            if not obeys(value):
                problems.append(word(value, path, text))
        if type(value) is str and len(value) <= OBEYED_LENGTH_MAX and len(problems) == before:
            if len(obeyed) >= OBEYED_MAX:
                obeyed.clear()
            obeyed.add(value)

    return check


def _below(service: str, shape: ShapeModel, operation: str) -> Check | None:
    """The check of what a structure, list or map holds."""
    if shape.type == "structure" and not shape.is_attribute_value:
        return _structure_below(service, shape, operation)
    if shape.type == "list" and shape.element:
        return _list_check(service, shape, operation)
    if shape.type == "map" and shape.key and shape.value:
        return _map_check(service, shape, operation)
    return None


_building: set[tuple[str, str, str]] = set()


def _structure_below(service: str, shape: ShapeModel, operation: str) -> Check | None:
    key = (service, shape.name, operation)
    if key in _building:  # a shape within itself: found again when a value is there

        def check_again(value: Any, path: str, problems: Problems) -> None:
            check = structure_check(service, shape, operation)
            if check:
                check(value, path + ".", problems)

        return check_again
    _building.add(key)
    try:
        inner = structure_check(service, shape, operation)
    finally:
        _building.discard(key)
    if inner is None:
        return None
    return lambda value, path, problems: inner(value, path + ".", problems)


def _list_check(service: str, shape: ShapeModel, operation: str) -> Check | None:
    element = shape.element.shape if shape.element else None
    if element is None or element.is_attribute_value:
        return None
    below = _below(service, element, operation)
    rules = _rules(service, element, {}, operation, collected=True)
    if not below and not rules and element.type not in ("structure", "list"):
        return _nulls_check(shape)
    word = _with_value(shape)
    texts = [text for text, _ in rules] + ([NOT_NULL] if service in overrides.NOT_NULL_IN_LISTS else [])
    text = f"Member must satisfy constraint: [{', '.join(texts)}]"

    def check_list(value: Any, path: str, problems: Problems) -> None:
        for position, content in enumerate(value, 1):
            if len(problems) >= PROBLEMS_MAX:
                return
            if content is None:
                problems.append(problem("null", f"{path}.{position}.member", NOT_NULL))
                continue
            if rules and not all(obeys(content) for _, obeys in rules):
                problems.append(word(value, path, text))
                return
            if below:
                below(content, f"{path}.{position}.member", problems)

    return check_list


def _map_check(service: str, shape: ShapeModel, operation: str) -> Check | None:
    key, element = (shape.key.shape, shape.value.shape) if shape.key and shape.value else (None, None)
    if key is None or element is None or element.is_attribute_value:
        return None
    below = _below(service, element, operation)
    key_rules = _rules(service, key, {}, operation, collected=True)
    rules = _rules(service, element, {}, operation, collected=True)
    if not below and not key_rules and not rules and element.type not in ("structure", "list"):
        return _nulls_check(shape)
    word = _with_value(shape)
    key_text = f"Map keys must satisfy constraint: [{', '.join(text for text, _ in key_rules)}]"
    value_text = f"Map value must satisfy constraint: [{', '.join(text for text, _ in rules)}]"

    def check_map(value: Any, path: str, problems: Problems) -> None:
        if key_rules and not all(obeys(name) for name in value for _, obeys in key_rules):
            problems.append(word(value, path, key_text))
        if rules and not all(obeys(v) for v in value.values() if v is not None for _, obeys in rules):
            problems.append(word(value, path, value_text))
        for name, content in value.items():
            if len(problems) >= PROBLEMS_MAX:
                return
            if content is None:
                problems.append(problem("null", f"{path}.{name}.member", NOT_NULL))
            elif below:
                below(content, f"{path}.{name}.member", problems)

    return check_map


def _nulls_check(shape: ShapeModel) -> Check:
    """Only null can be wrong here."""

    def check_nulls(value: Any, path: str, problems: Problems) -> None:
        if None in (value.values() if shape.type == "map" else value):
            pairs = value.items() if shape.type == "map" else enumerate(value, 1)
            missing = [problem("null", f"{path}.{name}.member", NOT_NULL) for name, content in pairs if content is None]
            problems.extend(missing[:PROBLEMS_MAX])

    return check_nulls


# -- rules of one value ------------------------------------------------------------------------------------------------


def _rules(
    service: str, shape: ShapeModel, more: dict[str, Any], operation: str, *, collected: bool = False
) -> list[Rule]:
    """The rules of a value itself. Order: enum, pattern, minimum, maximum; inside a collection the maximum first."""
    if shape.name == overrides.TABLE_NAME_SHAPE and service == "dynamodb":
        return _table_name_rules(operation)
    changed = {**overrides.SHAPES.get((service, shape.name), {}), **more}
    low, high = changed.get("min", shape.min), changed.get("max", shape.max)
    rules: list[Rule] = []
    values = changed.get("enum", shape.enum)
    if values:
        rules.append(_enum_rule(values, overrides.ENUM_ORDERS.get((service, shape.name), ())))
    elif shape.pattern is not None and shape.type == "string":
        rules.append(_pattern_rule(shape.pattern))
    if shape.type in ("integer", "long", "float", "double"):
        bounds = [_value_rule(low, at_least=True), _value_rule(high, at_least=False)]
    elif shape.type in ("structure", "boolean", "timestamp"):
        bounds = []
    else:
        bounds = [_length_rule(low, at_least=True, shown=collected), _length_rule(high, at_least=False)]
    found = [rule for rule in bounds if rule]
    return [*reversed(found), *rules] if collected else [*rules, *found]


def _enum_rule(values: tuple[str, ...], order: tuple[str, ...]) -> Rule:
    printed = [*order, *(value for value in values if value not in order)]
    allowed = frozenset(values)
    return f"Member must satisfy enum value set: [{', '.join(printed)}]", lambda value: value in allowed


def _pattern_rule(text: str) -> Rule:
    def obeys(value: Any) -> bool:
        return java_text.pattern(text).fullmatch(value) is not None

    return f"Member must satisfy regular expression pattern: {text}", obeys


def _length_rule(bound: int | float | None, *, at_least: bool, shown: bool = False) -> Rule | None:
    """None without a bound; a minimum of 0 is a rule only where AWS prints it beside others."""
    if bound is None or (at_least and bound <= 0 and not shown):
        return None
    if at_least:
        return f"Member must have length greater than or equal to {bound:.0f}", lambda value: len(value) >= bound
    return f"Member must have length less than or equal to {bound:.0f}", lambda value: len(value) <= bound


def _value_rule(bound: int | float | None, *, at_least: bool) -> Rule | None:
    """`float` alone would be 1.0 in compiled code, and printed so, where the bound is 1."""
    if bound is None:
        return None
    if at_least:
        return f"Member must have value greater than or equal to {bound}", lambda value: value >= bound
    return f"Member must have value less than or equal to {bound}", lambda value: value <= bound


def _table_name_rules(operation: str) -> list[Rule]:
    """A table's name or ARN. An empty one breaks the first rule alone, as recorded."""
    low = overrides.TABLE_NAME_LENGTH_MIN.get(operation, 1)
    name = java_text.pattern(overrides.TABLE_NAME_PATTERN)
    high = overrides.TABLE_NAME_LENGTH_MAX

    def in_alphabet(value: str) -> bool:
        return not value or name.fullmatch(value) is not None or value.startswith("arn:")

    return [
        (f"Member must satisfy regular expression pattern: {overrides.TABLE_NAME_PATTERN}", in_alphabet),
        (f"Member must have length greater than or equal to {low}", lambda value: len(value) >= low),
        (
            f"Member must have length less than or equal to {high}",
            lambda value: len(value) <= (1024 if value.startswith("arn:") else high),
        ),
    ]
