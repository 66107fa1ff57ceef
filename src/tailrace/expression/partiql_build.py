"""From the grammar's rules to statements, and what is wrong with a statement whatever its parameters and its table."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any, TypeVar

import orjson
from lark import Token, Tree
from lark.exceptions import VisitError
from lark.visitors import Transformer_NonRecursive

from tailrace.base.errors import ApiError
from tailrace.expression import nodes
from tailrace.expression import partiql_literals as literals
from tailrace.expression.nodes import Call, Path, Value
from tailrace.expression.parser import CONDITION_FUNCTIONS, INDEX_BEYOND, OPERATORS_MAX
from tailrace.expression.partiql_literals import Raw, at, not_well_formed
from tailrace.expression.partiql_nodes import (
    RETURNING,
    Delete,
    Exists,
    Insert,
    OrderKey,
    Select,
    Statement,
    Target,
    Update,
)
from tailrace.expression.partiql_truth import (
    check_operator,
    condition,
    copies,
    is_condition,
    literal_name,
    negated,
    operand,
    same_truth,
)

COMPONENTS_MAX = 2
COPIES_MAX = 8
OPERATOR_WORDS = ("LIKE",)
RESERVED_WORDS = frozenset(files("tailrace.expression").joinpath("partiql_reserved_words.txt").read_text().split())

_TYPES = {
    "NULL": "NULL",
    "BOOLEAN": "BOOL",
    "BOOL": "BOOL",
    "BLOB": "B",
    "STRING": "S",
    "NUMERIC": "N",
    "STRUCT": "M",
    "TUPLE": "M",
    "LIST": "L",
}
_SET_FUNCTIONS: dict[str, type[nodes.Add | nodes.Delete]] = {"set_add": nodes.Add, "set_delete": nodes.Delete}
_SETS = ("SS", "NS", "BS")

_Node = TypeVar("_Node")


def build(tree: Tree[Token]) -> tuple[Statement, int]:
    """The statement of a parsed text, and how many parameters it has. Raises AWS's ValidationException."""
    builder = _Build()
    try:
        return builder.transform(tree), builder.parameters
    except VisitError as problem:
        raise problem.orig_exc from None


class _SetCall:
    """set_add or set_delete before it is known what it is assigned to."""

    def __init__(self, name: Token, path: Any, value: Any) -> None:
        self.name, self.path, self.value = name, path, value


class _Actions:
    """The clauses of an update, and the tokens that its messages point at."""

    def __init__(self) -> None:
        self.by_keyword: dict[str, list[Any]] = {"SET": [], "REMOVE": [], "ADD": [], "DELETE": []}

    def tree(self) -> nodes.UpdateTree:
        """All clauses of one kind together, for they all see the item as it was."""
        sections = ((keyword, tuple(actions)) for keyword, actions in self.by_keyword.items() if actions)
        return nodes.UpdateTree(tuple(nodes.Section(keyword, actions) for keyword, actions in sections))


class _Build(Transformer_NonRecursive[Any, Any]):
    """Bottom up and not recursive, for the text decides how deep the tree is. One statement, then it is spent."""

    def __init__(self) -> None:
        super().__init__()
        self.parameters = 0
        self._copies = 0
        self._starts: dict[int, tuple[Any, Token]] = {}

    # ── Statements ───────────────────────────────────────────────────────────────────────────────────────────────
    def start(self, parts: list[Any]) -> Any:
        return parts[0]

    def select(self, parts: list[Any]) -> Select:
        columns, target, *clauses = parts
        where = order = None
        for clause in clauses:
            if isinstance(clause, tuple):
                order = clause
            else:
                where = clause
        if target.index == "":
            raise _empty_component()
        return Select(target, columns, where, order or ())

    def columns(self, parts: list[Any]) -> tuple[Path, ...] | None:
        if len(parts) > 1 and any(isinstance(part, Token) for part in parts):
            raise ApiError.validation("Other attributes should not be present in the projection when '*' is used.")
        return None if isinstance(parts[0], Token) else tuple(parts)

    def order(self, parts: list[Any]) -> tuple[OrderKey, ...]:
        return tuple(parts)

    def order_key(self, parts: list[Any]) -> OrderKey:
        return OrderKey(parts[0], len(parts) > 1 and parts[1].type == "DESC")

    def limit(self, parts: list[Any]) -> Any:
        raise ApiError.validation(f"Unsupported clause: LIMIT {at(self._token(parts[1], parts[0]))}")

    def insert(self, parts: list[Any]) -> Insert:
        target, item, *returning = parts
        if target.index is not None:
            raise ApiError.validation("FROM clause may only contain a single table name")
        if returning:
            raise ApiError.validation("RETURNING is not supported in INSERT")
        if isinstance(item, Value):
            return Insert(target, item)
        return Insert(target, tuple((name, self._element(raw)) for name, raw in literals.pairs(item)))

    def update(self, parts: list[Any]) -> Update:
        target, actions, *clauses = parts
        return self._update(target, actions, clauses)

    def update_from(self, parts: list[Any]) -> Update:
        [actions] = [part for part in parts if isinstance(part, _Actions)]
        return self._update(parts[0], actions, [part for part in parts[1:] if part is not actions])

    def delete(self, parts: list[Any]) -> Delete:
        target, *clauses = parts
        where, returning = self._clauses(clauses)
        if returning not in (None, "ALL_OLD"):
            shown = next(text for text, name in RETURNING.items() if name == returning)
            raise ApiError.validation(
                f"Invalid returning clause: RETURNING {shown} *. "
                "Only RETURNING ALL OLD * is allowed in DELETE statements."
            )
        return Delete(_whole_table(target), where, returning)

    def exists(self, parts: list[Any]) -> Exists:
        return Exists(parts[0])

    def table(self, parts: list[Token]) -> Target:
        if len(parts) > COMPONENTS_MAX:
            raise ApiError.validation(f"A path may contain at most {COMPONENTS_MAX} components in the FROM clause")
        names = [_name(part) for part in parts]
        if "" in names:
            raise _empty_component()
        return Target(*names)

    def alias(self, parts: list[Any]) -> Any:
        raise ApiError.validation("Aliasing is not supported")

    def where(self, parts: list[Any]) -> Any:
        return parts[0]

    def returning(self, parts: list[Token]) -> str:
        return RETURNING[f"{parts[0].upper()} {parts[1].upper()}"]

    def _update(self, target: Target, actions: _Actions, clauses: list[Any]) -> Update:
        where, returning = self._clauses(clauses)
        return Update(_whole_table(target), actions.tree(), where, returning)

    @staticmethod
    def _clauses(clauses: list[Any]) -> tuple[Any, str | None]:
        """A WHERE clause's condition and what is to be returned, where they are given."""
        where = [clause for clause in clauses if not isinstance(clause, str)]
        returning = [clause for clause in clauses if isinstance(clause, str)]
        return (where[0] if where else None), (returning[0] if returning else None)

    # ── Updates ──────────────────────────────────────────────────────────────────────────────────────────────────
    def actions(self, parts: list[Any]) -> _Actions:
        actions = _Actions()
        for action in (action for clause in parts for action in clause):
            keyword = {nodes.Assign: "SET", nodes.Remove: "REMOVE", nodes.Add: "ADD", nodes.Delete: "DELETE"}
            actions.by_keyword[keyword[type(action)]].append(action)
        return actions

    def set(self, parts: list[Any]) -> list[Any]:
        return parts

    def remove(self, parts: list[Any]) -> list[Any]:
        return [nodes.Remove(path) for path in parts]

    def assignment(self, parts: list[Any]) -> Any:
        path, value = parts[0], parts[-1]
        if not isinstance(value, _SetCall):
            return nodes.Assign(path, value)
        function = value.name.upper()
        if value.path != path:
            where = at(value.name)
            raise ApiError.validation(f"The first argument to {function} must equal the assignment value {where}")
        other = value.value
        is_set = isinstance(other, Value) and (other.name[0] == "?" or next(iter(orjson.loads(other.name))) in _SETS)
        if not is_set:
            where = at(self._token(value.path, value.name))
            raise ApiError.validation(f"The second argument to {function} must be a value with type SET {where}")
        return _SET_FUNCTIONS[value.name.lower()](path, other)

    def arithmetic(self, parts: list[Any]) -> nodes.Arithmetic:
        left, operator, right = parts
        return nodes.Arithmetic(str(operator), left, right)

    def set_call(self, parts: list[Any]) -> Any:
        token, *operands = parts
        name = token.lower()
        if name in _SET_FUNCTIONS and len(operands) == 2:  # noqa: PLR2004 - what to change, and by what
            return _SetCall(token, *operands)
        if name != "list_append":
            raise _no_such_function(token)
        return Call(name, tuple(operands))

    # ── Conditions ───────────────────────────────────────────────────────────────────────────────────────────────
    def condition(self, parts: list[Any]) -> Any:
        return parts[0]

    def either(self, parts: list[Any]) -> nodes.Or:
        return nodes.Or(tuple(map(condition, parts)))

    def both(self, parts: list[Any]) -> nodes.And:
        return nodes.And(tuple(map(condition, parts)))

    def negation(self, parts: list[Any]) -> nodes.Not:
        return nodes.Not(condition(parts[1]))

    def comparison(self, parts: list[Any]) -> Any:
        left, token, right = parts
        operator = "<>" if token == "!=" else str(token)
        if is_condition(left) or is_condition(right):
            check_operator(operator)
            same = self._same_truth(left, [right]) if is_condition(left) else self._same_truth(right, [left])
            return negated(same, [operator] if operator == "<>" else [])
        return nodes.Comparison(operator, left, right)

    def between(self, parts: list[Any]) -> Any:
        subject, *nots, low, high = parts
        return negated(nodes.Between(*map(operand, (subject, low, high))), nots)

    def membership(self, parts: list[Any]) -> Any:
        subject, *rest = parts
        nots = [each for each in rest if isinstance(each, Token)]
        choices = tuple(each for each in rest if not isinstance(each, Token))
        if is_condition(subject):
            return negated(self._same_truth(subject, choices), nots)
        return negated(nodes.In(subject, tuple(map(operand, choices))), nots)

    def _same_truth(self, tested: Any, others: Sequence[Any]) -> Any:
        """A condition is written out anew for each side that it is compared with, so those are few."""
        self._copies += copies(others)
        if self._copies > COPIES_MAX:
            raise ApiError.validation(
                f"The expression contains too many operators; operator count: {OPERATORS_MAX + 1}"
            )
        return same_truth(tested, others)

    def type_test(self, parts: list[Any]) -> Any:
        subject, *nots, kind = parts
        name = kind.upper()
        if name == "MISSING":
            return negated(Call("attribute_not_exists", (operand(subject),)), nots)
        if name not in _TYPES:
            raise not_well_formed("Expected type name")
        wanted = Value(literal_name({"S": _TYPES[name]}))
        return negated(Call("attribute_type", (operand(subject), wanted)), nots)

    def call(self, parts: list[Any]) -> Call:
        token, *operands = parts
        name = token.lower()
        if name not in CONDITION_FUNCTIONS:
            raise _no_such_function(token)
        return Call(name, tuple(map(operand, operands)))

    # ── Operands ─────────────────────────────────────────────────────────────────────────────────────────────────
    def path(self, parts: list[Any]) -> Path:
        steps = tuple(part if isinstance(part, int) else _name(part) for part in parts)
        return self._started(Path(steps), parts[0])

    def index(self, parts: list[Token]) -> int:
        *signs, token = parts
        negative = sum(sign == "-" for sign in signs) % 2
        if not token.isdigit():
            raise not_well_formed("Unexpected term")
        beyond = len(token) > len(str(INDEX_BEYOND)) or int(token) >= INDEX_BEYOND
        if beyond or (negative and int(token)):
            shown = f"[{'-' * negative}{token}]"
            raise ApiError.validation(f"List index is not within the allowable range; index: {shown} {at(token)}")
        return int(token)

    def constant(self, parts: list[Any]) -> Value:
        raw = self._raw(parts[0])
        return self._started(self._element(raw), raw.token)

    def parameter(self, parts: list[Token]) -> Value:
        self.parameters += 1
        return self._started(Value(f"?{self.parameters}"), parts[0])

    def number(self, parts: list[Token]) -> Raw:
        return literals.number(parts[:-1], parts[-1])

    def list_literal(self, parts: list[Any]) -> Raw:
        return Raw("L", [self._raw(part) for part in parts], _NOWHERE)

    def bag(self, parts: list[Any]) -> Raw:
        return Raw("bag", [self._raw(part) for part in parts], _NOWHERE)

    def map_literal(self, parts: list[Any]) -> Raw:
        return Raw("M", parts, _NOWHERE)

    def pair(self, parts: list[Any]) -> tuple[str, Raw]:
        return _string(parts[0]), self._raw(parts[1])

    def _raw(self, part: Any) -> Raw:
        """A token, a parameter or a nested literal as the literal that it is."""
        if isinstance(part, Raw):
            return part
        if isinstance(part, Value):
            return Raw("?", part, self._token(part, _NOWHERE))
        if part.type == "STRING":
            return Raw("S", _string(part), part)
        return Raw("NULL", True, part) if part.type == "NULL" else Raw("BOOL", part.type == "TRUE", part)

    @staticmethod
    def _element(raw: Raw) -> Value:
        """A literal's value, or the parameter that stands in its place."""
        return raw.content if raw.kind == "?" else Value(literal_name(literals.value(raw)))

    def _started(self, node: _Node, token: Token) -> _Node:
        """Note where a node starts: equal ones stand in several places, so it is found again by its identity."""
        self._starts[id(node)] = (node, token)
        return node

    def _token(self, node: Any, otherwise: Token) -> Token:
        return self._starts[id(node)][1] if id(node) in self._starts else otherwise


_NOWHERE = Token("NOWHERE", "")


def _name(token: Token) -> str:
    """An identifier. Raises for a reserved word without quotes."""
    if token.type == "QUOTED":
        return token[1:-1].replace('""', '"')
    if token.type == "STRING":
        return _string(token)
    if token.upper() in OPERATOR_WORDS:
        raise not_well_formed("Unexpected operator")
    if token.upper() in RESERVED_WORDS:
        raise not_well_formed("Unexpected keyword")
    return str(token)


def _string(token: Token) -> str:
    return token[1:-1].replace("''", "'")


def _whole_table(target: Target) -> Target:
    if target.index is not None:
        raise ApiError.validation("This operation is not supported on an index")
    return target


def _empty_component() -> ApiError:
    return ApiError.validation("Path component cannot be an empty string")


def _no_such_function(token: Token) -> ApiError:
    return ApiError.validation(f"Invalid function name; function: {token}")
