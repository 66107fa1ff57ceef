"""Reading rows page by page: at most Limit of them, at most 1 MB before the filter, and where the next page starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import orjson

from tailrace.base.errors import ApiError
from tailrace.expression import keys
from tailrace.services.dynamodb import capacity, errors, item_keys
from tailrace.services.dynamodb.read_plan import Source, Wishes
from tailrace.services.dynamodb.table import Table
from tailrace.store import items
from tailrace.store.engine import Transaction
from tailrace.store.items import StoredItem

PAGE_BYTES = 1024 * 1024
_FIRST_ROWS = 64
_ROWS_MAX = 1000
_body_of, _size_of = attrgetter("body"), attrgetter("size")
_MISMATCH = "The provided key element does not match the schema"

Item = dict[str, Any]


@dataclass(slots=True)
class Page:
    """One page: the items that passed (bodies or projected items), and what reading it took."""

    table: Table
    found: list[Any] = field(default_factory=list)
    count: int = 0
    scanned: int = 0
    bytes: int = 0
    fetched_units: float = 0.0
    last_key: Item | None = None
    rows: list[StoredItem] | None = None
    """The rows that were read, where insights are to count them."""


def start_key(source: Source, start: Item) -> bytes:
    """The row key that an ExclusiveStartKey means. Raises ValidationException for one that can't be a row's."""
    if len(start) != len(source.start_names):
        raise _invalid_start("" if source.index else _MISMATCH)
    for part in (*source.hash, *source.range) if source.index else ():
        if part.name not in start:
            raise _invalid_start()
        if part.type not in start[part.name]:
            raise errors.key_mismatch()
    try:
        table_key = {part.name: start[part.name] for part in source.table.key if part.name in start}
        key = item_keys.of_request(source.table, table_key)
    except ApiError as error:
        raise _invalid_start(error.message) from error
    if source.index is None:
        return key
    return keys.item_key([start[part.name] for part in source.hash], [start[p.name] for p in source.range]) + key


def _invalid_start(why: str = "") -> ApiError:
    return ApiError.validation("The provided starting key is invalid" + (f": {why}" if why else ""))


def read(tx: Transaction, source: Source, wanted: Wishes, low: bytes, high: bytes, page: Page | None = None) -> Page:
    """Read from `low` (inclusive) to `high` (exclusive) until a limit is reached.

    The row that would pass 1 MB isn't part of the page. A page that ends at Limit names its last key even if nothing
    follows it, as AWS does: whether something follows isn't looked for.
    With a `page` its limits go on: that is how PartiQL reads one range after the other.
    """
    page = Page(source.table) if page is None else page
    take = _take if source.table.insights is None else _take_counted
    bodies_alone = wanted.filter is None and wanted.projection is None and not source.whole_items
    bodies_alone = bodies_alone and wanted.select != "COUNT" and take is _take
    rows_wanted = _FIRST_ROWS if wanted.limit is None else min(wanted.limit, _FIRST_ROWS)
    last: StoredItem | None = None
    while True:
        rows = items.range(tx, source.collection, low, high, reverse=wanted.reverse, limit=rows_wanted)
        if bodies_alone and rows and _take_all(page, wanted, rows):
            last = rows[-1]
        else:
            for row in rows:
                if last is not None and page.bytes + row.size > PAGE_BYTES:
                    page.last_key = _key(source, last)
                    return page
                take(tx, page, source, wanted, row)
                last = row
                if page.scanned == wanted.limit:
                    break
        if last is not None and page.scanned == wanted.limit:
            page.last_key = _key(source, last)
            return page
        if last is None or len(rows) < rows_wanted:
            return page
        low, high = (low, last.key) if wanted.reverse else (last.key + b"\0", high)
        rows_wanted = _next_rows(page, wanted)


def _next_rows(page: Page, wanted: Wishes) -> int:
    """How many rows to ask for next: about as many as the page still has room for."""
    average = max(1, page.bytes // page.scanned)
    room = min(_ROWS_MAX, (PAGE_BYTES - page.bytes) // average + 1)
    return room if wanted.limit is None else min(room, wanted.limit - page.scanned)


def _take_all(page: Page, wanted: Wishes, rows: list[StoredItem]) -> bool:
    """Take the bodies of rows at once, where no limit ends the page among them; whether that was so."""
    size = sum(map(_size_of, rows))
    scanned = page.scanned + len(rows)
    if page.bytes + size > PAGE_BYTES or (wanted.limit is not None and scanned > wanted.limit):
        return False
    page.scanned, page.bytes, page.count = scanned, page.bytes + size, page.count + len(rows)
    page.found += map(orjson.Fragment, map(_body_of, rows))
    return True


def _take(tx: Transaction, page: Page, source: Source, wanted: Wishes, row: StoredItem) -> None:
    page.scanned += 1
    page.bytes += row.size
    body: Any = orjson.Fragment(row.body)
    item: Item | None = None
    if source.whole_items:
        item, body = _fetch(tx, page, source, wanted, row)
    if wanted.filter is not None:
        item = orjson.loads(row.body) if item is None else item
        if not wanted.filter.test(item):
            return
    page.count += 1
    if wanted.select == "COUNT":
        return
    if wanted.projection is not None:
        body = wanted.projection.project(orjson.loads(row.body) if item is None else item)
    page.found.append(body)


def _take_counted(tx: Transaction, page: Page, source: Source, wanted: Wishes, row: StoredItem) -> None:
    page.rows = [] if page.rows is None else page.rows
    page.rows.append(row)
    _take(tx, page, source, wanted, row)


def _fetch(tx: Transaction, page: Page, source: Source, wanted: Wishes, row: StoredItem) -> tuple[Item, Any]:
    """The item behind a local index's entry, which costs a read of its own."""
    item = orjson.loads(row.body)
    stored = items.get(
        tx, source.table.layout, item_keys.of_request(source.table, item_keys.key_of(source.table, item))
    )
    if stored is None:
        return item, orjson.Fragment(row.body)
    page.fetched_units += capacity.read_units(stored.size, consistent=wanted.consistent)
    return orjson.loads(stored.body), orjson.Fragment(stored.body)


def _key(source: Source, row: StoredItem) -> Item:
    """The LastEvaluatedKey of a page that ends with this row."""
    item = orjson.loads(row.body)
    return {part.name: item[part.name] for part in (*source.hash, *source.range, *source.table.key)}
