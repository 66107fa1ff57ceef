"""Reading rows page by page: at most Limit of them, at most 1 MB before the filter, and where the next page starts."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from operator import itemgetter
from typing import Any, Final

import orjson

from tailrace.base.errors import ApiError
from tailrace.expression import keys
from tailrace.expression.key_condition import KeyCondition
from tailrace.services.dynamodb import capacity, errors, item_keys
from tailrace.services.dynamodb.read_plan import Source, Wishes
from tailrace.services.dynamodb.table import KeyMarks, Table
from tailrace.store import items
from tailrace.store.engine import Row, Transaction

Item = dict[str, Any]

PAGE_BYTES: Final = 1024 * 1024
_FIRST_ROWS: Final = 64
_ROWS_MAX: Final = 1000
_LEADING_BYTES: Final = 256
_QUOTE: Final = b'"'
_ESCAPE: Final = 0x5C
_NOTHING: Final[Item] = {}
_size_of: Final = itemgetter(1)
_Fragment: Final = orjson.Fragment  # found once, not for each row
_MISMATCH = "The provided key element does not match the schema"


class Page:
    """One page: the items that passed (bodies or projected items), and what reading it took.

    `rows` are the rows that were read, bodies and sizes, where insights are to count them.
    """

    __slots__ = ("bytes", "count", "fetched_units", "found", "last_key", "rows", "scanned", "table")

    def __init__(self, table: Table) -> None:
        self.table = table
        self.found: list[Any] = []
        self.count = 0
        self.scanned = 0
        self.bytes = 0
        self.fetched_units = 0.0
        self.last_key: Item | None = None
        self.rows: list[Row] = []


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


def read(
    tx: Transaction,
    source: Source,
    wanted: Wishes,
    low: bytes,
    high: bytes,
    page: Page | None = None,
    sought: KeyCondition | None = None,
) -> Page:
    """Read from `low` (inclusive) to `high` (exclusive) until a limit is reached.

    The row that would pass 1 MB isn't part of the page. A page that ends at Limit names its last key even if nothing
    follows it, as AWS does: whether something follows isn't looked for.
    With a `page` its limits go on: that is how PartiQL reads one range after the other. `sought` is the condition that
    all of the range fulfils, where there is one.
    """
    page = Page(source.table) if page is None else page
    last: bytes | None = None
    while True:
        asked = _rows_wanted(page, wanted)
        rows = items.range(tx, source.collection, low, high, reverse=wanted.reverse, limit=asked)
        size, taken = _size(rows), rows
        if page.bytes + size > PAGE_BYTES:
            taken = rows[: _fitting(page, rows, at_least=1 if last is None else 0)]
            size = _size(taken)
        if taken:
            page.scanned += len(taken)
            page.bytes += size
            last = taken[-1][0]
            _take(tx, page, source, wanted, taken)
        is_full = len(taken) < len(rows) or page.scanned == wanted.limit
        if last is None or (len(rows) < asked and not is_full):
            return page
        last_key = _key(source, last, sought)
        if is_full:
            page.last_key = last_key
            return page
        key = start_key(source, last_key)
        low, high = (low, key) if wanted.reverse else (key + b"\0", high)


def _rows_wanted(page: Page, wanted: Wishes) -> int:
    """How many rows to ask for: a few at first, then about as many as the page still has room for."""
    room = _FIRST_ROWS
    if page.scanned:
        average = max(1, page.bytes // page.scanned)
        room = min(_ROWS_MAX, max(0, PAGE_BYTES - page.bytes) // average + 1)
    return room if wanted.limit is None else min(room, wanted.limit - page.scanned)


def _size(rows: list[Row]) -> int:
    total = 0
    for row in rows:
        size: int = row[1]
        total += size
    return total


def _fitting(page: Page, rows: list[Row], *, at_least: int) -> int:
    """How many of the rows the page has room for."""
    return max(at_least, bisect_right(list(accumulate(map(_size_of, rows))), PAGE_BYTES - page.bytes))


def _take(tx: Transaction, page: Page, source: Source, wanted: Wishes, rows: list[Row]) -> None:
    """Put into the page what is wanted of these rows: mostly their bodies, as they are stored."""
    if source.table.insights is not None:
        page.rows += rows
    if wanted.filter is not None or source.whole_items:
        for row in rows:
            _take_tested(tx, page, source, wanted, row[0])
        return
    page.count += len(rows)
    if wanted.select == "COUNT":
        return
    shown = wanted.projection
    if shown is None:
        page.found += [_Fragment(row[0]) for row in rows]
    else:
        page.found += [shown.project(orjson.loads(row[0])) for row in rows]


def _take_tested(tx: Transaction, page: Page, source: Source, wanted: Wishes, stored: bytes) -> None:
    """The same of one row that has to be parsed first, or whose item has to be fetched."""
    item, body = orjson.loads(stored), stored
    if source.whole_items:
        item, body = _fetch(tx, page, source, wanted, item, stored)
    if wanted.filter is not None and not wanted.filter.test(item):
        return
    page.count += 1
    if wanted.select != "COUNT":
        page.found.append(_Fragment(body) if wanted.projection is None else wanted.projection.project(item))


def _fetch(tx: Transaction, page: Page, source: Source, wanted: Wishes, entry: Item, body: bytes) -> tuple[Item, bytes]:
    """The item behind a local index's entry, parsed and as it is stored; it costs a read of its own."""
    key = item_keys.of_request(source.table, item_keys.key_of(source.table, entry))
    stored = items.get(tx, source.table.layout, key)
    if stored is None:
        return entry, body
    page.fetched_units += capacity.read_units(stored.size, consistent=wanted.consistent)
    return orjson.loads(stored.body), stored.body


def _key(source: Source, body: bytes, sought: KeyCondition | None) -> Item:
    """The LastEvaluatedKey of a page that ends with the row of this body, which fulfils the condition."""
    item = leading_key(body, source.table.key_marks)
    if item is not None and source.index is None:
        return item
    fixed = _NOTHING if sought is None else sought.equals
    found: Item = {}
    for part in (*source.hash, *source.range, *source.table.key):
        name = part.name
        value = fixed.get(name) if item is None or name not in item else item[name]
        if value is None:
            item = orjson.loads(body)
            value = item[name]
        found[name] = value
    return found


def leading_key(body: bytes, marks: KeyMarks) -> Item | None:
    """The key of a stored item that begins with it, as most do; None of one that has to be parsed to tell. Parsing an
    item of 1 KB takes ten times as long.
    """
    found: Item = {}
    rest = body[1:_LEADING_BYTES]
    for name, kind, mark in marks:
        size = len(mark)
        if rest[:size] != mark:
            return None
        text, quote, rest = rest[size:].partition(_QUOTE)
        if not quote or _ESCAPE in text:
            return None
        found[name] = {kind: text.decode()}
        rest = rest[2:]  # the end of the AttributeValue, and what parts it from the next
    return found
