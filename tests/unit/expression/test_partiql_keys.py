"""What a WHERE clause says of keys: never less is read than it asks for, and no more than has to be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.base.errors import ApiError
from tailrace.expression import condition, keys, nodes
from tailrace.expression.nodes import Comparison, Path, Value
from tailrace.expression.partiql_keys import KeyPlan, read_ranges, single_key
from tailrace.expression.partiql_parser import KIND, parse
from tailrace.expression.partiql_text import of_node
from tailrace.expression.partiql_truth import literal_name
from tailrace.store.layout import KeyAttribute

HASH, RANGE = (KeyAttribute("pk", "S"),), (KeyAttribute("sk", "N"),)
OVERLAPPING = "Overlapping conditions with range keys are not supported in where clause"


def plan(clause: str) -> KeyPlan | None:
    parsed = parse(f"SELECT * FROM t WHERE {clause}")
    return read_ranges(parsed.statement.where, parsed.bind([]), HASH, RANGE)  # type: ignore[union-attr]


def refusal(clause: str) -> str:
    with pytest.raises(ApiError) as caught:
        plan(clause)
    return caught.value.message


def row(pk: str, sk: int) -> bytes:
    return keys.item_key([{"S": pk}], [{"N": str(sk)}])


def rows(clause: str) -> list[int]:
    """The sort keys of 0 to 9 in partition p that are read, in the order of the ranges."""
    found = plan(clause)
    assert found is not None
    return [sk for each in found.ranges for sk in range(10) if each.low <= row("p", sk) < each.high]


@pytest.mark.parametrize(
    ("clause", "read"),
    [
        ("pk = 'p'", list(range(10))),
        ("'p' = pk AND 7 < sk", [8, 9]),
        ("pk = 'p' AND sk BETWEEN 2 AND 4 AND other = 1", [2, 3, 4]),
        ("pk = 'p' AND sk > 2 AND sk <= 4", [3, 4]),
        ("(pk = 'p' AND sk = 3) AND flag = 'x'", [3]),
        ("pk = 'p' AND sk IN [3, 1]", [3, 1]),
        ("pk = 'p' AND (sk < 2 OR sk > 8)", [0, 1, 9]),
        ("pk = 'p' AND sk = 3 OR pk = 'q'", [3]),
        ("pk = 'p' AND NOT sk = 1", list(range(10))),
        ("pk = 'p' OR pk = 'p' AND NOT sk = 1", list(range(10))),
        ("pk = 'p' AND sk <> 1 OR pk = 'p' AND sk = 2", list(range(10))),
        ("pk = 'p' AND pk = 'q'", []),
        ("pk = 'p' AND sk > 4 AND sk < 3", []),
        ("pk = 'p' AND size(sk) > 1 AND m.sk = 2", list(range(10))),
    ],
)
def test_a_clause_that_fixes_a_partition_is_a_range_of_it(clause: str, read: list[int]) -> None:
    assert rows(clause) == read


@pytest.mark.parametrize(
    "clause",
    [
        "sk = 1",
        "pk > 'a'",
        "pk <> 'p'",
        "NOT pk = 'p'",
        "pk = 'p' OR flag = 1",
        "pk = 'p' OR sk = 1",
        "pk = other",
        "pk.a = 'p'",
        "begins_with(pk, 'p')",
    ],
)
def test_everything_else_is_a_scan(clause: str) -> None:
    assert plan(clause) is None


@pytest.mark.parametrize(
    "clause",
    [
        "pk IN ['p', 'p']",
        "pk = 'p' OR pk = 'p'",
        "pk = 'p' AND (sk > 0 OR sk < 5)",
        "pk = 'p' AND (sk = 1 OR flag = 'two')",
        "(pk = 'p' AND flag = 1) OR (pk = 'p' AND flag = 2)",
    ],
)
def test_ranges_that_overlap_are_refused(clause: str) -> None:
    assert refusal(clause) == OVERLAPPING


def test_a_read_is_taken_apart_into_fifty_at_most() -> None:
    fifty, more = (", ".join(f"'v{number}'" for number in range(count)) for count in (50, 51))
    found = plan(f"pk IN [{fifty}] AND flag IN [{more}]")
    assert found is not None
    assert len(found.ranges) == 50
    for clause in (f"pk IN [{more}]", f"pk IN [{fifty}] AND sk IN [1, 2]"):
        assert refusal(clause) == "Too many decomposed read operations for a given query."
    assert plan(f"pk IN [{more}] OR flag = 'x'") is None


@pytest.mark.parametrize(("clause", "name"), [("pk = 1 OR pk = 'p'", "pk"), ("pk = 'p' AND sk IN [1, '2']", "sk")])
def test_keys_are_compared_with_values_of_their_type(clause: str, name: str) -> None:
    expected = f"Key attribute's data type should match its data type in table's schema: Key {name}"
    assert refusal(clause) == expected


@pytest.mark.parametrize(
    ("clause", "key", "conflict", "rest"),
    [
        ("pk = 'p' AND (1 = sk AND a = 2)", {"pk": {"S": "p"}, "sk": {"N": "1"}}, None, 1),
        ("pk = 'p' AND sk = 1 AND pk = 'p'", {"pk": {"S": "p"}, "sk": {"N": "1"}}, None, 0),
        ("pk = 'p' AND sk = 1 AND pk = 'q'", {"pk": {"S": "p"}, "sk": {"N": "1"}}, "pk", 1),
        ("pk = 'p' OR sk = 1", {}, None, 1),
        ("pk IN ['p'] AND sk = 1", {"sk": {"N": "1"}}, None, 1),
    ],
)
def test_a_write_is_about_the_item_that_equalities_name(clause: str, key: Any, conflict: Any, rest: int) -> None:
    parsed = parse(f"DELETE FROM t WHERE {clause}")
    found = single_key(parsed.statement.where, parsed.bind([]), ["pk", "sk"])  # type: ignore[union-attr]
    assert (found.key, found.conflict, len(found.rest)) == (key, conflict, rest)


# ── Against reading everything ───────────────────────────────────────────────────────────────────────────────────────

partitions, places = st.sampled_from(["p", "q"]), st.integers(0, 4)
PK, SK, FLAG = Path(("pk",)), Path(("sk",)), Path(("flag",))


def literal(content: Any) -> Value:
    return Value(literal_name(content))


texts = partitions.map(lambda text: literal({"S": text}))
numbers = places.map(lambda number: literal({"N": str(number)}))
leaves = st.one_of(
    st.builds(Comparison, st.just("="), st.just(PK), texts),
    st.builds(Comparison, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), st.just(SK), numbers),
    st.builds(Comparison, st.sampled_from(["<", ">="]), numbers, st.just(SK)),
    st.builds(Comparison, st.just("="), st.just(FLAG), numbers),
    st.builds(lambda each: nodes.In(PK, tuple(each)), st.lists(texts, min_size=1, max_size=2)),
    st.builds(lambda each: nodes.In(SK, tuple(each)), st.lists(numbers, min_size=1, max_size=2)),
)
clauses = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(nodes.Not, inner),
        st.builds(lambda each: nodes.And(tuple(each)), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda each: nodes.Or(tuple(each)), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=8,
)
ITEMS = [
    {"pk": {"S": pk}, "sk": {"N": str(sk)}, "flag": {"N": str((sk * 3) % 5)}} for pk in ("p", "q") for sk in range(5)
]


def found_by_ranges(found: KeyPlan | None) -> list[Any]:
    if found is None:
        return ITEMS
    by_key = {row(item["pk"]["S"], int(item["sk"]["N"])): item for item in ITEMS}
    return [item for each in found.ranges for key, item in by_key.items() if each.low <= key < each.high]


@given(clauses)
def test_the_ranges_hold_everything_that_fulfils_the_clause_and_nothing_twice(clause: Any) -> None:
    keyed = nodes.And((Comparison("=", PK, literal({"S": "p"})), clause))
    for where in (clause, keyed):
        parsed = parse(f"SELECT * FROM t WHERE {of_node(where)}")
        bindings = parsed.bind([])
        test = condition.bind_tree(where, bindings, KIND).test
        read = found_by_ranges(_ranges(where, bindings))
        assert len(read) == len({str(item) for item in read})
        assert [item for item in ITEMS if test(item)] == [item for item in ITEMS if item in read and test(item)]


def _ranges(where: Any, bindings: Any) -> KeyPlan | None:
    """Ranges that overlap are refused, which reads nothing; everything fulfils the test then."""
    try:
        return read_ranges(where, bindings, HASH, RANGE)
    except ApiError as error:
        if error.message != OVERLAPPING:
            raise
        return None
