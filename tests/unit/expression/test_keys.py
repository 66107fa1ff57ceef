"""Key bytes against Python's own ordering: order-preserving, injective, self-delimiting."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.expression.keys import after, item_key, partition_prefix, sort_bytes, sort_prefix
from tailrace.expression.numbers import canonical_number

digits = st.one_of(st.integers(-200, 200), st.integers(-(10**38) + 1, 10**38 - 1))
number_texts = st.builds(lambda d, p: canonical_number(f"{d}E{p}"), digits, st.integers(-130, 88))
texts = st.text(st.one_of(st.sampled_from("\0\x01ab\x7fé\uffff"), st.characters(exclude_categories=["Cs"])), max_size=8)
blobs = st.binary(max_size=8) | st.lists(st.sampled_from([0, 1, 254, 255]), max_size=5).map(bytes)


def s(text: str) -> dict[str, Any]:
    return {"S": text}


def n(text: str) -> dict[str, Any]:
    return {"N": text}


def b(raw: bytes) -> dict[str, Any]:
    return {"B": b64encode(raw).decode()}


def order(left: Any, right: Any) -> int:
    return (left > right) - (left < right)


@given(number_texts, number_texts)
def test_numbers_sort_by_value(left: str, right: str) -> None:
    assert order(sort_bytes(n(left)), sort_bytes(n(right))) == order(Decimal(left), Decimal(right))


@given(texts, texts)
def test_strings_sort_by_utf8(left: str, right: str) -> None:
    assert order(sort_bytes(s(left)), sort_bytes(s(right))) == order(left.encode(), right.encode())


@given(blobs, blobs)
def test_binaries_sort_by_bytes(left: bytes, right: bytes) -> None:
    assert order(sort_bytes(b(left)), sort_bytes(b(right))) == order(left, right)


@given(st.tuples(blobs, number_texts, texts), st.tuples(blobs, number_texts, texts))
def test_joined_attributes_sort_as_tuples(left: Any, right: Any) -> None:
    def joined(parts: Any) -> bytes:
        return sort_bytes(b(parts[0])) + sort_bytes(n(parts[1])) + sort_bytes(s(parts[2]))

    def plain(parts: Any) -> Any:
        return parts[0], Decimal(parts[1]), parts[2].encode()

    assert order(joined(left), joined(right)) == order(plain(left), plain(right))


@given(texts, texts)
def test_prefix_range_holds_exactly_what_begins_with_it(prefix: str, text: str) -> None:
    low = sort_prefix(s(prefix))
    inside = low <= sort_bytes(s(text)) and (not low or sort_bytes(s(text)) < after(low))
    assert inside == text.startswith(prefix)


@given(blobs, blobs)
def test_prefix_range_of_binaries_inside_a_partition(prefix: bytes, raw: bytes) -> None:
    partition = partition_prefix([s("p")])
    low = partition + sort_prefix(b(prefix))
    assert (low <= item_key([s("p")], [b(raw)]) < after(low)) == raw.startswith(prefix)


@given(st.lists(texts, min_size=2, max_size=2), st.lists(texts, min_size=2, max_size=2))
def test_partitions_differ_exactly_when_their_attributes_do(left: list[str], right: list[str]) -> None:
    same = partition_prefix([s(t) for t in left]) == partition_prefix([s(t) for t in right])
    assert same == (left == right)


def test_the_partition_hash_is_stable() -> None:
    # Stored keys depend on it: a change here is a change of the storage format.
    assert partition_prefix([s("FRUIT")]).hex() == STABLE


def test_nothing_is_after_all_ones() -> None:
    assert after(b"a\xff\xff") == b"b"
    with pytest.raises(ValueError, match="nothing sorts after"):
        after(b"\xff\xff")


STABLE = "97277d7f141eb9cd46525549540000"
