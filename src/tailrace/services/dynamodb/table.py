"""A table as the data plane sees it: compiled from its document once per version, then shared by every request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from tailrace.services.dynamodb import errors, insight_rules, status
from tailrace.services.dynamodb.insight_rules import Watch
from tailrace.store import resources
from tailrace.store.engine import Transaction
from tailrace.store.layout import (
    ExpiryLayout,
    IndexLayout,
    KeyAttribute,
    KeyType,
    ShardRange,
    StreamLayout,
    TableLayout,
)

KeyMarks = tuple[tuple[str, str, bytes], ...]
"""Of each attribute of a key its name, its type, and the bytes of JSON that stand before its value."""

KIND: Final = "dynamodb:table"
STREAM_KIND = "dynamodb:stream"


@dataclass(frozen=True, slots=True)
class IndexKey:
    """An attribute that an index sorts or spreads by; where an item has it, it must have this type."""

    attribute: str
    type: str
    index: str


@dataclass(frozen=True, slots=True)
class Table:
    """What requests need to know of a table. `document` is the stored one: read it, never change it."""

    name: str
    document: dict[str, Any]
    layout: TableLayout
    key: tuple[KeyAttribute, ...]
    key_names: frozenset[str]
    text_key: tuple[str, ...]
    """The names of the key's attributes, where all are texts; empty for other keys."""
    index_keys: tuple[IndexKey, ...]
    indexes: dict[str, IndexLayout]
    has_local_indexes: bool
    serves_from: float
    insights: dict[str, Watch] | None
    key_marks: KeyMarks
    series: dict[str | tuple[str, str], tuple[Any, ...]] = field(default_factory=dict)
    """The keys of the table's metrics, as they are first needed (`table_metrics`)."""


def find(tx: Transaction, scope: str, name: str, now: float) -> Table:
    """The table, for reading or writing its items. Raises ResourceNotFoundException where it can't serve now."""
    table = resources.derived(tx, KIND, scope, name, compile_table)
    if table is None or now < table.serves_from:
        raise errors.no_such_table()
    return table


def document_of(tx: Transaction, scope: str, name: str, now: float) -> dict[str, Any]:
    """The table's document, for describing or changing the table. Raises ResourceNotFoundException."""
    document = resources.get(tx, KIND, scope, name)
    if document is None or status.is_gone(document, now):
        raise errors.no_such_table_named(name)
    return document


def compile_table(document: dict[str, Any]) -> Table:
    """Everything that the data plane would otherwise work out of the document for each request."""
    name, types = document["TableName"], attribute_types(document)
    key = key_attributes(document["KeySchema"], types)
    indexes = tuple(_index_layout(index, types, local=True) for index in document.get("LocalSecondaryIndexes", ()))
    has_local = bool(indexes)
    indexes += tuple(
        _index_layout(index, types, local=False)
        for index in document.get("GlobalSecondaryIndexes", ())
        if "DeletedUntil" not in index
    )
    layout = TableLayout(
        name=name,
        scope=document["Scope"],
        collection=document["Collection"],
        hash=key[0],
        range=key[1] if len(key) > 1 else None,
        indexes=indexes,
        stream=_stream_layout(document),
        expiry=_expiry_layout(document),
        recorded="Recovery" in document or "Copying" in document,
    )
    key_names = frozenset(attribute.name for attribute in key)
    index_keys = tuple(
        IndexKey(attribute.name, attribute.type, index.name)
        for index in indexes
        for attribute in (*index.hash, *index.range)
        if attribute.name not in key_names
    )
    by_name = {index.name: index for index in indexes}
    insights = insight_rules.watches(document, key, indexes) if "Insights" in document else None
    since = status.serves_from(document)
    texts = tuple(attribute.name for attribute in key if attribute.type == "S")
    text_key = texts if len(texts) == len(key) else ()
    marks = marks_of(key)
    return Table(
        name, document, layout, key, key_names, text_key, index_keys, by_name, has_local, since, insights, marks
    )


def marks_of(key: Iterable[KeyAttribute]) -> KeyMarks:
    """What stands before the values of these attributes in an item as it is stored."""
    return tuple((each.name, each.type, b'%b:{"%b":"' % (orjson.dumps(each.name), each.type.encode())) for each in key)


def attribute_types(document: dict[str, Any]) -> dict[str, KeyType]:
    """Each defined attribute's type letter."""
    return {each["AttributeName"]: each["AttributeType"] for each in document["AttributeDefinitions"]}


def key_attributes(schema: list[dict[str, str]], types: dict[str, KeyType], kind: str = "") -> tuple[KeyAttribute, ...]:
    """A key schema's attributes in their order; only those of `kind` (HASH, RANGE) where one is given."""
    return tuple(
        KeyAttribute(each["AttributeName"], types[each["AttributeName"]])
        for each in schema
        if not kind or each["KeyType"] == kind
    )


def _index_layout(index: dict[str, Any], types: dict[str, KeyType], *, local: bool) -> IndexLayout:
    projection = index["Projection"]
    return IndexLayout(
        name=index["IndexName"],
        collection=index["Collection"],
        hash=key_attributes(index["KeySchema"], types, "HASH"),
        range=key_attributes(index["KeySchema"], types, "RANGE"),
        projection=projection["ProjectionType"],
        attributes=frozenset(projection.get("NonKeyAttributes", ())),
        local=local,
        building="Building" in index,
    )


def stream_form(stream: StreamLayout) -> dict[str, Any]:
    """A stream's layout as JSON. Bounds are texts: 2**64 is more than a JSON integer holds everywhere."""
    shards = [[each.shard, str(each.low), str(each.high)] for each in stream.shards]
    return {"Stream": stream.stream, "ViewType": stream.view_type, "Shards": shards}


def _stream_layout(document: dict[str, Any]) -> StreamLayout | None:
    stored = document.get("StreamLayout")
    if not stored:
        return None
    shards = tuple(ShardRange(shard, int(low), int(high)) for shard, low, high in stored["Shards"])
    return StreamLayout(stored["Stream"], stored["ViewType"], shards)


def _expiry_layout(document: dict[str, Any]) -> ExpiryLayout | None:
    stored = document.get("TimeToLive")
    if not stored or not stored["Enabled"]:
        return None
    return ExpiryLayout(stored["AttributeName"], stored["Collection"])
