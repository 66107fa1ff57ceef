"""Contributor insights as their state is set, told and listed."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from tests.conformance.conftest import create, definitions, hash_table, index, refused, schema, unique

BOTH, THROTTLED = "ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"


def update(dynamodb: Any, name: str, action: str = "ENABLE", **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = dynamodb.update_contributor_insights(
        TableName=name, ContributorInsightsAction=action, **more
    )
    del answer["ResponseMetadata"]
    return answer


def described(dynamodb: Any, name: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = dynamodb.describe_contributor_insights(TableName=name, **more)
    del answer["ResponseMetadata"]
    return answer


def settled(dynamodb: Any, name: str, **more: Any) -> dict[str, Any]:
    """What is told once neither ENABLING nor DISABLING is under way."""
    for _ in range(2400):
        answer = described(dynamodb, name, **more)
        if answer["ContributorInsightsStatus"] in ("ENABLED", "DISABLED"):
            return answer
        time.sleep(0.05)
    raise AssertionError(answer)


def kinds(answer: dict[str, Any], what: str) -> list[str]:
    """The kinds of the rules, whose names must have one number, AWS's form and `what` they count."""
    forms = [
        re.fullmatch(rf"DynamoDBContributorInsights-([A-Z]{{3}})-{re.escape(what)}-(\d{{13}})", rule)
        for rule in answer["ContributorInsightsRuleList"]
    ]
    assert len({form[2] for form in forms if form}) == 1
    return [form[1] for form in forms if form]


@pytest.fixture(scope="module")
def composed(dynamodb: Any) -> str:
    """A table with a sort key, a global index without one, and a local index."""
    return create(
        dynamodb,
        {
            "TableName": unique("insights"),
            "AttributeDefinitions": definitions(pk="S", sk="S", color="S"),
            "KeySchema": schema("pk", "sk"),
            "BillingMode": "PAY_PER_REQUEST",
            "GlobalSecondaryIndexes": [index("by_color", schema("color"))],
            "LocalSecondaryIndexes": [index("local", schema("pk", "color"))],
        },
    )


def test_insights_are_enabled_and_disabled(dynamodb: Any) -> None:
    name = create(dynamodb, hash_table(unique("insights")))
    assert described(dynamodb, name) == {"TableName": name, "ContributorInsightsStatus": "DISABLED"}
    shown = {"TableName": name, "ContributorInsightsMode": BOTH}
    assert update(dynamodb, name) == {**shown, "ContributorInsightsStatus": "ENABLING"}
    on = settled(dynamodb, name)
    assert kinds(on, name) == ["PKC", "PKT"]
    assert abs(on.pop("LastUpdateDateTime").timestamp() - time.time()) < 60
    del on["ContributorInsightsRuleList"]
    assert on == {**shown, "ContributorInsightsStatus": "ENABLED"}
    assert update(dynamodb, name)["ContributorInsightsStatus"] == "ENABLED"
    off = update(dynamodb, name, "DISABLE", ContributorInsightsMode=THROTTLED)
    assert off == {**shown, "ContributorInsightsStatus": "DISABLING"}
    off = settled(dynamodb, name)
    del off["LastUpdateDateTime"]
    assert off == {**shown, "ContributorInsightsStatus": "DISABLED"}
    assert update(dynamodb, name, "DISABLE")["ContributorInsightsStatus"] == "DISABLED"


def test_a_mode_is_changed_by_enabling_and_is_both_where_none_is_named(dynamodb: Any, composed: str) -> None:
    update(dynamodb, composed)
    first = settled(dynamodb, composed)
    assert kinds(first, composed) == ["PKC", "SKC", "PKT", "SKT"]
    changed = update(dynamodb, composed, ContributorInsightsMode=THROTTLED)
    assert (changed["ContributorInsightsStatus"], changed["ContributorInsightsMode"]) == ("ENABLING", THROTTLED)
    narrow = settled(dynamodb, composed)
    assert kinds(narrow, composed) == ["PKT", "SKT"]
    assert set(narrow["ContributorInsightsRuleList"]) < set(first["ContributorInsightsRuleList"])
    assert update(dynamodb, composed)["ContributorInsightsMode"] == BOTH
    assert kinds(settled(dynamodb, composed), composed) == ["PKC", "SKC", "PKT", "SKT"]
    update(dynamodb, composed, "DISABLE")
    settled(dynamodb, composed)
    update(dynamodb, composed)
    again = settled(dynamodb, composed)["ContributorInsightsRuleList"]
    assert not set(again) & set(first["ContributorInsightsRuleList"])


def test_a_global_index_has_insights_of_its_own(dynamodb: Any, composed: str) -> None:
    answer = update(dynamodb, composed, IndexName="by_color")
    assert (answer["IndexName"], answer["ContributorInsightsStatus"]) == ("by_color", "ENABLING")
    assert kinds(settled(dynamodb, composed, IndexName="by_color"), f"{composed}-by_color") == ["PKC", "PKT"]


def test_they_are_listed_by_pages_a_table_before_its_indexes(dynamodb: Any, composed: str) -> None:
    update(dynamodb, composed)
    update(dynamodb, composed, IndexName="by_color")
    listed = dynamodb.list_contributor_insights(TableName=composed)
    assert "NextToken" not in listed
    assert [each.get("IndexName") for each in listed["ContributorInsightsSummaries"]] == [None, "by_color"]
    assert {each["ContributorInsightsMode"] for each in listed["ContributorInsightsSummaries"]} == {BOTH}
    first = dynamodb.list_contributor_insights(TableName=composed, MaxResults=1)
    rest = dynamodb.list_contributor_insights(TableName=composed, MaxResults=1, NextToken=first["NextToken"])
    pages = [first["ContributorInsightsSummaries"], rest["ContributorInsightsSummaries"]]
    assert [page[0].get("IndexName") for page in pages] == [None, "by_color"]
    assert "NextToken" not in rest


def test_all_of_the_account_are_listed_and_none_that_is_disabled(dynamodb: Any, composed: str) -> None:
    names = [create(dynamodb, hash_table(unique("insights"))) for _ in range(3)]
    for name in names:
        update(dynamodb, name)
    update(dynamodb, names[0], "DISABLE")
    settled(dynamodb, names[0])
    found: list[str] = []
    request: dict[str, Any] = {"MaxResults": 2}
    while True:
        page = dynamodb.list_contributor_insights(**request)
        assert len(page["ContributorInsightsSummaries"]) <= 2
        found += [each["TableName"] for each in page["ContributorInsightsSummaries"]]
        if "NextToken" not in page:
            break
        request["NextToken"] = page["NextToken"]
    assert names[0] not in found
    assert found.count(names[1]) == found.count(names[2]) == 1
    assert found == sorted(found)


def test_what_is_not_there_is_said_to_be_missing(dynamodb: Any, composed: str) -> None:
    code = "ResourceNotFoundException"
    action = {"ContributorInsightsAction": "ENABLE"}
    gone = "Requested resource not found: Table: no-such-table not found"
    refused(dynamodb.update_contributor_insights, code, gone, TableName="no-such-table", **action)
    refused(dynamodb.describe_contributor_insights, code, gone, TableName="no-such-table")
    refused(dynamodb.list_contributor_insights, code, gone, TableName="no-such-table")
    for name in ("nowhere", "local"):
        text = f"Requested resource not found: Index: {name} not found for table: {composed}"
        refused(dynamodb.update_contributor_insights, code, text, TableName=composed, IndexName=name, **action)
        refused(dynamodb.describe_contributor_insights, code, text, TableName=composed, IndexName=name)


def test_requests_that_make_no_sense_are_refused(dynamodb: Any, composed: str) -> None:
    for more in ({}, {"ContributorInsightsAction": "START"}):
        refused(dynamodb.update_contributor_insights, "ValidationException", TableName=composed, **more)
    refused(dynamodb.list_contributor_insights, "ValidationException", MaxResults=101)
    refused(dynamodb.list_contributor_insights, "ValidationException", NextToken="no token")
