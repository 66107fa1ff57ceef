"""Condition and filter expressions: compiled to closures once per text, bound to a request, tested on items.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tailrace.expression import functions, nodes
from tailrace.expression.bindings import Bindings
from tailrace.expression.functions import Operand
from tailrace.expression.nodes import Call, Group, Node, Path, Value
from tailrace.expression.operand_checks import Check, condition_checks, defined
from tailrace.expression.parser import TREES_MAX, bare, parse, walk
from tailrace.expression.paths import Names, Steps, getter, placeholders, resolve
from tailrace.expression.values import AttributeValue, Item

Values = Mapping[str, AttributeValue]
Test = Callable[[Item, Names, Values], bool]
Source = Callable[[Item, Names, Values], Operand]

_NOTHING: Item = {}


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a condition's text says: its tree, its test, and what to check of a request's bindings."""

    tree: nodes.Condition
    test: Test
    names: frozenset[str]
    values: frozenset[str]
    checks: tuple[Check, ...]
    explain: tuple[Check, ...]

    def check(self, bindings: Bindings) -> None:
        """Refuse bindings that the text can't be used with; note what it uses."""
        if not bindings.have(self.names, self.values):
            for problem in self.explain:
                problem(bindings)
        for check in self.checks:
            check(bindings)
        bindings.used.update(self.names)
        bindings.used.update(self.values)


class Condition:
    """A condition with the names and values of one request."""

    __slots__ = ("bindings", "plan")

    def __init__(self, plan: Plan, bindings: Bindings) -> None:
        self.plan = plan
        self.bindings = bindings

    def test(self, item: Item | None) -> bool:
        """Whether the item fulfils the condition; a missing item is one without attributes."""
        bindings = self.bindings
        return self.plan.test(_NOTHING if item is None else item, bindings.names, bindings.values)

    @property
    def paths(self) -> tuple[Steps, ...]:
        """The resolved paths that the condition looks at, in the order of the text."""
        return tuple(resolve(node, self.bindings.names) for node in walk(self.plan.tree) if isinstance(node, Path))


def bind(text: str, bindings: Bindings, kind: str = "ConditionExpression") -> Condition:
    """The condition that `text` is under these bindings. `kind` is the parameter's name, for AWS's messages.

    Raises AWS's ValidationException for wrong syntax, undefined placeholders and operands that can't be right.
    """
    plan = plan_of_text(text, kind)
    plan.check(bindings)
    return Condition(plan, bindings)


def bind_tree(tree: nodes.Condition, bindings: Bindings, kind: str) -> Condition:
    """The same of a tree that was built, not parsed: what the older parameters are translated into."""
    plan = plan_of_tree(tree, kind)
    plan.check(bindings)
    return Condition(plan, bindings)


# By kind and text. A call of an lru_cache takes three times as long to look up what is here.
_plans: Final[dict[str, dict[str, Plan]]] = {}


def plan_of_text(text: str, kind: str) -> Plan:
    """The plan of a text, made once."""
    plans = _plans.get(kind)
    if plans is None:
        plans = _plans[kind] = {}
    plan = plans.get(text)
    if plan is None:
        tree: Any = parse(text, kind)
        if len(plans) >= TREES_MAX:
            plans.clear()
        plan = plans[text] = plan_of_tree(tree, kind)
    return plan


def plan_of_tree(tree: nodes.Condition, kind: str) -> Plan:
    """Compile a tree and collect its checks, comparison by comparison in the order of the text."""
    every = list(walk(tree))
    leaves = _leaves(tree)
    explain: list[Check] = []
    checks: list[Check] = []
    for leaf in leaves:
        found = condition_checks(leaf, kind)
        explain += [defined([leaf], kind), *found]
        checks += found
    return Plan(
        tree,
        _test(tree),
        frozenset(name for node in every if isinstance(node, Path) for name in placeholders(node)),
        frozenset(node.name for node in every if isinstance(node, Value)),
        tuple(checks),
        tuple(explain),
    )


def _leaves(tree: Node) -> list[Node]:
    """The comparisons and functions that AND, OR, NOT and parentheses join, in the order of the text."""
    found: list[Node] = []
    waiting = [tree]
    while waiting:
        node = bare(waiting.pop())
        if isinstance(node, nodes.And | nodes.Or):
            waiting.extend(reversed(node.parts))
        elif isinstance(node, nodes.Not):
            waiting.append(node.inner)
        else:
            found.append(node)
    return found


def _test(node: Node) -> Test:
    """The closure of a condition."""
    node = bare(node)
    if isinstance(node, nodes.And | nodes.Or):
        return _joined(node)
    if isinstance(node, nodes.Not):
        inner = _test(node.inner)
        return lambda item, names, values: not inner(item, names, values)
    if isinstance(node, nodes.Comparison):
        return _binary(functions.COMPARATORS[node.operator], node.left, node.right)
    if isinstance(node, nodes.Between):
        value, low, high = map(_source, (node.operand, node.low, node.high))
        return lambda item, names, values: functions.between(
            value(item, names, values), low(item, names, values), high(item, names, values)
        )
    if isinstance(node, nodes.In):
        wanted, choices = _source(node.operand), tuple(map(_source, node.choices))

        def is_in(item: Item, names: Names, values: Values) -> bool:
            found = wanted(item, names, values)
            return found is not None and any(found == choice(item, names, values) for choice in choices)

        return is_in
    assert isinstance(node, Call)
    return _function(node)


def _joined(node: nodes.And | nodes.Or) -> Test:
    tests = tuple(map(_test, node.parts))
    if len(tests) == 2:
        one, other = tests
        if isinstance(node, nodes.And):
            return lambda item, names, values: one(item, names, values) and other(item, names, values)
        return lambda item, names, values: one(item, names, values) or other(item, names, values)
    if isinstance(node, nodes.And):
        return lambda item, names, values: all(test(item, names, values) for test in tests)
    return lambda item, names, values: any(test(item, names, values) for test in tests)


def _function(call: Call) -> Test:
    """The closure of a function that is a condition. Wrongly written ones never come to be tested."""
    if call.name in ("attribute_exists", "attribute_not_exists"):
        source = _source(call.operands[0])
        if call.name == "attribute_exists":
            return lambda item, names, values: source(item, names, values) is not None
        return lambda item, names, values: source(item, names, values) is None
    known = {
        "attribute_type": functions.has_type,
        "begins_with": functions.begins_with,
        "contains": functions.contains,
    }
    if len(call.operands) < 2:
        return lambda item, names, values: False
    return _binary(known[call.name], *call.operands[:2])


def _binary(test: Callable[[Operand, Operand], bool], left: Node, right: Node) -> Test:
    right = bare(right)
    get = _source(left)
    if isinstance(right, Value):
        name = right.name
        return lambda item, names, values: test(get(item, names, values), values[name])
    other = _source(right)
    return lambda item, names, values: test(get(item, names, values), other(item, names, values))


def _source(node: Node) -> Source:
    """The closure that gives an operand's value, or None."""
    node = bare(node)
    if isinstance(node, Value):
        name = node.name
        return lambda item, names, values: values[name]
    if isinstance(node, Path):
        look_up = getter(node)
        return lambda item, names, values: look_up(item, names)
    assert isinstance(node, Call)
    assert not isinstance(node, Group)
    inner = _source(node.operands[0])
    return lambda item, names, values: functions.size(inner(item, names, values))
