"""What AWS refuses about operands before it looks at an item: undefined placeholders, counts, types, repetitions.

An expression's checks are found once per text; each runs against the bindings of a request. A check that needs
no bindings fails all the same only when it runs, because AWS reports undefined placeholders first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NoReturn

from tailrace.expression import functions
from tailrace.expression.bindings import Bindings
from tailrace.expression.nodes import Between, Call, Comparison, Node, Path, Value
from tailrace.expression.parser import bare, invalid, walk
from tailrace.expression.paths import path_text, placeholders, resolve
from tailrace.expression.values import TYPES, AttributeValue, type_of

Check = Callable[[Bindings], None]

ALL_TYPES_TEXT = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
VALID_TYPES_TEXT = "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
PARTIQL_TYPES_TEXT = "{N,BS,L,B,NULL,M,S,SS,NS,BOOL}"
SIZED_TYPES = tuple(kind for kind in TYPES if kind not in ("N", "BOOL", "NULL"))


def defined(nodes: Collection[Node], kind: str, *, values_apart: bool = False) -> Check:
    """Every placeholder below the nodes is bound. `values_apart`: all names are checked before all values."""
    wanted: list[tuple[str, bool]] = []
    for top in nodes:
        for node in walk(top):
            if isinstance(node, Path):
                wanted += [(name, False) for name in placeholders(node)]
            elif isinstance(node, Value):
                wanted.append((node.name, True))
    if values_apart:
        wanted.sort(key=lambda placeholder: placeholder[1])

    def check(bindings: Bindings) -> None:
        for placeholder, is_value in wanted:
            if placeholder not in (bindings.values if is_value else bindings.names):
                problem = (
                    "An expression attribute value used in expression is not defined; attribute value"
                    if is_value
                    else "An expression attribute name used in the document path is not defined; attribute name"
                )
                raise invalid(kind, f"{problem}: {placeholder}")

    return check


def literal_types(operator: str, operands: Collection[Node], allowed: Collection[str], kind: str) -> list[Check]:
    """Operands given as values have one of the allowed types; what comes from the item is seen at run time."""
    names = [value.name for value in map(bare, operands) if isinstance(value, Value)]
    if not names:
        return []

    def check(bindings: Bindings) -> None:
        for name in names:
            actual = type_of(bindings.values[name])
            if actual not in allowed:
                wrong_type(operator, actual, kind)

    return [check]


def wrong_type(operator: str, actual: str, kind: str) -> NoReturn:
    """Raise AWS's refusal of an operand's type."""
    problem = "Incorrect operand type for operator or function"
    raise invalid(kind, f"{problem}; operator or function: {operator}, operand type: {actual}")


def operand_count(call: Call, wanted: int, kind: str) -> list[Check]:
    """A function has exactly the operands that it takes."""
    found = len(call.operands)
    problem = "Incorrect number of operands for operator or function"
    text = f"{problem}; operator or function: {call.name}, number of operands: {found}"
    return [] if found == wanted else [_always(text, kind)]


def document_path(call: Call, kind: str) -> list[Check]:
    """The first operand of some functions has to be a path."""
    if not call.operands or isinstance(bare(call.operands[0]), Path):
        return []
    problem = "Operator or function requires a document path"
    return [_always(f"{problem}; operator or function: {call.name}", kind)]


def distinct(operator: str, left: Node, right: Node, kind: str) -> list[Check]:
    """A path isn't compared with itself."""
    one, other = bare(left), bare(right)
    if not isinstance(one, Path) or not isinstance(other, Path):
        return []

    def check(bindings: Bindings) -> None:
        steps = resolve(one, bindings.names)
        if steps == resolve(other, bindings.names):
            problem = "The first operand must be distinct from the remaining operands for this operator or function"
            raise invalid(kind, f"{problem}; operator: {operator}, first operand: {path_text(steps)}")

    return [check]


def bounds(node: Between, kind: str) -> list[Check]:
    """Bounds that are both given as values have one type, and the lower one isn't above the upper one."""
    low, high = bare(node.low), bare(node.high)
    if not isinstance(low, Value) or not isinstance(high, Value):
        return []

    def check(bindings: Bindings) -> None:
        lower, upper = bindings.values[low.name], bindings.values[high.name]
        if type_of(lower) != type_of(upper):
            problem = "The BETWEEN operator requires same data type for lower and upper bounds"
        elif not functions.less_or_equal(lower, upper):
            problem = "The BETWEEN operator requires upper bound to be greater than or equal to lower bound"
        else:
            return
        shown = f"lower bound operand: {_shown(lower)}, upper bound operand: {_shown(upper)}"
        raise invalid(kind, f"{problem}; {shown}")

    return [check]


def type_name(call: Call, kind: str) -> list[Check]:
    """attribute_type() takes the type from a value, and there has to be such a type."""
    operand = bare(call.operands[1])
    if not isinstance(operand, Value):

        def refuse(bindings: Bindings) -> None:
            wrong_type(call.name, ALL_TYPES_TEXT, kind)

        return [refuse]
    name = operand.name

    def check(bindings: Bindings) -> None:
        wanted = bindings.values[name].get("S")
        if wanted is not None and wanted not in TYPES:
            valid = VALID_TYPES_TEXT if kind else PARTIQL_TYPES_TEXT
            raise invalid(kind, f"Invalid attribute type name found; type: {wanted}, valid types: {valid}")

    return [*literal_types(call.name, [operand], ("S",), kind), check]


def condition_checks(leaf: Node, kind: str) -> list[Check]:
    """The checks of one comparison, range, membership or function, in AWS's order."""
    found: list[Check] = []
    for node in walk(leaf):
        if isinstance(node, Call):
            found += _call_checks(node, kind)
    if isinstance(leaf, Comparison):
        found += distinct(leaf.operator, leaf.left, leaf.right, kind)
        if leaf.operator not in ("=", "<>"):
            found += literal_types(leaf.operator, [leaf.left, leaf.right], functions.ORDERED_TYPES, kind)
    elif isinstance(leaf, Between):
        found += literal_types("BETWEEN", [leaf.operand, leaf.low, leaf.high], functions.ORDERED_TYPES, kind)
        found += bounds(leaf, kind)
    return found


def _call_checks(call: Call, kind: str) -> list[Check]:
    wanted = 1 if call.name in ("attribute_exists", "attribute_not_exists", "size") else 2
    if miscounted := operand_count(call, wanted, kind):
        return miscounted
    if call.name in ("attribute_exists", "attribute_not_exists"):
        return document_path(call, kind)
    if call.name == "size":
        return literal_types("size", call.operands, SIZED_TYPES, kind)
    repeated = distinct(call.name, call.operands[0], call.operands[1], kind)
    if call.name == "attribute_type":
        return repeated + type_name(call, kind)
    if call.name == "begins_with":
        return repeated + literal_types("begins_with", call.operands, ("S", "B"), kind)
    return repeated


def _always(problem: str, kind: str) -> Check:
    def check(bindings: Bindings) -> None:
        raise invalid(kind, problem)

    return check


def _shown(value: AttributeValue) -> str:
    [(kind, content)] = value.items()
    text: Any = f"[{', '.join(content)}]" if kind in ("SS", "NS", "BS") else content
    return f"AttributeValue: {{{kind}:{text}}}"
