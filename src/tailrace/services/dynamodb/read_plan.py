"""What a Query or Scan is to read, worked out before the first row: the index, the members wanted, the limits.

Query and Scan differ in where they start and end; everything else about them is here and in `paging.py`.
"""

from __future__ import annotations

from typing import Any, Protocol

from tailrace.base.errors import ApiError
from tailrace.expression import values
from tailrace.expression.bindings import Bindings
from tailrace.expression.condition import Condition
from tailrace.expression.paths import Steps
from tailrace.services.dynamodb import errors, item_keys, parameters
from tailrace.services.dynamodb.table import Table
from tailrace.store.layout import IndexLayout, KeyAttribute

Request = dict[str, Any]


class Shown(Protocol):
    """The part of each item that is wanted: a projection, or the columns of a SELECT."""

    @property
    def paths(self) -> tuple[Steps, ...]:
        """What it looks at."""

    def project(self, item: dict[str, Any]) -> dict[str, Any]:
        """What it shows of an item."""


class Wishes:
    """What the request asks for, bound before any table is looked up."""

    __slots__ = ("consistent", "filter", "index_name", "limit", "projection", "reverse", "select", "start")

    def __init__(
        self,
        index_name: str | None,
        select: str | None,
        filter: Condition | None,
        projection: Shown | None,
        limit: int | None,
        consistent: bool,
        start: dict[str, Any] | None,
        reverse: bool,
    ) -> None:
        self.index_name = index_name
        self.select = select
        self.filter = filter
        self.projection = projection
        self.limit = limit
        self.consistent = consistent
        self.start = start
        self.reverse = reverse

    def directed(self, reverse: bool) -> Wishes:
        """The same, in the order of the keys or in reverse."""
        return Wishes(
            self.index_name,
            self.select,
            self.filter,
            self.projection,
            self.limit,
            self.consistent,
            self.start,
            reverse,
        )


class Source:
    """Where the rows are: the table's collection or an index's, and the attributes that its keys are made of."""

    __slots__ = ("collection", "hash", "index", "range", "table", "whole_items")

    def __init__(
        self,
        table: Table,
        index: IndexLayout | None,
        collection: int,
        hash: tuple[KeyAttribute, ...],
        range: tuple[KeyAttribute, ...],
        whole_items: bool,
    ) -> None:
        self.table = table
        self.index = index
        self.collection = collection
        self.hash = hash
        self.range = range
        self.whole_items = whole_items

    @property
    def start_names(self) -> set[str]:
        """The attributes of a LastEvaluatedKey: those of the index's key and of the table's."""
        return {part.name for part in (*self.hash, *self.range, *self.table.key)}


def wishes(request: Request, bindings: Bindings) -> Wishes:
    """The members that Query and Scan share. Raises what the request alone can be refused for."""
    select = request.get("Select")
    if select is not None:
        _check_select(select, request)
    start = request.get("ExclusiveStartKey")
    return Wishes(
        index_name=request.get("IndexName"),
        select=select,
        filter=parameters.filter_of(request, bindings),
        projection=parameters.projection_of(request, bindings),
        limit=request.get("Limit"),
        consistent=request.get("ConsistentRead", False),
        start=None if start is None else values.normalize_item(start),
        reverse=not request.get("ScanIndexForward", True),
    )


def _check_select(select: str, request: Request) -> None:
    member = "AttributesToGet" if "AttributesToGet" in request else "ProjectionExpression"
    shown = member in request
    if select == "SPECIFIC_ATTRIBUTES" and not shown:
        raise ApiError.validation(
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
        )
    if shown and select != "SPECIFIC_ATTRIBUTES":
        what = "only the Count" if select == "COUNT" else select
        raise ApiError.validation(f"Cannot specify the {member} when choosing to get {what}")
    if select == "ALL_PROJECTED_ATTRIBUTES" and "IndexName" not in request:
        raise errors.invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")


def source(table: Table, wanted: Wishes) -> Source:
    """Where to read. Raises for an index that isn't there or can't give what is asked of it."""
    if wanted.projection is not None:
        item_keys.check_paths(table, wanted.projection.paths)
    if wanted.filter is not None:
        item_keys.check_paths(table, wanted.filter.paths)
    if wanted.index_name is None:
        return Source(table, None, table.layout.collection, table.key[:1], table.key[1:], whole_items=False)
    index = table.indexes.get(wanted.index_name)
    if index is None:
        raise errors.no_such_index(wanted.index_name)
    if not index.local:
        _check_global(table, index, wanted)
    return Source(table, index, index.collection, index.hash, index.range, _needs_items(table, index, wanted))


def _check_global(table: Table, index: IndexLayout, wanted: Wishes) -> None:
    if wanted.consistent:
        raise ApiError.validation("Consistent reads are not supported on global secondary indexes")
    if index.building:
        raise ApiError.validation(f"Cannot read from backfilling global secondary index: {index.name}")
    if index.projection == "ALL":
        return
    if wanted.select == "ALL_ATTRIBUTES":
        raise errors.invalid(
            f"Select type ALL_ATTRIBUTES is not supported for global secondary index {index.name} because its "
            "projection type is not ALL"
        )
    missing = _not_projected(table, index, wanted)
    if missing:
        raise errors.invalid(f"Global secondary index {index.name} does not project [{', '.join(missing)}]")


def _not_projected(table: Table, index: IndexLayout, wanted: Wishes) -> list[str]:
    """The attributes that the request names and the index doesn't carry."""
    if index.projection == "ALL":
        return []
    carried = {part.name for part in (*index.hash, *index.range)} | table.key_names | index.attributes
    paths = list(wanted.projection.paths) if wanted.projection else []
    return list(dict.fromkeys(str(path[0]) for path in paths if path[0] not in carried))


def _needs_items(table: Table, index: IndexLayout, wanted: Wishes) -> bool:
    """Whether a local index's entry isn't enough and the item itself has to be fetched."""
    if not index.local or index.projection == "ALL":
        return False
    return wanted.select == "ALL_ATTRIBUTES" or bool(_not_projected(table, index, wanted))
