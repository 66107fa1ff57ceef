"""GetMetricData: statistics of many metrics, page by page."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

import orjson

from tailrace.base.errors import ApiError
from tailrace.base.measurements import Sample
from tailrace.operation import Call, Shape, anything, not_supported, operation
from tailrace.services.cloudwatch import refusals, statistics, windows
from tailrace.services.cloudwatch.series import asked
from tailrace.services.cloudwatch.statistics import Statistic
from tailrace.services.cloudwatch.windows import Window
from tailrace.store import metrics

QUERIES_MAX = 500
DATAPOINTS_MAX = 100_800
_id = re.compile(r"[a-z][a-zA-Z0-9_]*")


class Query(NamedTuple):
    """One query of a request, checked. `series` are the keys of what it is about, of every unit that it takes."""

    id: str
    label: str
    series: tuple[bytes, ...]
    statistic: Statistic
    span: Window


class Place(NamedTuple):
    """Where a page begins: at a query of the request, behind some of its datapoints."""

    query: int = 0
    points: int = 0


@operation(
    "cloudwatch",
    "GetMetricData",
    needs="cloudwatch:GetMetricData",
    on=anything,
    without={"LabelOptions": "there are no dynamic labels"},
)
async def get_metric_data(call: Call, request: Shape) -> Shape:
    """Statistics of up to 500 metrics over time.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
    """
    limit = _check(request)
    shown = [each for each in _checked(call, request) if each.get("ReturnData", True)]
    queries = [await _query(call, each, request) for each in shown]
    place = _opened(request)
    descending = request.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    results: list[Shape] = []
    room, after = limit, None
    read_of: tuple[object, dict[int, Sample]] = (None, {})
    for number, query in enumerate(queries):
        result: Shape = {"Id": query.id, "Label": query.label, "Timestamps": [], "Values": [], "StatusCode": "Complete"}
        results.append(result)
        if number < place.query:
            continue
        if not room:
            result["StatusCode"] = "PartialData"
            after = after or Place(number)
            continue
        about = (query.series, query.span, query.statistic.needs_spread)
        if read_of[0] != about:  # the next query is often another statistic of the same
            found = await windows.read(call, query.series, query.span, spread=query.statistic.needs_spread)
            read_of = (about, found)
        skip = place.points if number == place.query else 0
        points = _points(query, read_of[1], descending=descending)[skip:]
        result["Timestamps"] = [timestamp for timestamp, _ in points[:room]]
        result["Values"] = [value for _, value in points[:room]]
        if len(points) > room:
            result["StatusCode"], after = "PartialData", Place(number, skip + room)
        room -= len(result["Values"])
    answer: Shape = {"MetricDataResults": results, "Messages": []}
    if after is not None:
        answer["NextToken"] = _sealed(request, after)
    return answer


def _points(query: Query, found: dict[int, Sample], *, descending: bool) -> list[tuple[float, float]]:
    points = []
    for span in sorted(found, reverse=descending):
        value = query.statistic.value(found[span])
        if value is not None:
            points.append((query.span.timestamp(span), value))
    return points


def _check(request: Shape) -> int:
    """Refuse what is wrong with the request as a whole; how many datapoints a page may have."""
    problem = windows.problem(request["StartTime"], request["EndTime"])
    if problem:
        raise ApiError.validation(problem)
    queries = request["MetricDataQueries"]
    if not queries:
        raise ApiError.validation("The collection MetricDataQueries must not be empty.")
    if len(queries) > QUERIES_MAX:
        raise ApiError.validation(refusals.too_many("MetricDataQueries", QUERIES_MAX).message)
    limit: int = request.get("MaxDatapoints", DATAPOINTS_MAX)
    if not 1 <= limit <= DATAPOINTS_MAX:
        raise ApiError.validation(f"The parameter MaxDatapoints must be between 1 and {DATAPOINTS_MAX}.")
    return limit


def _checked(call: Call, request: Shape) -> Sequence[Shape]:
    queries: Sequence[Shape] = request["MetricDataQueries"]
    for number, query in enumerate(queries, 1):
        name = f"MetricDataQueries.member.{number}"
        if not _id.fullmatch(query["Id"]):
            text = "must begin with a lowercase letter, and have letters, digits and underscores alone"
            raise ApiError.validation(f"The value {query['Id']} for parameter {name}.Id is invalid: it {text}.")
        if "Expression" in query and "MetricStat" in query:
            raise ApiError.validation(refusals.both(f"{name}.Expression", f"{name}.MetricStat"))
        if "Expression" in query:
            raise not_supported(call, f"{name}.Expression: there is neither metric math nor Metrics Insights")
        if "MetricStat" not in query:
            text = f"At least one of the parameters {name}.Expression and {name}.MetricStat must be specified."
            raise ApiError.validation(text)
        if "Period" in query:
            raise ApiError.validation(refusals.both(f"{name}.Period", f"{name}.MetricStat"))
        if query.get("AccountId", call.account) != call.account:
            raise not_supported(call, f"{name}.AccountId: there is one account")
        if "${" in query.get("Label", ""):
            raise not_supported(call, f"{name}.Label: there are no dynamic labels")
        if not windows.check_period(query["MetricStat"]["Period"]):
            raise ApiError.validation(windows.PERIOD.format(f"{name}.MetricStat.Period"))
    if len({query["Id"] for query in queries}) < len(queries):
        raise ApiError.validation("The values for parameter id in MetricDataQueries are not unique.")
    if not any(query.get("ReturnData", True) for query in queries):
        raise ApiError.validation("At least one of the MetricDataQueries must have ReturnData set to true.")
    return queries


async def _query(call: Call, query: Shape, request: Shape) -> Query:
    stat = query["MetricStat"]
    name = stat["Stat"]
    statistic = statistics.find(name)
    if statistic is None and statistics.is_known_to_aws(name):
        raise not_supported(call, f"Stat {name}: there are percentiles, but no trimmed statistics")
    if statistic is None:
        raise windows.refused_statistic(name)
    wanted = asked(call, stat["Metric"])
    found = await call.store.view(lambda tx: metrics.of(tx, wanted))
    unit = stat.get("Unit")
    series = tuple(key for key, measured in found if unit in (None, measured))
    span = windows.window(request["StartTime"], request["EndTime"], stat["Period"], call.clock.now())
    return Query(query["Id"], query.get("Label") or wanted.name, series, statistic, span)


def _sealed(request: Shape, place: Place) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([_fingerprint(request), *place])).decode()


def _opened(request: Shape) -> Place:
    """Where the request goes on. Raises InvalidNextToken for a token of another request."""
    token = request.get("NextToken")
    if not token:
        return Place()
    try:
        fingerprint, query, points = orjson.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError):
        fingerprint = query = points = None
    if fingerprint != _fingerprint(request) or type(query) is not int or type(points) is not int:
        raise ApiError("InvalidNextToken", "The next token specified is invalid.")
    return Place(max(0, query), max(0, points))


def _fingerprint(request: Shape) -> str:
    asked_for = {name: value for name, value in request.items() if name not in ("NextToken", "MaxDatapoints")}
    return blake2b(orjson.dumps(asked_for, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()
