"""What AWS refuses in an AttributeValue, and the one form in which every accepted value is kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.base.errors import ApiError
from tailrace.expression.numbers import add, canonical_number, subtract
from tailrace.expression.values import item_size, measured, normalize_item, normalize_value

BLOB_LENGTH = "Base64 encoded length is expected a multiple of 4 bytes but found: 1"
LAST_CHARACTER = "Invalid last non-pad Base64 character dectected"
INVALID = "One or more parameter values were invalid: "
numbers = st.builds(
    lambda sign, digits, power: f"{sign}{digits}E{power}",
    st.sampled_from(["", "-", "+"]),
    st.integers(0, 10**38 - 1),
    st.integers(-130, 88),
)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("00042", "42"),
        ("1.0", "1"),
        ("3.1400", "3.14"),
        ("1.5E2", "150"),
        ("-0", "0"),
        ("-0.000", "0"),
        ("0E999", "0"),
        (".5", "0.5"),
        ("5.", "5"),
        ("+7", "7"),
        ("-1e-3", "-0.001"),
        ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
        ("1E-130", "0." + "0" * 129 + "1"),
        ("9.9999999999999999999999999999999999999E+125", "9" * 38 + "0" * 88),
    ],
)
def test_numbers_come_back_plain(written: str, kept: str) -> None:
    assert canonical_number(written) == kept


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        ({"S": None}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        ({"X": "a"}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        (
            {"S": "a", "N": "1"},
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes",
        ),
        ({"NULL": False}, INVALID + "Null attribute value types must have the value of true"),
        ({"SS": []}, INVALID + "An string set  may not be empty"),
        ({"NS": []}, INVALID + "An number set  may not be empty"),
        ({"BS": []}, INVALID + "Binary sets should not be empty"),
        ({"SS": ["a", "a"]}, INVALID + "Input collection [a, a] contains duplicates."),
        ({"BS": ["Yg==", "Yg=="]}, INVALID + "Input collection [Yg==, Yg==]of type BS contains duplicates."),
        ({"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
        ({"N": ""}, "The parameter cannot be converted to a numeric value"),
        ({"N": "abc"}, "The parameter cannot be converted to a numeric value: abc"),
        ({"N": "NaN"}, "The parameter cannot be converted to a numeric value: NaN"),
        ({"N": "1_0"}, "The parameter cannot be converted to a numeric value: 1_0"),
        ({"N": "٣"}, "The parameter cannot be converted to a numeric value: ٣"),
        (
            {"N": "1E126"},
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            {"N": "-1E9999999999999999999999"},
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            {"N": "1E-131"},
            "Number underflow. Attempting to store a number with magnitude smaller than supported range",
        ),
        ({"N": "1" * 39}, "Attempting to store more than 38 significant digits in a Number"),
        ({"L": [{"M": {"a": {"SS": []}}}]}, INVALID + "An string set  may not be empty"),
    ],
)
def test_refused_values(value: dict[str, Any], text: str) -> None:
    with pytest.raises(ApiError) as refused:
        normalize_item({"a": value})
    assert (refused.value.code, refused.value.message) == ("ValidationException", text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"S": 1}, "NUMBER_VALUE cannot be converted to String"),
        ({"N": 1.5}, "DECIMAL_VALUE cannot be converted to String"),
        ({"S": True}, "TRUE_VALUE cannot be converted to String"),
        ({"S": {}}, "Start of structure or map found where not expected"),
        ({"B": "a"}, BLOB_LENGTH),
        ({"B": "a-=="}, LAST_CHARACTER),
        ({"B": "Zh=="}, LAST_CHARACTER),
        ({"B": "===="}, LAST_CHARACTER),
        ("text", "Unexpected value type in payload"),
    ],
)
def test_json_of_the_wrong_type(value: Any, text: str) -> None:
    with pytest.raises(ApiError) as refused:
        normalize_value(value)
    assert (refused.value.code, refused.value.message) == ("SerializationException", text)


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "x"}
    for _ in range(levels):
        value = {"L": [value]}
    return value


def test_nesting_has_a_limit() -> None:
    assert normalize_value(nested(31)) == nested(31)
    with pytest.raises(ApiError, match="Nesting Levels have exceeded supported limits"):
        normalize_value(nested(32))


def test_sets_have_one_order() -> None:
    assert normalize_value({"SS": ["b", "a", "é", "z"]}) == {"SS": ["a", "b", "z", "é"]}
    assert normalize_value({"NS": ["10", "9", "-1.0"]}) == {"NS": ["-1", "9", "10"]}
    assert normalize_value({"BS": ["/w==", "AA=="]}) == {"BS": ["AA==", "/w=="]}


def test_canonical_values_are_not_copied() -> None:
    value = {"M": {"a": {"L": [{"N": "1"}, {"S": ""}]}, "b": {"BOOL": False}}}
    assert normalize_value(value) is value


@given(numbers)
def test_canonical_text_means_the_same_number_and_is_stable(written: str) -> None:
    kept = canonical_number(written)
    assert Decimal(kept) == Decimal(written)
    assert canonical_number(kept) == kept
    assert "E" not in kept


@given(st.integers(-(10**37), 10**37), st.integers(-(10**37), 10**37), st.integers(-100, 80))
def test_sums_are_exact(left: int, right: int, power: int) -> None:
    a, b = canonical_number(f"{left}E{power}"), canonical_number(f"{right}E{power}")
    assert add(a, b) == canonical_number(f"{left + right}E{power}")
    assert subtract(a, b) == canonical_number(f"{left - right}E{power}")


def test_a_sum_that_needs_more_digits_is_refused() -> None:
    with pytest.raises(ApiError, match="Number overflow"):
        add(canonical_number("1E50"), "1")
    with pytest.raises(ApiError, match="Number overflow"):
        subtract("1", canonical_number("1E-40"))
    assert add("9" * 38, "1") == "1" + "0" * 38
    with pytest.raises(ApiError, match="Number overflow"):
        add(canonical_number("9E125"), canonical_number("9E125"))


def test_an_item_is_measured_in_its_canonical_form() -> None:
    odd: Any = {"é": {"S": "ü"}, "n": {"N": "1.50e1"}, "s": {"NS": ["2.0", "1"]}, "m": {"M": {"x": {"N": "+7"}}}}
    normal, size = measured(odd)
    assert normal == {"é": {"S": "ü"}, "n": {"N": "15"}, "s": {"NS": ["1", "2"]}, "m": {"M": {"x": {"N": "7"}}}}
    assert odd["n"] == {"N": "1.50e1"}, "what was given stays as it is"
    assert size == item_size(normal)


@given(st.lists(numbers, max_size=5), st.lists(st.text(), max_size=5))
def test_one_walk_measures_what_two_would(written: list[str], texts: list[str]) -> None:
    item: Any = {f"n{n}": {"N": number} for n, number in enumerate(written)}
    item |= {f"{text}{n}": {"S": text} for n, text in enumerate(texts)}
    normal, size = measured(item)
    assert (normal, size) == ({name: normalize_value(value) for name, value in item.items()}, item_size(normal))


@given(*[st.one_of(st.integers(-(10**20), 10**20), st.integers(-200, 200))] * 2, st.integers(0, 3))
def test_sums_are_exact_and_canonical(left: int, right: int, places: int) -> None:
    """Small whole numbers are added as such, all others as decimals."""
    one, other = (canonical_number(str(Decimal(each).scaleb(-places))) for each in (left, right))
    assert add(one, other) == canonical_number(str(Decimal(left + right).scaleb(-places)))
    assert subtract(one, other) == canonical_number(str(Decimal(left - right).scaleb(-places)))


@pytest.mark.parametrize("text", ["١٢", "²", "1_0", " 1"])
def test_only_ascii_digits_make_a_number(text: str) -> None:
    with pytest.raises(ApiError, match="cannot be converted to a numeric value"):
        canonical_number(text)
