"""Update expressions: compiled once per text, bound to a request, applied to an item.

All right-hand sides, and the sets and numbers that ADD and DELETE change, are read from the item as it was. What comes
out is a list of effects (path, value or None for "remove"), which `edits.py` writes into a copy.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tailrace.base.errors import ApiError
from tailrace.expression import nodes, numbers
from tailrace.expression.bindings import Bindings
from tailrace.expression.edits import Effect, edited
from tailrace.expression.nodes import Arithmetic, Call, Node, Path, UpdateTree, Value
from tailrace.expression.operand_checks import Check, defined, document_path, literal_types, operand_count
from tailrace.expression.parser import TREES_MAX, UPDATE_FUNCTIONS, bare, invalid, parse, walk
from tailrace.expression.paths import Names, PathTree, Steps, getter, look_up, path_tree, placeholders, project, resolve
from tailrace.expression.values import AttributeValue, Item, canonical_set, type_of

KIND = "UpdateExpression"

Values = Mapping[str, AttributeValue]
Source = Callable[[Item, Names, Values], AttributeValue]
# The value that an action leaves at its path of the old item, or None for none.
Action = Callable[[Item, Steps, Names, Values], AttributeValue | None]

_TYPE_WORDS = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "NULL": "NULL",
    "BOOL": "BOOLEAN",
    "L": "LIST",
    "M": "MAP",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """All that an update's text says: what it writes, how, and what to check of a request's bindings."""

    paths: tuple[Path, ...]
    actions: tuple[Action, ...]
    names: frozenset[str]
    values: frozenset[str]
    defined: Check
    checks: tuple[Check, ...]
    has_named_paths: bool


class Update:
    """An update with the names and values of one request. `paths` are what it writes, in the order of the text."""

    __slots__ = ("bindings", "paths", "plan", "tree")

    def __init__(self, plan: Plan, bindings: Bindings, paths: tuple[Steps, ...], tree: PathTree) -> None:
        self.plan = plan
        self.bindings = bindings
        self.paths = paths
        self.tree = tree

    def check_keys(self, key_names: Collection[str]) -> None:
        """Refuse to change an attribute of the table's key."""
        for steps in self.paths:
            if steps[0] in key_names:
                raise ApiError.validation(
                    f"One or more parameter values were invalid: Cannot update attribute {steps[0]}. "
                    "This attribute is part of the key"
                )

    def apply(self, item: Item, *, exists: bool = True) -> Item:
        """The item after the update, a new dict that shares what didn't change; `item` stays as it is.

        `exists` is False where `item` is no more than the key of one that isn't there yet: nothing is removed from
        such an item, so AWS doesn't mind that a nested path to remove leads nowhere.
        Raises AWS's ValidationException where the item doesn't have what the update needs.
        """
        names, values = self.bindings.names, self.bindings.values
        actions = self.plan.actions
        effects: list[Effect] = [
            (steps, actions[at](item, steps, names, values)) for at, steps in enumerate(self.paths)
        ]
        return edited(item, effects if exists else [effect for effect in effects if effect[1] is not None])

    def touched(self, item: Item) -> Item:
        """What the item has at the paths that the update writes: UPDATED_OLD of the old, UPDATED_NEW of the new."""
        return project(item, self.tree)

    def touches(self, old: Item, new: Item) -> tuple[Item, Item]:
        """The answers for UPDATED_OLD and UPDATED_NEW."""
        return project(old, self.tree), project(new, self.tree)


class IncorrectType(ApiError):
    """What the item has isn't of the type that the update needs."""

    def __init__(self) -> None:
        super().__init__("ValidationException", "An operand in the update expression has an incorrect data type")


def bind(text: str, bindings: Bindings) -> Update:
    """Raises AWS's ValidationException for all that is wrong whatever the item."""
    return _bound(_plan(text), bindings, text)


def bind_tree(tree: UpdateTree, bindings: Bindings, kind: str = KIND) -> Update:
    """The same of a tree that was built, not parsed: what the older parameters and PartiQL are translated into."""
    return _bound(plan_of_tree(tree, kind), bindings)


def _bound(plan: Plan, bindings: Bindings, text: str | None = None) -> Update:
    """Undefined placeholders are refused first, then paths that don't go together, then operands."""
    if not bindings.have(plan.names, plan.values):
        plan.defined(bindings)
    if text is None or plan.has_named_paths:
        paths = tuple(resolve(path, bindings.names) for path in plan.paths)
        tree = path_tree(paths, KIND)
    else:
        paths, tree = _static(text)
    for check in plan.checks:
        check(bindings)
    bindings.used |= plan.names
    bindings.used |= plan.values
    return Update(plan, bindings, paths, tree)


# By text, both: an lru_cache takes three times as long to look up what is here.
_plans: Final[dict[str, Plan]] = {}
_statics: Final[dict[str, tuple[tuple[Steps, ...], PathTree]]] = {}


def _plan(text: str) -> Plan:
    """The plan of a text, made once."""
    plan = _plans.get(text)
    if plan is None:
        tree = parse(text, KIND)
        assert isinstance(tree, UpdateTree)
        if len(_plans) >= TREES_MAX:
            _plans.clear()
        plan = _plans[text] = plan_of_tree(tree)
    return plan


def plan_of_tree(tree: UpdateTree, kind: str = KIND) -> Plan:
    """Compile a tree and collect its checks, whose messages begin with `kind`."""
    every = list(walk(tree))
    actions = [action for section in tree.sections for action in section.actions]
    written = [action.path for action in actions]
    checks = [check for action in actions for check in _operand_checks(action, kind)]
    checks += [check for action in actions for node in walk(action) for check in _source_checks(node, kind)]
    return Plan(
        tuple(written),
        tuple(map(_action, actions)),
        frozenset(name for node in every if isinstance(node, Path) for name in placeholders(node)),
        frozenset(node.name for node in every if isinstance(node, Value)),
        defined([tree], kind, values_apart=True),
        tuple(checks),
        any(map(placeholders, written)),
    )


def _static(text: str) -> tuple[tuple[Steps, ...], PathTree]:
    """Written paths without placeholders are the same for every request."""
    found = _statics.get(text)
    if found is None:
        paths = tuple(path.steps for path in _plan(text).paths)
        if len(_statics) >= TREES_MAX:
            _statics.clear()
        found = _statics[text] = paths, path_tree(paths, KIND)
    return found


def _operand_checks(action: nodes.Action, kind: str) -> list[Check]:
    """ADD takes a number or a set, DELETE a set."""
    if not isinstance(action, nodes.Add | nodes.Delete):
        return []
    operator, name = type(action).__name__.upper(), action.value.name
    allowed = ("SS", "NS", "BS", "N") if operator == "ADD" else ("SS", "NS", "BS")

    def check(bindings: Bindings) -> None:
        actual = type_of(bindings.values[name])
        if actual not in allowed:
            problem = "Incorrect operand type for operator or function"
            raise invalid(kind, f"{problem}; operator: {operator}, operand type: {_TYPE_WORDS[actual]}")

    return [check]


def _source_checks(node: Node, kind: str) -> list[Check]:
    if isinstance(node, Arithmetic):
        return literal_types(node.operator, [node.left, node.right], ("N",), kind)
    if not isinstance(node, Call):
        return []
    if miscounted := operand_count(node, UPDATE_FUNCTIONS[node.name], kind):
        return miscounted
    if node.name == "if_not_exists":
        return document_path(node, kind)
    return literal_types(node.name, node.operands, ("L",), kind)


def _action(action: nodes.Action) -> Action:
    """The closure of one action."""
    if isinstance(action, nodes.Assign):
        source = _source(action.value)
        return lambda item, steps, names, values: source(item, names, values)
    if isinstance(action, nodes.Remove):
        return lambda item, steps, names, values: None
    name = action.value.name
    change = _added if isinstance(action, nodes.Add) else _deleted
    return lambda item, steps, names, values: change(look_up(item, steps), values[name])


def _source(node: Node) -> Source:
    """The closure that gives a right-hand side its value."""
    node = bare(node)
    if isinstance(node, Value):
        name = node.name
        return lambda item, names, values: values[name]
    if isinstance(node, Path):
        return _required(node)
    if isinstance(node, Arithmetic):
        left, right = _source(node.left), _source(node.right)
        compute = numbers.add if node.operator == "+" else numbers.subtract
        return lambda item, names, values: {
            "N": compute(_part("N", left(item, names, values)), _part("N", right(item, names, values)))
        }
    assert isinstance(node, Call)
    return _call(node)


def _required(path: Path) -> Source:
    look = getter(path)

    def source(item: Item, names: Names, values: Values) -> AttributeValue:
        value = look(item, names)
        if value is None:
            raise ApiError.validation("The provided expression refers to an attribute that does not exist in the item")
        return value

    return source


def _call(call: Call) -> Source:
    """The closure of a function. Wrongly written ones never come to be applied."""
    if len(call.operands) != UPDATE_FUNCTIONS[call.name]:
        return lambda item, names, values: {}
    first, other = bare(call.operands[0]), _source(call.operands[1])
    if call.name == "list_append":
        head = _source(first)
        return lambda item, names, values: {
            "L": [*_part("L", head(item, names, values)), *_part("L", other(item, names, values))]
        }
    if not isinstance(first, Path):
        return other
    look = getter(first)

    def if_not_exists(item: Item, names: Names, values: Values) -> AttributeValue:
        value = look(item, names)
        return other(item, names, values) if value is None else value

    return if_not_exists


def _part(kind: str, value: AttributeValue) -> Any:
    """The content of a value that has to be of one type."""
    content = value.get(kind)
    if content is None:
        raise IncorrectType
    return content


def _added(old: AttributeValue | None, value: AttributeValue) -> AttributeValue:
    """ADD: the sum of numbers, the union of sets; the value itself where there was none."""
    if old is None:
        return value
    [(kind, content)] = value.items()
    present = _part(kind, old)
    return {"N": numbers.add(present, content)} if kind == "N" else canonical_set(kind, [*present, *content])


def _deleted(old: AttributeValue | None, value: AttributeValue) -> AttributeValue | None:
    """DELETE: the set without these elements; None where nothing is left."""
    if old is None:
        return None
    [(kind, content)] = value.items()
    gone = set(content)
    left = [element for element in _part(kind, old) if element not in gone]
    return {kind: left} if left else None
