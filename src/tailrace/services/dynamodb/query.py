"""Query and Scan."""

from __future__ import annotations

from typing import Final

from tailrace.base.errors import ApiError
from tailrace.expression import keys
from tailrace.expression.key_condition import KeyRange
from tailrace.operation import Call, Shape, operation
from tailrace.services.dynamodb import capacity, conditions, paging, parameters, read_plan, table, throttle
from tailrace.services.dynamodb.names import index_arn, resolve
from tailrace.services.dynamodb.paging import Page
from tailrace.services.dynamodb.read_plan import Source
from tailrace.services.dynamodb.tally import Tally, Values, final, finally_read
from tailrace.store.engine import Transaction
from tailrace.store.items import END

_HASHES: Final = 1 << 64
_SCAN: Final = ("ProjectionExpression", "FilterExpression")
_SCAN_BEFORE_2014: Final = ("AttributesToGet", "ScanFilter", "ConditionalOperator")
_QUERY: Final = (*_SCAN, "KeyConditionExpression")
_QUERY_BEFORE_2014: Final = ("AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions")


@operation("dynamodb", "Query", needs="dynamodb:Query", on=index_arn, context=conditions.of_query)
async def query(call: Call, request: Shape) -> Shape:
    """Read the items of one partition, of a table or an index, in the order of their range keys.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
    """
    name, scope, now = resolve(call, request["TableName"]), call.scope, call.clock.now()
    bindings = parameters.bindings_of(request, _QUERY_BEFORE_2014, _QUERY)
    if "KeyConditionExpression" not in request and "KeyConditions" not in request:
        raise ApiError.validation(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        )
    wanted = read_plan.wishes(request, bindings)
    sought = parameters.key_condition_of(request, bindings)
    assert sought is not None
    bindings.check_unused()

    def read(tx: Transaction) -> tuple[Page, Tally]:
        found = table.find(tx, scope, name, now)
        source = read_plan.source(found, wanted)
        matched = sought.match(source.hash, source.range)
        low, high = matched.bounds() if wanted.start is None else _after_start(source, wanted, matched)
        _check_filter(source, wanted, "QueryFilter" if "QueryFilter" in request else "Filter Expression")
        page = paging.read(tx, source, wanted, low, high, sought=sought)
        return counted(call, page, request.get("IndexName"), request, matched.hash_values)

    at_hand = call.store.at_hand()
    page, tally = await final(call.store.view(read)) if at_hand is None else finally_read(read, at_hand)
    tally.settle()
    return _answer(request, page)


@operation("dynamodb", "Scan", needs="dynamodb:Scan", on=index_arn, context=conditions.of_scan)
async def scan(call: Call, request: Shape) -> Shape:
    """Read all items of a table or an index, or one segment of them.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
    """
    name, scope, now = resolve(call, request["TableName"]), call.scope, call.clock.now()
    bindings = parameters.bindings_of(request, _SCAN_BEFORE_2014, _SCAN)
    wanted = read_plan.wishes(request, bindings)
    low, high = _segment(request)
    bindings.check_unused()

    def read(tx: Transaction) -> tuple[Page, Tally]:
        found = table.find(tx, scope, name, now)
        source = read_plan.source(found, wanted)
        first = low
        if wanted.start is not None:
            start = paging.start_key(source, wanted.start)
            if not low <= start < high:
                raise ApiError.validation(
                    "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey "
                    f"with correct Segment. TotalSegments: {request['TotalSegments']} Segment: {request['Segment']}"
                )
            first = start + b"\0"
        return counted(call, paging.read(tx, source, wanted, first, high), request.get("IndexName"), request)

    at_hand = call.store.at_hand()
    page, tally = await final(call.store.view(read)) if at_hand is None else finally_read(read, at_hand)
    tally.settle()
    return _answer(request, page)


def counted(
    call: Call, page: Page, index: str | None, request: Shape, sought: Values | None = None
) -> tuple[Page, Tally]:
    """The page, and the tally of what reading it took. Raises the throttling error where there is no room for it.

    `sought` has the values of the partition key, where the page is of one partition.
    """
    tally = throttle.begin(call, page.table)
    tally.page(page, index, consistent=request.get("ConsistentRead", False), sought=sought)
    return page, tally


def _segment(request: Shape) -> tuple[bytes, bytes]:
    """The range of keys of a Scan: everything, or the hashes that fall to its segment."""
    segment, total = request.get("Segment"), request.get("TotalSegments")
    if segment is None and total is None:
        return b"", END
    if total is None:
        raise ApiError.validation(
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is "
            "present"
        )
    if segment is None:
        raise ApiError.validation(
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is "
            "present"
        )
    if segment >= total:
        raise ApiError.validation(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            f"Segment: {segment} is not less than TotalSegments: {total}"
        )
    low = (_HASHES * segment // total).to_bytes(8, "big")
    high = END if segment == total - 1 else (_HASHES * (segment + 1) // total).to_bytes(8, "big")
    return low, high


def _check_filter(source: Source, wanted: read_plan.Wishes, name: str) -> None:
    """A Query's filter sees everything but the key that the query is about."""
    if wanted.filter is None:
        return
    key = {part.name for part in (*source.hash, *source.range)}
    for path in wanted.filter.paths:
        if path[0] in key:
            raise ApiError.validation(
                f"{name} can only contain non-primary key attributes: Primary key attribute: {path[0]}"
            )


def _after_start(source: Source, wanted: read_plan.Wishes, sought: KeyRange) -> tuple[bytes, bytes]:
    """The range that is left behind an ExclusiveStartKey, which must be of this partition and of this range."""
    assert wanted.start is not None
    low, high = sought.bounds()
    start = paging.start_key(source, wanted.start)
    if low <= start < high:
        return (low, start) if wanted.reverse else (start + b"\0", high)
    if sought.sort is None and not sought.range_values:
        raise ApiError.validation("The provided starting key is outside query boundaries based on provided conditions")
    whole = keys.partition_prefix(sought.hash_values)
    if not whole <= start < keys.after(whole):
        raise ApiError.validation("The query can return at most one row and cannot be restarted")
    raise ApiError.validation("The provided starting key does not match the range key predicate")


def _answer(request: Shape, page: Page) -> Shape:
    answer: Shape = {}
    if request.get("Select") != "COUNT":
        answer["Items"] = page.found
    answer["Count"], answer["ScannedCount"] = page.count, page.scanned
    if page.last_key is not None:
        answer["LastEvaluatedKey"] = page.last_key
    if capacity.is_wanted(request):
        answer["ConsumedCapacity"] = read_capacity(page, request.get("IndexName"), request)
    return answer


def read_capacity(page: Page, index: str | None, request: Shape) -> Shape:
    """The ConsumedCapacity of a page: the index's rows, and the items behind them that were fetched."""
    units = capacity.read_units(page.bytes, consistent=request.get("ConsistentRead", False))
    on_table = page.fetched_units if index else units
    return capacity.consumed(page.table, request["ReturnConsumedCapacity"], on_table, {index: units} if index else {})
