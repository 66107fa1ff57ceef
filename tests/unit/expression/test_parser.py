"""The grammar: what AWS's parser accepts, what it refuses and how it says so, and the round trip of random trees."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.base.errors import ApiError
from tailrace.expression import nodes
from tailrace.expression.nodes import Call, Group, Path, Value
from tailrace.expression.parser import RESERVED_WORDS, parse

CONDITION, UPDATE, PROJECTION = "ConditionExpression", "UpdateExpression", "ProjectionExpression"
NOT_THIS_WAY = "The function is not allowed to be used this way in an expression; function: "


def refusal(kind: str, text: str) -> str:
    with pytest.raises(ApiError) as refused:
        parse(text, kind)
    assert refused.value.code == "ValidationException"
    assert refused.value.message.startswith(f"Invalid {kind}: ")
    return refused.value.message.removeprefix(f"Invalid {kind}: ")


def test_and_binds_tighter_than_or_and_not_tighter_than_and() -> None:
    a, b, c = (Call("attribute_exists", (Path((name,)),)) for name in "abc")
    text = "attribute_exists(a) OR NOT attribute_exists(b) AND attribute_exists(c)"
    assert parse(text, CONDITION) == nodes.Or((a, nodes.And((nodes.Not(b), c))))


def test_the_and_of_between_belongs_to_it() -> None:
    between = nodes.Between(Path(("a",)), Value(":x"), Value(":y"))
    equal = nodes.Comparison("=", Path(("b",)), Value(":z"))
    assert parse("a BETWEEN :x AND :y AND b = :z", CONDITION) == nodes.And((between, equal))


def test_keywords_have_any_case_and_functions_one() -> None:
    assert parse("a bEtween :x aNd :y", CONDITION) == parse("a BETWEEN :x AND :y", CONDITION)
    assert refusal(CONDITION, "Attribute_Exists(a)") == "Invalid function name; function: Attribute_Exists"


def test_names_may_begin_like_keywords() -> None:
    assert parse("notes = :a AND android = :b OR inn = :c", CONDITION)
    assert parse("SET setting = :a REMOVE adder, deleted", UPDATE)


def test_a_path_with_indexes_and_placeholders() -> None:
    assert parse("a.#b[3][0] . c", PROJECTION) == nodes.ProjectionTree((Path(("a", "#b", 3, 0, "c")),))


@pytest.mark.parametrize(
    ("kind", "text", "token", "near"),
    [
        (UPDATE, "INVALID SYNTAX HERE", "INVALID", "INVALID SYNTAX"),
        (PROJECTION, "!!", "!", "!!"),
        (PROJECTION, "a b", "b", "a b"),
        (PROJECTION, "a,", "<EOF>", ","),
        (PROJECTION, "a..b", ".", "..b"),
        (PROJECTION, "whatever(stuff)", "(", "whatever(stuff"),
        (PROJECTION, "a[b]", "b", "[b]"),
        (CONDITION, "a = ", "<EOF>", "="),
        (CONDITION, "a", "<EOF>", "a"),
        (CONDITION, "a > 4", "4", "> 4"),
        (CONDITION, "a.b-c = :a", "-", "b-c"),
        (CONDITION, "a = b c", "c", "b c"),
        (CONDITION, "a in b", "b", "in b"),
        (CONDITION, "ü > a", "ü", "ü >"),
        (CONDITION, "_a > b", "_", "_a"),
        (UPDATE, "SET a = _f(b)", "_", "= _f"),
        (UPDATE, "set", "<EOF>", "set"),
        (UPDATE, "set a = b + c + d", "+", "c + d"),
        (UPDATE, "set :a = b", ":a", "set :a ="),
        (UPDATE, "delete a b", "b", "a b"),
    ],
)
def test_syntax_errors(kind: str, text: str, token: str, near: str) -> None:
    assert refusal(kind, text) == f'Syntax error; token: "{token}", near: "{near}"'


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        (CONDITION, " ", "The expression can not be empty;"),
        (UPDATE, "", "The expression can not be empty;"),
        (CONDITION, "((a = b))", "The expression has redundant parentheses;"),
        (CONDITION, "((a)) = b", "The expression has redundant parentheses;"),
        (CONDITION, "foo(a)", "Invalid function name; function: foo"),
        (UPDATE, "SET a = foo(a)", "Invalid function name; function: foo"),
        (CONDITION, "size(a)", NOT_THIS_WAY + "size"),
        (UPDATE, "SET a = list_append(list_append(b, c), d)", NOT_THIS_WAY + "list_append"),
        (CONDITION, "a = b AND NOT (size(a))", NOT_THIS_WAY + "size"),
        (CONDITION, "attribute_exists(a) = :b", NOT_THIS_WAY + "attribute_exists"),
        (CONDITION, "contains(begins_with(a, b), c)", NOT_THIS_WAY + "begins_with"),
        (
            CONDITION,
            "list_append(a, b) = c",
            "The function is not allowed in a condition expression; function: list_append",
        ),
        (UPDATE, "SET a = size(b)", "The function is not allowed in an update expression; function: size"),
        (CONDITION, "statUS = :a", "Attribute name is a reserved keyword; reserved keyword: statUS"),
        (PROJECTION, "a.abORt", "Attribute name is a reserved keyword; reserved keyword: abORt"),
        (UPDATE, "remove Absolute ", "Attribute name is a reserved keyword; reserved keyword: Absolute"),
        (UPDATE, "set a = b set c = d", 'The "SET" section can only be used once in an update expression;'),
        (
            PROJECTION,
            "a[99999999999999]",
            "List index is not within the allowable range; index: [2147483648]",
        ),
        (
            PROJECTION,
            "a" + ".a" * 32,
            "The document path has too many nesting levels; nesting levels: 33",
        ),
        (
            CONDITION,
            f"a IN ({', '.join([':a'] * 101)})",
            "The IN operator is provided with too many operands; number of operands: 101",
        ),
        (
            CONDITION,
            " AND ".join(["a=:a"] * 151),
            "The expression contains too many operators; operator count: 301",
        ),
        (
            PROJECTION,
            "a" * 4097,
            "Expression size has exceeded the maximum allowed size; expression size: 4097",
        ),
    ],
)
def test_refused_expressions(kind: str, text: str, problem: str) -> None:
    assert refusal(kind, text) == problem


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (CONDITION, "(" * 4000),
        (CONDITION, "NOT " * 1000 + "a = b"),
        (UPDATE, "SET a = " + "(" * 2000 + "b" + ")" * 2000),
    ],
)
def test_deep_texts_are_answered(kind: str, text: str) -> None:
    """The text decides how deep the tree is, so nothing may recurse with it."""
    try:
        parse(text, kind)
    except ApiError as error:
        assert error.code == "ValidationException"  # noqa: PT017


def test_the_reserved_words_are_all_there() -> None:
    assert len(RESERVED_WORDS) == 573
    assert {"ABORT", "NAME", "STATUS", "ZONE"} <= RESERVED_WORDS


paths = st.builds(
    lambda first, rest: Path((first, *rest)),
    st.sampled_from(["a", "bc", "#n"]),
    st.lists(st.sampled_from(["d", "#e", 0, 12]), max_size=2),
)
values = st.sampled_from([Value(":v"), Value(":w1")])
operands: Any = st.one_of(paths, values, st.builds(lambda path: Call("size", (path,)), paths))
leaves: Any = st.one_of(
    st.builds(nodes.Comparison, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), operands, operands),
    st.builds(nodes.Between, operands, operands, operands),
    st.builds(nodes.In, operands, st.lists(operands, min_size=1, max_size=3).map(tuple)),
    st.builds(lambda path: Call("attribute_exists", (path,)), paths),
    st.builds(lambda path, value: Call("contains", (path, value)), paths, values),
)


def grouped(condition: Any) -> Any:
    """Parentheses exactly where they are needed to keep the tree."""
    return Group(condition) if isinstance(condition, nodes.And | nodes.Or) else condition


conditions: Any = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda part: nodes.Not(grouped(part)), inner),
        st.lists(inner.map(grouped), min_size=2, max_size=3).map(lambda parts: nodes.And(tuple(parts))),
        st.lists(inner.map(grouped), min_size=2, max_size=3).map(lambda parts: nodes.Or(tuple(parts))),
    ),
    max_leaves=8,
)


@given(conditions)
def test_a_written_condition_parses_to_itself(tree: nodes.Condition) -> None:
    assert parse(str(tree), CONDITION) == tree
