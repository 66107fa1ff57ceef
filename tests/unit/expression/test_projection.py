"""Projections: merging of nested paths, and AWS's refusals."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.base.errors import ApiError
from tailrace.expression import projection
from tailrace.expression.bindings import Bindings
from tailrace.expression.paths import look_up

ITEM: dict[str, Any] = {
    "a": {"S": "x"},
    "b": {"M": {"a": {"S": "a"}, "b": {"S": "b"}, "c": {"M": {"d": {"S": "d"}}}}},
    "c": {"L": [{"S": "0"}, {"S": "1"}, {"M": {"k": {"S": "2"}, "l": {"S": "3"}}}]},
    "[3]": {"N": "3"},
}
NAMES = {"#a": "a", "#b": "[3]"}


def project(text: str) -> Any:
    return projection.bind(text, Bindings(NAMES)).project(ITEM)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a, gone", {"a": {"S": "x"}}),
        ("#a, #b", {"a": {"S": "x"}, "[3]": {"N": "3"}}),
        ("b.c, b.a", {"b": {"M": {"c": {"M": {"d": {"S": "d"}}}, "a": {"S": "a"}}}}),
        ("c[2], c[0]", {"c": {"L": [{"S": "0"}, {"M": {"k": {"S": "2"}, "l": {"S": "3"}}}]}}),
        ("c[2].k, c[1]", {"c": {"L": [{"S": "1"}, {"M": {"k": {"S": "2"}}}]}}),
        ("c[9], b.gone, a.x", {}),
        ("a[0], c.x, b[0]", {}),
        ("b.c.gone", {}),
    ],
)
def test_projected(text: str, part: Any) -> None:
    assert project(text) == part


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("b[1], b.a, #a.b, a", ("overlap", "[a, b]", "[a]")),
        ("a, #a[1]", ("overlap", "[a]", "[a, [1]]")),
        ("a, b, a", ("overlap", "[a]", "[a]")),
        ("a.b, #a[1], #b", ("conflict", "[a, b]", "[a, [1]]")),
        ("a.b[1], #a[1], #b", ("conflict", "[a, b, [1]]", "[a, [1]]")),
        ("a[3].b, #a.#b.b", ("conflict", "[a, [3], b]", "[a, [3], b]")),
    ],
)
def test_paths_that_do_not_go_together(text: str, problem: Any) -> None:
    kind, one, two = problem
    with pytest.raises(ApiError) as refused:
        project(text)
    assert refused.value.message == (
        f"Invalid ProjectionExpression: Two document paths {kind} with each other; "
        f"must remove or rewrite one of these paths; path one: {one}, path two: {two}"
    )


def test_unknown_names() -> None:
    with pytest.raises(ApiError, match="name used in the document path is not defined; attribute name: #x"):
        project("a, #x, #y")


steps = st.one_of(st.sampled_from(["a", "b", "c", "k"]), st.integers(0, 2))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.lists(steps, max_size=2)), min_size=1, max_size=4))
def test_a_projection_has_exactly_what_its_paths_find(parts: Any) -> None:
    paths = [(head, *rest) for head, rest in parts]
    try:
        bound = projection.of_paths(paths)
    except ApiError:
        return
    found = sorted(leaf for path in paths for leaf in leaves(look_up(ITEM, path)))
    assert sorted(leaf for value in bound.project(ITEM).values() for leaf in leaves(value)) == found


def leaves(value: Any) -> list[str]:
    """The scalars of a value."""
    if value is None:
        return []
    [(kind, content)] = value.items()
    if kind in ("L", "M"):
        return [leaf for part in (content if kind == "L" else content.values()) for leaf in leaves(part)]
    return [content]
