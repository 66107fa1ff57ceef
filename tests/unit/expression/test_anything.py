"""Whatever a request says is answered: by a result or by AWS's refusal, never by another error."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tailrace.base.errors import ApiError
from tailrace.expression import condition, key_condition, projection, update
from tailrace.expression.bindings import Bindings
from tailrace.expression.values import item_size, normalize_item

VOCABULARY = """
a b #n #x :v :w :x ( ) [ ] 0 1 . , = <> < <= + - AND OR NOT BETWEEN IN SET REMOVE ADD DELETE size contains
begins_with attribute_exists attribute_type if_not_exists list_append ! status
"""
WORDS = VOCABULARY.split()
STARTS = ["", "SET a = ", "a = :v AND ", "size ( a ) ", "attribute_type ( a , :v ) OR ", "SET a = :v REMOVE ", "a , "]

json: Any = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.sampled_from(["1", "1e3", "YQ=="])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["S", "N", "B", "SS", "NS", "BS", "L", "M", "NULL", "BOOL", "?"]), inner, max_size=2
        ),
    ),
    max_leaves=6,
)
ITEM = {"a": {"L": [{"N": "1"}]}, "b": {"S": "x"}}


@settings(max_examples=400)
@given(st.sampled_from(STARTS), st.lists(st.sampled_from(WORDS), max_size=8), json, json)
def test_any_words_as_any_expression(start: str, words: list[str], one: Any, other: Any) -> None:
    text = start + " ".join(words)
    for values in ({":v": one, ":w": other}, {":v": {"N": "1"}, ":w": {"SS": ["x"]}}):
        with suppress(ApiError):
            bindings = Bindings({"#n": "n"}, values)
            for use in (
                lambda b: condition.bind(text, b).test(ITEM),
                lambda b: update.bind(text, b).apply(ITEM),
                lambda b: projection.bind(text, b).project(ITEM),
                lambda b: key_condition.bind(text, b).match((), ()),
            ):
                with suppress(ApiError):
                    use(bindings)


@given(st.text(max_size=30))
def test_any_text(text: str) -> None:
    for bind in (condition.bind, update.bind, projection.bind, key_condition.bind):
        with suppress(ApiError):
            bind(text, Bindings())


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from("ab"), json, max_size=2))
def test_any_json_as_an_item(item: Any) -> None:
    with suppress(ApiError):
        normal = normalize_item(item)
        assert normalize_item(normal) == normal
        assert item_size(normal) >= 0
