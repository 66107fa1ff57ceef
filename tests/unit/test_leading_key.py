"""The key that is read off the beginning of an item's bytes is the one that the parsed item has."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from tailrace.services.dynamodb.paging import leading_key
from tailrace.services.dynamodb.table import marks_of
from tailrace.store.layout import KeyAttribute

# Texts that would end a string, an AttributeValue or an item, where they weren't escaped.
TEXTS = st.sampled_from(["", '"', "\\", '"},"sk":{"S":"x', "x\n", "ü\u2028", "x" * 300]) | st.text(max_size=5)
NAMES = st.sampled_from(["pk", "sk", "p", "S", 'p"k', "p\\", "é", '"pk":{"S":"'])
VALUES = {"S": st.builds(lambda text: {"S": text}, TEXTS), "N": st.just({"N": "-12"}), "B": st.just({"B": "/w=="})}
ANY = st.one_of(*VALUES.values(), st.just({"NULL": True}), st.just({"M": {"pk": {"S": "inner"}}}))


@st.composite
def stored(draw: st.DrawFn) -> tuple[dict[str, Any], list[KeyAttribute]]:
    """An item with the attributes of a key, which come first or anywhere."""
    key = [
        KeyAttribute(name, draw(st.sampled_from("SNB")))
        for name in draw(st.lists(NAMES, min_size=1, max_size=2, unique=True))
    ]
    item = {part.name: draw(VALUES[part.type]) for part in key}
    item |= {name: value for name, value in draw(st.dictionaries(NAMES, ANY, max_size=3)).items() if name not in item}
    return dict(draw(st.permutations(list(item.items())) | st.just(list(item.items())))), key


@given(stored())
def test_what_is_read_is_what_parsing_finds(given: tuple[dict[str, Any], list[KeyAttribute]]) -> None:
    item, key = given
    found = leading_key(orjson.dumps(item), marks_of(key))
    assert found is None or list(found.items()) == [(part.name, item[part.name]) for part in key]


def test_an_item_that_begins_with_its_key_needs_no_parser() -> None:
    key = [KeyAttribute("pk", "S"), KeyAttribute('s"k', "N")]
    item = {"pk": {"S": "ü"}, 's"k': {"N": "17"}}
    for more in ({}, {"body": {"S": "x" * 1000}}):
        assert leading_key(orjson.dumps({**item, **more}), marks_of(key)) == item


def test_any_other_is_left_to_it() -> None:
    marks = marks_of([KeyAttribute("pk", "S")])
    for item in (
        {"a": {"S": "b"}, "pk": {"S": "a"}},
        {"pk": {"S": 'a"b'}},
        {"pk": {"S": "x" * 300}},
        {"pk": {"N": "1"}},
    ):
        assert leading_key(orjson.dumps(item), marks) is None
