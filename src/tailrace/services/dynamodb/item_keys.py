"""From an item or a Key to the bytes that it is stored under, with every check that stands between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tailrace.base.errors import ApiError
from tailrace.expression import keys
from tailrace.expression.sizes import value_size
from tailrace.services.dynamodb import errors
from tailrace.services.dynamodb.table import Table

HASH_BYTES_MAX = 2048
RANGE_BYTES_MAX = 1024
_SURELY_SHORT: Final = 256  # a key text of fewer characters can't pass either limit, so its bytes needn't be counted

_NO_VALUE: Final[dict[str, Any]] = {}

Item = dict[str, dict[str, Any]]


def of_request(table: Table, key: Item) -> bytes:
    """The stored key that a request's (normalized) `Key` means: exactly the table's key attributes, of its types."""
    if len(key) != len(table.key):
        raise errors.key_mismatch()
    if found := _of_texts(table, key):
        return found
    values = []
    for attribute in table.key:
        value = key.get(attribute.name)
        if value is None or attribute.type not in value:
            raise errors.key_mismatch()
        values.append(value)
    return _checked(table, values)


def of_item(table: Table, item: Item) -> bytes:
    """The stored key of a whole (normalized) item that is to be put."""
    if found := _of_texts(table, item):
        return found
    values = []
    for attribute in table.key:
        value = item.get(attribute.name)
        if value is None:
            raise errors.invalid(f"Missing the key {attribute.name} in the item")
        if attribute.type not in value:
            actual = next(iter(value))
            text = f"Type mismatch for key {attribute.name} expected: {attribute.type} actual: {actual}"
            raise errors.invalid(text)
        values.append(value)
    return _checked(table, values)


def key_of(table: Table, item: Item) -> Item:
    """The key attributes of an item."""
    return {attribute.name: item[attribute.name] for attribute in table.key}


def check_index_keys(table: Table, item: Item) -> None:
    """An item that is put may lack an index's key, but what it has of it must be of the right type and not empty."""
    for each in table.index_keys:
        value = item.get(each.attribute)
        if value is None:
            continue
        actual, content = next(iter(value.items()))
        if actual != each.type:
            raise errors.invalid(
                f"Type mismatch for Index Key {each.attribute} Expected: {each.type} Actual: {actual} "
                f"IndexName: {each.index}"
            )
        if content == "":
            kind = "binary" if actual == "B" else "string"
            raise ApiError.validation(
                "One or more parameter values are not valid. A value specified for a secondary index key is not "
                f"supported. The AttributeValue for a key attribute cannot contain an empty {kind} value. "
                f"IndexName: {each.index}, IndexKey: {each.attribute}"
            )


def check_updated_index_keys(table: Table, item: Item, old: Item | None) -> None:
    """The same rule for what an update has made of an item, in the words that an update is refused with."""
    for each in table.index_keys:
        value = item.get(each.attribute)
        if value is None or (old is not None and old.get(each.attribute) == value):
            continue
        actual, content = next(iter(value.items()))
        if actual != each.type:
            raise errors.invalid(
                f"Type mismatch for Index Key {each.attribute} Expected: {each.type} Actual: {actual} "
                f"IndexName: {each.index}"
            )
        if content == "":
            kind = "binary" if actual == "B" else "string"
            raise ApiError.validation(
                "The update expression attempted to update the secondary index key to a value that is not supported. "
                f"The AttributeValue for a key attribute cannot contain an empty {kind} value."
            )


def check_paths(table: Table, paths: Iterable[tuple[str | int, ...]]) -> None:
    """An expression may name a key attribute, but nothing inside it: keys are scalars."""
    for path in paths:
        if len(path) == 1:
            continue
        in_index = any(path[0] == each.attribute for each in table.index_keys)
        if in_index or path[0] in table.key_names:
            kind = "IndexKey" if in_index else "Key"
            raise ApiError.validation(
                "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
                f"{kind}: {path[0]}"
            )


def _of_texts(table: Table, item: Item) -> bytes:
    """The stored key where all of it are short texts, as nearly always; empty where it takes a closer look."""
    key = b""
    for name in table.text_key:
        text = item.get(name, _NO_VALUE).get("S")
        if not text or len(text) >= _SURELY_SHORT:
            return b""
        attribute = keys.text_bytes(text)
        key = key + attribute if key else keys.partition_start(attribute)
    return key


def _checked(table: Table, values: list[dict[str, Any]]) -> bytes:
    for position, value in enumerate(values):
        [(kind, content)] = value.items()
        if kind != "N" and len(content) >= _SURELY_SHORT or content == "":
            _check_length(table.key[position].name, value, position)
    if len(values) == 1:
        return keys.partition_prefix(values)
    return keys.item_key(values[:1], values[1:])


def _check_length(name: str, value: dict[str, Any], position: int) -> None:
    size = value_size(value)
    if size == 0:
        kind = "binary" if "B" in value else "string"
        raise ApiError.validation(
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            f"empty {kind} value. Key: {name}"
        )
    if position == 0 and size > HASH_BYTES_MAX:
        raise errors.invalid(f"Size of hashkey has exceeded the maximum size limit of{HASH_BYTES_MAX} bytes")
    if position == 1 and size > RANGE_BYTES_MAX:
        raise errors.invalid(
            f"Aggregated size of all range keys has exceeded the size limit of {RANGE_BYTES_MAX} bytes"
        )
