"""Conditions: AWS's static checks, each operator, and random trees against a naive evaluator over Python values."""

from __future__ import annotations

from base64 import b64decode
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tailrace.base.errors import ApiError
from tailrace.expression import condition, nodes
from tailrace.expression.bindings import Bindings
from tailrace.expression.nodes import Call, Group, Path, Value

ITEM: dict[str, Any] = {
    "s": {"S": "hello"},
    "n": {"N": "10"},
    "n2": {"N": "9"},
    "b": {"B": "AQID"},
    "e": {"S": "é"},
    "ss": {"SS": ["x", "y"]},
    "ns": {"NS": ["1", "2.5"]},
    "t": {"BOOL": True},
    "z": {"NULL": True},
    "m": {"M": {"k": {"L": [{"N": "1"}, {"S": "two"}]}}},
}
VALUES: dict[str, Any] = {
    ":he": {"S": "he"},
    ":hello": {"S": "hello"},
    ":x": {"S": "x"},
    ":two": {"S": "two"},
    ":9": {"N": "9"},
    ":10": {"N": "10.0"},
    ":11": {"N": "11"},
    ":b": {"B": "AQI="},
    ":t": {"BOOL": True},
    ":N": {"S": "N"},
    ":set": {"SS": ["y", "x"]},
}


def holds(text: str, item: Any = ITEM) -> bool:
    used = {name: value for name, value in VALUES.items() if name in text}
    return condition.bind(text, Bindings({"#m": "m", "#k": "k"}, used or None)).test(item)


@pytest.mark.parametrize(
    "text",
    [
        "n = :10",
        "n > n2",
        "n > :9 AND n < :11 AND n <= :10 AND n >= :10",
        "s > :he",
        "b > :b",
        "n BETWEEN :9 AND :10",
        ":10 BETWEEN n2 AND n",
        "n IN (:9, :10)",
        "ss = :set",
        "n <> :hello",
        "gone <> :hello",
        "NOT gone = :hello",
        "NOT s < :9",
        "attribute_exists(m.k[1]) AND attribute_not_exists(m.k[2])",
        "attribute_exists(#m.#k)",
        "attribute_not_exists(s.x)",
        "attribute_type(n, :N)",
        "begins_with(s, :he)",
        "begins_with(b, :b)",
        "contains(s, :he)",
        "contains(ss, :x)",
        "contains(ns, n) OR contains(ss, :x)",
        "contains(m.k, :two)",
        "contains(b, :b)",
        "size(e) < size(b)",
        "size(m.k) = size(ss)",
        "(s = :x OR t = :t) AND (z = z2 OR NOT (n = :9))",
    ],
)
def test_true_of_the_item(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "n = :hello",
        "gone = gone2",
        "gone = :x",
        "gone < :10",
        "gone IN (:9)",
        "s < :9",
        "n BETWEEN :11 AND gone",
        "size(n) > :9",
        "begins_with(n, :he)",
        "contains(n, :9)",
        "contains(ns, :he)",
        "attribute_exists(s.x)",
        "attribute_exists(m.k.x)",
        "attribute_type(gone, :N)",
    ],
)
def test_false_of_the_item(text: str) -> None:
    assert not holds(text)


def test_no_item_has_no_attributes() -> None:
    assert holds("attribute_not_exists(s)", None)
    assert not holds("attribute_exists(s) OR n = :9", None)


def test_the_paths_that_it_looks_at() -> None:
    bound = condition.bind("#m.k[0] = n OR attribute_exists(s)", Bindings({"#m": "m"}), "FilterExpression")
    assert bound.paths == (("m", "k", 0), ("n",), ("s",))


VALUE_MISSING = "An expression attribute value used in expression is not defined; attribute value: "
NAME_MISSING = "An expression attribute name used in the document path is not defined; attribute name: "
WRONG_TYPE = "Incorrect operand type for operator or function; operator or function: "
DISTINCT = "The first operand must be distinct from the remaining operands for this operator or function; operator: "


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a = :missing", VALUE_MISSING + ":missing"),
        ("#missing = :s", NAME_MISSING + "#missing"),
        ("a = :s AND attribute_exists(#x) AND b = :y", NAME_MISSING + "#x"),
        ("a = a", DISTINCT + "=, first operand: [a]"),
        ("contains(a.b[1], #a.b[1])", DISTINCT + "contains, first operand: [a, b, [1]]"),
        (
            "attribute_exists(a, b)",
            "Incorrect number of operands for operator or function; "
            "operator or function: attribute_exists, number of operands: 2",
        ),
        (
            "begins_with(a)",
            "Incorrect number of operands for operator or function; "
            "operator or function: begins_with, number of operands: 1",
        ),
        (
            "attribute_exists(:s)",
            "Operator or function requires a document path; operator or function: attribute_exists",
        ),
        ("begins_with(a, :n)", WRONG_TYPE + "begins_with, operand type: N"),
        ("size(:n) > :n", WRONG_TYPE + "size, operand type: N"),
        ("a < :m", WRONG_TYPE + "<, operand type: M"),
        ("a BETWEEN :m AND :s", WRONG_TYPE + "BETWEEN, operand type: M"),
        ("attribute_type(a, :n)", WRONG_TYPE + "attribute_type, operand type: N"),
        ("attribute_type(a, b)", WRONG_TYPE + "attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}"),
        (
            "attribute_type(a, :s)",
            "Invalid attribute type name found; type: a, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
        ),
        (
            "a BETWEEN :n AND :s",
            "The BETWEEN operator requires same data type for lower and upper bounds; "
            "lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:a}",
        ),
        (
            "a BETWEEN :z AND :s",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            "lower bound operand: AttributeValue: {S:z}, upper bound operand: AttributeValue: {S:a}",
        ),
    ],
)
def test_refused_before_any_item(text: str, problem: str) -> None:
    values = {":s": {"S": "a"}, ":n": {"N": "1"}, ":m": {"M": {}}, ":z": {"S": "z"}}
    with pytest.raises(ApiError) as refused:
        condition.bind(text, Bindings({"#a": "a"}, values), "FilterExpression")
    assert refused.value.message == f"Invalid FilterExpression: {problem}"


# ── Random conditions against a naive evaluator ──────────────────────────────────────────────────────────────────

scalars: Any = st.one_of(
    st.sampled_from(["", "a", "ab", "b"]).map(lambda text: {"S": text}),
    st.sampled_from(["-1", "0", "2", "10"]).map(lambda text: {"N": text}),
    st.sampled_from(["", "AA==", "AAE="]).map(lambda text: {"B": text}),
    st.booleans().map(lambda flag: {"BOOL": flag}),
    st.just({"SS": ["a", "b"]}),
    st.just({"NS": ["0", "2"]}),
)
attributes: Any = st.one_of(
    scalars,
    st.lists(scalars, max_size=2).map(lambda elements: {"L": elements}),
    st.dictionaries(st.sampled_from(["x", "y"]), scalars, max_size=2).map(lambda members: {"M": members}),
)
items = st.dictionaries(st.sampled_from(["a", "b", "c"]), attributes, max_size=3)
paths: Any = st.sampled_from([Path(("a",)), Path(("b",)), Path(("#c",)), Path(("a", "x")), Path(("#c", 0))])
placeholders: Any = st.sampled_from([Value(":v"), Value(":w")])
operands: Any = st.one_of(paths, placeholders, st.builds(lambda path: Call("size", (path,)), paths))
leaves: Any = st.one_of(
    st.builds(nodes.Comparison, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), operands, operands),
    st.builds(nodes.Between, operands, operands, operands),
    st.builds(nodes.In, operands, st.lists(operands, min_size=1, max_size=2).map(tuple)),
    st.builds(
        lambda name, path: Call(name, (path,)), st.sampled_from(["attribute_exists", "attribute_not_exists"]), paths
    ),
    st.builds(
        lambda name, path, value: Call(name, (path, value)),
        st.sampled_from(["contains", "begins_with"]),
        paths,
        operands,
    ),
)
trees: Any = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(lambda part: nodes.Not(Group(part))),
        st.lists(inner.map(Group), min_size=2, max_size=3).map(lambda parts: nodes.And(tuple(parts))),
        st.lists(inner.map(Group), min_size=2, max_size=3).map(lambda parts: nodes.Or(tuple(parts))),
    ),
    max_leaves=5,
)


def plain(value: Any) -> Any:
    """An AttributeValue as a tagged Python value."""
    [(kind, content)] = value.items()
    if kind == "N":
        return kind, Decimal(content)
    if kind == "B":
        return kind, b64decode(content)
    if kind in ("SS", "NS"):
        return kind, frozenset(plain({kind[0]: element}) for element in content)
    if kind == "L":
        return kind, [plain(element) for element in content]
    if kind == "M":
        return kind, {name: plain(member) for name, member in content.items()}
    return kind, content


def naive_operand(node: Any, item: Any, values: Any) -> Any:
    if isinstance(node, Value):
        return plain(values[node.name])
    if isinstance(node, Call):
        found = naive_operand(node.operands[0], item, values)
        if found is None or found[0] in ("N", "BOOL"):
            return None
        return "N", Decimal(len(found[1].encode() if found[0] == "S" else found[1]))
    place: Any = ("M", {name: plain(value) for name, value in item.items()})
    for step in node.steps:
        kind = "L" if isinstance(step, int) else "M"
        try:
            place = place[1][{"#c": "c"}.get(step, step)] if place[0] == kind else None
        except (KeyError, IndexError):
            place = None
        if place is None:
            return None
    return place


def naive_order(operator: str, left: Any, right: Any) -> bool:
    if left is None or right is None or left[0] != right[0] or left[0] not in ("S", "N", "B"):
        return False
    return {
        "<": left[1] < right[1],
        "<=": left[1] <= right[1],
        ">": left[1] > right[1],
        ">=": left[1] >= right[1],
    }[operator]


def naive(node: Any, item: Any, values: Any) -> bool:
    if isinstance(node, Group):
        return naive(node.inner, item, values)
    if isinstance(node, nodes.Not):
        return not naive(node.inner, item, values)
    if isinstance(node, nodes.And | nodes.Or):
        found = [naive(part, item, values) for part in node.parts]
        return False not in found if isinstance(node, nodes.And) else True in found
    if isinstance(node, nodes.Comparison):
        left, right = (naive_operand(part, item, values) for part in (node.left, node.right))
        if node.operator in ("=", "<>"):
            return (left is not None and left == right) == (node.operator == "=")
        return naive_order(node.operator, left, right)
    if isinstance(node, nodes.Between):
        value, low, high = (naive_operand(part, item, values) for part in (node.operand, node.low, node.high))
        return naive_order(">=", value, low) and naive_order("<=", value, high)
    if isinstance(node, nodes.In):
        value = naive_operand(node.operand, item, values)
        return value is not None and value in [naive_operand(choice, item, values) for choice in node.choices]
    found = [naive_operand(operand, item, values) for operand in node.operands]
    return naive_function(node.name, *found)


def naive_function(name: str, value: Any, part: Any = None) -> bool:
    if name.startswith("attribute"):
        return (value is not None) == (name == "attribute_exists")
    if value is None or part is None:
        return False
    if name == "begins_with":
        return value[0] == part[0] and value[0] in ("S", "B") and value[1].startswith(part[1])
    if value[0] in ("S", "B"):
        return value[0] == part[0] and part[1] in value[1]
    return value[0] in ("SS", "NS", "L") and part in list(value[1])


@settings(max_examples=300)
@given(trees, items, scalars, scalars)
def test_agrees_with_a_naive_evaluator(tree: Any, item: Any, first: Any, second: Any) -> None:
    values = {":v": first, ":w": second}
    try:
        bound = condition.bind(str(tree), Bindings({"#c": "c"}, values))
    except ApiError:
        assume(False)  # noqa: FBT003
    assert bound.test(item) == naive(tree, item, values)
