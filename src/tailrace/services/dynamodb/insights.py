"""Contributor insights: which keys of a table or global index are used most, and which are throttled.

```
UpdateContributorInsights ──> insight_rules (what is counted) ──> insights_tally ──> Node.contributors, in memory
                                          workers.insights, once a minute ──> store.insight_counts ──> report
```
Rules count from the moment of the request that enables them; ENABLING is told for as long as a table takes to change.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson

from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.dynamodb import insight_rules, status
from tailrace.services.dynamodb.insight_rules import BOTH, DISABLED
from tailrace.services.dynamodb.insights_report import report as report  # to be asked for as insights.report
from tailrace.services.dynamodb.names import index_arn, resolve
from tailrace.services.dynamodb.table import KIND, document_of
from tailrace.store import resources
from tailrace.store.engine import Transaction

LIST_LIMIT = 100
_PAGES_MAX = 1_000

Document = dict[str, Any]


@operation("dynamodb", "UpdateContributorInsights", needs="dynamodb:UpdateContributorInsights", on=index_arn)
async def update_contributor_insights(call: Call, request: Shape) -> Shape:
    """Have the most used and the throttled keys of a table or global index counted, or no longer.

    Without a mode it is both, whatever it was before; another mode keeps the rules that both have.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContributorInsights.html
    """
    name, index, now = resolve(call, request["TableName"]), request.get("IndexName", ""), call.clock.now()
    wanted = request["ContributorInsightsAction"] == "ENABLE"

    def change(tx: Transaction) -> Shape:
        document = document_of(tx, call.scope, name, now)
        _check_index(document, index, now)
        asked = insight_rules.setting(document, index)
        mode = request.get("ContributorInsightsMode", BOTH) if wanted else (asked or {}).get("Mode", BOTH)
        if wanted:
            _check_active(document, index, now)
        is_on = asked is not None and asked["Enabled"]
        if is_on != wanted or (asked is not None and asked["Mode"] != mode):
            asked = {
                **(asked if asked is not None and is_on else _new_rules(tx, document, index, now)),
                "Enabled": wanted,
                "Mode": mode,
                "Updated": now,
                "Until": now + status.TRANSITION_SECONDS,
            }
            others = document.get("Insights", {})
            kept = {each: others[each] for each in others if insight_rules.setting(document, each) is not None}
            resources.put(tx, KIND, call.scope, name, {**document, "Insights": {**kept, index: asked}})
        return _summary(document, index, asked, now)

    return await call.store.update(change)


@operation("dynamodb", "DescribeContributorInsights", needs="dynamodb:DescribeContributorInsights", on=index_arn)
async def describe_contributor_insights(call: Call, request: Shape) -> Shape:
    """Whether the most used keys of a table or global index are counted, and under which rules.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContributorInsights.html
    """
    name, index, now = resolve(call, request["TableName"]), request.get("IndexName", ""), call.clock.now()
    document = await call.store.view(lambda tx: document_of(tx, call.scope, name, now))
    _check_index(document, index, now)
    asked = insight_rules.setting(document, index)
    answer = _summary(document, index, asked, now)
    if asked is not None:
        answer["LastUpdateDateTime"] = asked["Updated"]
        if asked["Enabled"]:
            answer["ContributorInsightsRuleList"] = list(insight_rules.rule_names(document, index, asked))
    return answer


@operation("dynamodb", "ListContributorInsights", needs="dynamodb:ListContributorInsights", on=anything)
async def list_contributor_insights(call: Call, request: Shape) -> Shape:
    """The tables and global indexes whose keys are counted, by pages: a table before its indexes.

    What is DISABLED isn't listed. AWS's pages may be empty before the last one; these never are.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListContributorInsights.html
    """
    limit, now = request.get("MaxResults", LIST_LIMIT), call.clock.now()
    if limit < 1:
        raise ApiError.validation("MaxResults must be at least 1")
    after = _opened(request["NextToken"]) if "NextToken" in request else ("", "")
    only = resolve(call, request["TableName"]) if "TableName" in request else None

    def read(tx: Transaction) -> list[Shape]:
        if only is not None:
            return _summaries(document_of(tx, call.scope, only, now), after, now)
        found: list[Shape] = []
        start: str | None = None if not after[0] else after[0]
        if start is not None:
            document = resources.get(tx, KIND, call.scope, start)
            found += _summaries(document, after, now) if document else []
        for _ in range(_PAGES_MAX):
            page = resources.page(tx, KIND, call.scope, start, LIST_LIMIT)
            for _, document in page:
                found += _summaries(document, after, now)
            if len(found) > limit or len(page) < LIST_LIMIT:
                break
            start = page[-1][0]
        return found

    found = await call.store.view(read)
    answer: Shape = {"ContributorInsightsSummaries": found[:limit]}
    if len(found) > limit:
        last = found[limit - 1]
        answer["NextToken"] = _token(last["TableName"], last.get("IndexName", ""))
    return answer


def _check_index(document: Document, index: str, now: float) -> None:
    """Raise ResourceNotFoundException unless it is a global index of the table, or no index."""
    there = (i["IndexName"] for i in document.get("GlobalSecondaryIndexes", ()) if now < i.get("DeletedUntil", now + 1))
    if index and index not in there:
        name = document["TableName"]
        raise ApiError.resource_not_found(f"Requested resource not found: Index: {index} not found for table: {name}")


def _check_active(document: Document, index: str, now: float) -> None:
    """Raise ValidationException while the table or the index is still being made, or on its way out."""
    building = any(i["IndexName"] == index and i.get("Building") for i in document.get("GlobalSecondaryIndexes", ()))
    state = status.of_table(document, now)
    if building or state in (status.CREATING, status.DELETING):
        which = "IndexStatus" if building else "TableStatus"
        raise ApiError.validation(
            f"Table or Index is not in a valid state to update Key Access Insights: {which} must be ACTIVE to enable "
            "ContributorInsights."
        )


def _new_rules(tx: Transaction, document: Document, index: str, now: float) -> Document:
    """The number and the time of rules that are made now. An index is remembered by its collection, which is its own
    even where a later one has its name.
    """
    made: Document = {"Series": resources.next_number(tx, "insights"), "Made": int(now * 1000)}
    for each in document.get("GlobalSecondaryIndexes", ()):
        if each["IndexName"] == index:
            made["Collection"] = each["Collection"]
    return made


def _summary(document: Document, index: str, asked: Document | None, now: float) -> Document:
    """ContributorInsightsSummary, which every answer has. Without a mode where insights were never enabled."""
    named = {"IndexName": index} if index else {}
    mode = {} if asked is None else {"ContributorInsightsMode": asked["Mode"]}
    state = {"ContributorInsightsStatus": insight_rules.state_of(asked, now)}
    return {"TableName": document["TableName"], **named, **state, **mode}


def _summaries(document: Document, after: tuple[str, str], now: float) -> list[Shape]:
    """Those of a table and its indexes that aren't DISABLED, behind (table, index)."""
    if status.is_gone(document, now):
        return []
    live = [i["IndexName"] for i in document.get("GlobalSecondaryIndexes", ()) if now < i.get("DeletedUntil", now + 1)]
    places = [index for index in ("", *sorted(live)) if after < (document["TableName"], index)]
    found = [_summary(document, index, insight_rules.setting(document, index), now) for index in places]
    return [each for each in found if each["ContributorInsightsStatus"] != DISABLED]


def _token(table: str, index: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([table, index])).decode()


def _opened(token: str) -> tuple[str, str]:
    """The table and index that the page before has ended with. Raises ValidationException for a token of nobody's."""
    try:
        table, index = orjson.loads(base64.urlsafe_b64decode(token.encode()))
    except (binascii.Error, ValueError, TypeError):
        raise ApiError.validation("Invalid NextToken") from None
    if not (isinstance(table, str) and isinstance(index, str)):
        raise ApiError.validation("Invalid NextToken")
    return table, index
