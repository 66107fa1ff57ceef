"""Sizes as AWS reports them: recorded `SizeBytes` of stream records, and the documented rules."""

from __future__ import annotations

from typing import Any

import pytest

from tailrace.expression.sizes import attribute_size, item_size, value_size

HELLO = {"my_partition_key": {"S": "hello world"}}
FRED, ALICE, NEW = {"id": {"S": "Fred"}}, {"Username": {"S": "Alice"}}, {"id": {"S": "NewKey"}}
TEST_ID = {"my_partition_key": {"S": "testId0"}}
MY_ITEM = {"id": {"S": "my-item-id"}}
FULL_ITEM = MY_ITEM | {"attr1": {"S": "value1"}, "attr2": {"S": "value2"}}
APPLE = {"SK": {"S": "APPLE#WASHINGTON"}, "PK": {"S": "FRUIT"}}
PRICE = {"Price": {"M": {"USD": {"N": "0.8"}, "INR": {"N": "50"}}}}


@pytest.mark.parametrize(
    ("keys", "images", "recorded"),
    [
        (HELLO, [HELLO], 54),
        (HELLO, [HELLO | {"binary_key": {"B": "Zm9vYmFy"}}], 70),
        (FRED, [FRED], 12),
        (NEW, [NEW], 16),
        ({"Username": {"S": "Fred"}}, [], 12),
        (ALICE, [], 13),
        (TEST_ID, [TEST_ID | {"should_fail": {"BOOL": True}}], 58),
        (MY_ITEM, [FULL_ITEM, FULL_ITEM], 80),
        (MY_ITEM, [FULL_ITEM], 46),
        (APPLE, [APPLE | PRICE | {"Stocks": {"N": "32"}}, APPLE | PRICE | {"Stocks": {"N": "33"}}], 131),
    ],
)
def test_recorded_stream_records(keys: Any, images: Any, recorded: int) -> None:
    assert item_size(keys) + sum(map(item_size, images)) == recorded


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),
        ({"N": "-7"}, 3),
        ({"N": "12"}, 2),
        ({"N": "1.2"}, 3),
        ({"N": "123"}, 3),
        ({"N": "100"}, 2),
        ({"N": "-0.8"}, 3),
        ({"N": "0.08"}, 2),
        ({"N": "0.123"}, 3),
        ({"N": "-12.5"}, 4),
        ({"N": "9" * 38}, 20),
        ({"S": "é"}, 2),
        ({"B": "YQ=="}, 1),
        ({"B": ""}, 0),
        ({"NULL": True}, 1),
        ({"L": []}, 3),
        ({"L": [{"S": "ab"}]}, 6),
        ({"M": {"k": {"S": "ab"}}}, 7),
        ({"SS": ["a", "bc"]}, 3),
        ({"NS": ["1", "2"]}, 4),
        ({"BS": ["YQ==", "YWI="]}, 3),
    ],
)
def test_documented_rules(value: Any, size: int) -> None:
    assert value_size(value) == size
    assert attribute_size("ñ", value) == size + 2
    assert item_size({"ñ": value}) == size + 2
