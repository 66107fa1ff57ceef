"""ListMetrics: which metrics there are."""

from __future__ import annotations

import base64

import orjson

from tailrace.base.measurements import MINUTE_SECONDS, Series
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.cloudwatch import refusals
from tailrace.store import metrics

PAGE = 500
LOOKED_AT_MAX = 5_000  # in one request; what comes behind is the next page's
LISTED_SECONDS = 14 * 24 * 3600.0
RECENT_SECONDS = 3 * 3600.0
_KEY_BYTES = 16

Position = tuple[str, str, bytes]


@operation("cloudwatch", "ListMetrics", needs="cloudwatch:ListMetrics", on=anything)
async def list_metrics(call: Call, request: Shape) -> Shape:
    """The metrics of which something was measured in the last two weeks, at most 500 a page.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
    """
    after = _opened(request.get("NextToken"))
    if request.get("OwningAccount", call.account) != call.account:
        return {"Metrics": []}
    seconds = RECENT_SECONDS if "RecentlyActive" in request else LISTED_SECONDS
    since = int((call.clock.now() - seconds) // MINUTE_SECONDS)
    asked = {"namespace": request.get("Namespace"), "name": request.get("MetricName")}
    wanted = {column: value for column, value in asked.items() if value is not None}
    found: list[Shape] = []
    looked_at, more = 0, True
    while more and len(found) < PAGE and looked_at < LOOKED_AT_MAX:
        page = await call.store.view(
            lambda tx, after=after: metrics.listed(tx, call.scope, after, since, PAGE, **wanted)  # type: ignore[misc]
        )
        more = len(page) == PAGE
        looked_at += len(page)
        for key, series in page:
            if len(found) == PAGE:
                more = True
                break
            known = key[:-1] == after[2][:-1]  # the same metric, in another unit
            after = (series.namespace, series.name, key)
            if not known and _fits(series, request.get("Dimensions", [])):
                found.append(_shown(series))
    answer: Shape = {"Metrics": found}
    if request.get("IncludeLinkedAccounts"):
        answer["OwningAccounts"] = [call.account] * len(found)
    if more:
        answer["NextToken"] = _sealed(after)
    return answer


def _fits(series: Series, filters: list[Shape]) -> bool:
    """Whether a series has all dimensions that are asked for, with their values where these are given."""
    has = dict(series.dimensions)
    return all(each["Name"] in has and each.get("Value", has[each["Name"]]) == has[each["Name"]] for each in filters)


def _shown(series: Series) -> Shape:
    dimensions = [{"Name": name, "Value": value} for name, value in series.dimensions]
    return {"Namespace": series.namespace, "MetricName": series.name, "Dimensions": dimensions}


def _sealed(after: Position) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([*after[:2], after[2].hex()])).decode()


def _opened(token: str | None) -> Position:
    if not token:
        return "", "", b""
    try:
        namespace, name, key = orjson.loads(base64.urlsafe_b64decode(token))
        position = (str(namespace), str(name), bytes.fromhex(key))
    except (ValueError, TypeError):
        raise refusals.invalid("Invalid nextToken") from None
    if len(position[2]) != _KEY_BYTES:
        raise refusals.invalid("Invalid nextToken")
    return position
