"""Text to tree, once per distinct text, with all the checks that need no names and values.

A problem is found in AWS's order: syntax, redundant parentheses, unknown functions, functions out of place, repeated
sections, reserved words, limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any, cast

from lark import Lark, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError
from lark.tree import Meta
from lark.visitors import Transformer_NonRecursive

from tailrace.base.errors import ApiError
from tailrace.expression import nodes
from tailrace.expression.nodes import Call, Group, Node, Path, Tree, Value

TREES_MAX = 2048
EXPRESSION_BYTES_MAX = 4096
OPERATORS_MAX = 300
PATH_DEPTH_MAX = 32
CHOICES_MAX = 100
INDEX_BEYOND = 2**31

CONDITION_FUNCTIONS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}
UPDATE_FUNCTIONS = {"if_not_exists": 2, "list_append": 2}

_HERE = files("tailrace.expression")
RESERVED_WORDS = frozenset(_HERE.joinpath("reserved_words.txt").read_text().split())

# Tokens as AWS's messages quote them; what no token begins with is one by itself.
_tokens = re.compile(r"[#:][a-zA-Z0-9_]+|[a-zA-Z][a-zA-Z0-9_]*|[0-9]+|<>|<=|>=|\S")
_START = {"UpdateExpression": "update", "ProjectionExpression": "projection"}


@lru_cache(maxsize=TREES_MAX)
def parse(text: str, kind: str) -> Tree:
    """The tree of an expression. `kind` is the request's parameter, "ConditionExpression" and so on.

    Raises AWS's ValidationException, which begins "Invalid <kind>: ". A failure isn't cached.
    """
    size = len(text.encode())
    if not text.strip():
        raise invalid(kind, "The expression can not be empty;")
    if size > EXPRESSION_BYTES_MAX:
        raise invalid(kind, f"Expression size has exceeded the maximum allowed size; expression size: {size}")
    try:
        tree = cast(Tree, _BUILD.transform(_lark().parse(text, start=_START.get(kind, "condition"))))
    except (UnexpectedInput, VisitError) as problem:
        raise invalid(kind, _near(text, _position(text, problem))) from None
    _check(tree, kind)
    return tree


def invalid(kind: str, problem: str) -> ApiError:
    """AWS's refusal of an expression; PartiQL's, which name no parameter, are of kind "" and have no opening."""
    return ApiError.validation(f"Invalid {kind}: {problem}" if kind else problem)


class _Misplaced(Exception):
    """A condition where an operand has to stand, or the reverse. `position` is where AWS's parser stumbles."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


def _position(text: str, problem: UnexpectedInput | VisitError) -> int:
    """Where the token stands that can't be there."""
    if isinstance(problem, VisitError):
        if isinstance(problem.orig_exc, _Misplaced):
            return problem.orig_exc.position
        raise problem.orig_exc
    at_end = isinstance(problem, UnexpectedToken) and problem.token.type == "$END"
    if at_end or problem.pos_in_stream is None:
        return len(text)
    assert isinstance(problem, UnexpectedToken | UnexpectedCharacters)
    return problem.pos_in_stream


def _near(text: str, position: int) -> str:
    """AWS names the token, and quotes it between its neighbours."""
    spans = [match.span() for match in _tokens.finditer(text)]
    after = [number for number, (_, end) in enumerate(spans) if end > position]
    if not after:
        start, end = spans[-1]
        return f'Syntax error; token: "<EOF>", near: "{text[start:end]}"'
    number = after[0]
    start, end = spans[number]
    first, last = spans[max(0, number - 1)][0], spans[min(len(spans) - 1, number + 1)][1]
    return f'Syntax error; token: "{text[start:end]}", near: "{text[first:last]}"'


@v_args(meta=True)
class _Build(Transformer_NonRecursive[Any, Any]):
    """Grammar rules to nodes, bottom up; not recursive, for the text decides how deep the tree is."""

    def condition(self, meta: Meta, parts: list[Any]) -> Any:
        return self._conditions(meta, parts)[0]

    def either(self, meta: Meta, parts: list[Any]) -> nodes.Or:
        return nodes.Or(self._conditions(meta, parts))

    def both(self, meta: Meta, parts: list[Any]) -> nodes.And:
        return nodes.And(self._conditions(meta, parts))

    def negation(self, meta: Meta, parts: list[Any]) -> nodes.Not:
        return nodes.Not(self._conditions(meta, parts)[0])

    def comparison(self, meta: Meta, parts: list[Any]) -> nodes.Comparison:
        left, operator, right = parts
        self._operands(meta, [left, right])
        return nodes.Comparison(str(operator), left, right)

    def between(self, meta: Meta, parts: list[Any]) -> nodes.Between:
        self._operands(meta, parts)
        return nodes.Between(*parts)

    def membership(self, meta: Meta, parts: list[Any]) -> nodes.In:
        self._operands(meta, parts)
        return nodes.In(parts[0], tuple(parts[1:]))

    def group(self, meta: Meta, parts: list[Any]) -> Group:
        return Group(parts[0])

    set_group = group

    def update(self, meta: Meta, parts: list[Any]) -> nodes.UpdateTree:
        return nodes.UpdateTree(tuple(parts))

    def section(self, meta: Meta, parts: list[Any]) -> nodes.Section:
        return nodes.Section(parts[0].upper(), tuple(parts[1:]))

    def assignment(self, meta: Meta, parts: list[Any]) -> nodes.Assign:
        return nodes.Assign(parts[0], parts[2])

    def removal(self, meta: Meta, parts: list[Any]) -> nodes.Remove:
        return nodes.Remove(parts[0])

    def addition(self, meta: Meta, parts: list[Any]) -> nodes.Add:
        return nodes.Add(*parts)

    def deletion(self, meta: Meta, parts: list[Any]) -> nodes.Delete:
        return nodes.Delete(*parts)

    def arithmetic(self, meta: Meta, parts: list[Any]) -> nodes.Arithmetic:
        left, operator, right = parts
        self._operands(meta, [left, right])
        return nodes.Arithmetic(str(operator), left, right)

    def projection(self, meta: Meta, parts: list[Any]) -> nodes.ProjectionTree:
        return nodes.ProjectionTree(tuple(parts))

    def path(self, meta: Meta, parts: list[Any]) -> Path:
        return Path(tuple(_index(part) if part.type == "INDEX" else str(part) for part in parts))

    def value(self, meta: Meta, parts: list[Any]) -> Value:
        return Value(str(parts[0]))

    def call(self, meta: Meta, parts: list[Any]) -> Call:
        self._operands(meta, parts[1:])
        return Call(str(parts[0]), tuple(parts[1:]))

    def _conditions(self, meta: Meta, parts: list[Any]) -> tuple[Any, ...]:
        """Refuse a bare path or value where something true or false has to stand."""
        for part in parts:
            if not isinstance(bare(part), (*nodes.CONDITIONS, Call)):
                raise _Misplaced(meta.end_pos)
        return tuple(parts)

    def _operands(self, meta: Meta, parts: list[Any]) -> None:
        """Refuse a comparison or a sum where a path, a value or a function has to stand."""
        for part in parts:
            if isinstance(bare(part), (*nodes.CONDITIONS, nodes.Arithmetic)):
                raise _Misplaced(meta.end_pos)


_BUILD = _Build()


def _index(digits: str) -> int:
    """A list index; whatever is beyond every list is one number (it may have thousands of digits)."""
    return min(int(digits), INDEX_BEYOND) if len(digits) <= len(str(INDEX_BEYOND)) else INDEX_BEYOND


def bare(node: Any) -> Any:
    """What stands inside the parentheses."""
    while isinstance(node, Group):
        node = node.inner
    return node


@lru_cache(maxsize=1)
def _lark() -> Lark:
    grammar = _HERE.joinpath("grammar.lark").read_text()
    return Lark(
        grammar,
        parser="lalr",
        start=["condition", "update", "projection"],
        propagate_positions=True,
        maybe_placeholders=False,
    )


def _check(tree: Tree, kind: str) -> None:
    """The static rules over the whole tree; the first rule that is broken anywhere is the one that AWS reports."""
    every = list(walk(tree))
    is_update = isinstance(tree, nodes.UpdateTree)
    paths = [node for node in every if isinstance(node, Path)]
    if is_update:
        # Updates are checked in another order than conditions, and may hold redundant parentheses.
        _check_names(paths, kind)
    else:
        _check_parentheses(every, kind)
    for node in every:
        if isinstance(node, Call):
            _check_function(node, kind, is_update)
    if isinstance(tree, nodes.UpdateTree):
        _check_appended_lists(every, kind)
        _check_sections(tree, kind)
    else:
        _check_calls_in_place(tree, every, kind)
        _check_names(paths, kind)
    check_limits(every, kind)


def _check_sections(tree: nodes.UpdateTree, kind: str) -> None:
    seen = set()
    for section in tree.sections:
        if section.keyword in seen:
            raise invalid(kind, f'The "{section.keyword}" section can only be used once in an update expression;')
        seen.add(section.keyword)


def _check_names(paths: list[Path], kind: str) -> None:
    for path in paths:
        for step in path.steps:
            if isinstance(step, str) and step.upper() in RESERVED_WORDS:
                raise invalid(kind, f"Attribute name is a reserved keyword; reserved keyword: {step}")


def check_limits(every: list[Node], kind: str) -> None:
    """What is limited about every expression: the depth of paths, list indexes, choices of IN, operators."""
    for node in every:
        if isinstance(node, Path):
            if len(node.steps) > PATH_DEPTH_MAX:
                depth = f"nesting levels: {len(node.steps)}"
                raise invalid(kind, f"The document path has too many nesting levels; {depth}")
            if INDEX_BEYOND in node.steps:
                raise invalid(kind, f"List index is not within the allowable range; index: [{INDEX_BEYOND}]")
        elif isinstance(node, nodes.In) and len(node.choices) > CHOICES_MAX:
            count = f"number of operands: {len(node.choices)}"
            raise invalid(kind, f"The IN operator is provided with too many operands; {count}")
    operators = sum(map(_operators, every))
    if operators > OPERATORS_MAX:
        raise invalid(kind, f"The expression contains too many operators; operator count: {operators}")


def _check_parentheses(every: list[Node], kind: str) -> None:
    for node in every:
        if isinstance(node, Group) and isinstance(node.inner, Group):
            raise invalid(kind, "The expression has redundant parentheses;")


def _check_function(call: Call, kind: str, is_update: bool) -> None:
    ours, others = CONDITION_FUNCTIONS, UPDATE_FUNCTIONS
    if is_update:
        ours, others = others, ours
    if call.name in ours:
        return
    if call.name not in others:
        raise invalid(kind, f"Invalid function name; function: {call.name}")
    place = "an update" if is_update else "a condition"
    raise invalid(kind, f"The function is not allowed in {place} expression; function: {call.name}")


def _check_appended_lists(every: list[Node], kind: str) -> None:
    """AWS refuses to append to what list_append() gave; an if_not_exists() may stand there."""
    for node in every:
        if isinstance(node, Call) and node.name == "list_append":
            for operand in map(bare, node.operands):
                if isinstance(operand, Call) and operand.name == "list_append":
                    raise _not_this_way("list_append", kind)


def _not_this_way(function: str, kind: str) -> ApiError:
    problem = "The function is not allowed to be used this way in an expression"
    return invalid(kind, f"{problem}; function: {function}")


def _check_calls_in_place(tree: Tree, every: list[Node], kind: str) -> None:
    """Only size() gives an operand; every other function is a condition, and size() isn't one."""
    for node in every:
        for operand in operands(node):
            inside = bare(operand)
            if isinstance(inside, Call) and inside.name != "size":
                raise _not_this_way(inside.name, kind)
    for part in [tree, *(part for node in every for part in conditions(node))]:
        inside = bare(part)
        if isinstance(inside, Call) and inside.name == "size":
            raise _not_this_way("size", kind)


def _operators(node: Node) -> int:
    """How many operators and functions a node is by itself."""
    if isinstance(node, nodes.And | nodes.Or):
        return len(node.parts) - 1
    counted = (nodes.Comparison, nodes.Between, nodes.In, nodes.Not, nodes.Arithmetic, nodes.Assign, Call)
    return int(isinstance(node, counted))


def operands(node: Node) -> tuple[Any, ...]:
    """The operands that a node has by itself."""
    if isinstance(node, Call):
        return node.operands
    if isinstance(node, nodes.Comparison | nodes.Arithmetic):
        return (node.left, node.right)
    if isinstance(node, nodes.Between):
        return (node.operand, node.low, node.high)
    if isinstance(node, nodes.In):
        return (node.operand, *node.choices)
    return ()


def conditions(node: Node) -> tuple[Any, ...]:
    """The conditions that a node joins."""
    if isinstance(node, nodes.And | nodes.Or):
        return node.parts
    return (node.inner,) if isinstance(node, nodes.Not) else ()


def walk(node: Node) -> Iterator[Node]:
    """Every node below and including this one, in the order of the text."""
    waiting: list[Node] = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(_children(current)))


def _children(node: Node) -> tuple[Any, ...]:
    if isinstance(node, Group):
        return (node.inner,)
    if isinstance(node, nodes.UpdateTree):
        return node.sections
    if isinstance(node, nodes.Section):
        return node.actions
    if isinstance(node, nodes.ProjectionTree):
        return node.paths
    if isinstance(node, nodes.Remove):
        return (node.path,)
    if isinstance(node, nodes.Assign | nodes.Add | nodes.Delete):
        return (node.path, node.value)
    return operands(node) or conditions(node)
