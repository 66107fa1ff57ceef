"""Tags, time to live, limits, endpoints, backups: what else is known of a table."""

from __future__ import annotations

from typing import Any

from tests.conformance.conftest import create, hash_table, refused, unique

TOO_SOON = "Time to live has been modified multiple times within a fixed interval"


def tags(dynamodb: Any, arn: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]}


def test_tags_are_added_changed_and_removed(dynamodb: Any) -> None:
    name = create(dynamodb, hash_table(unique("tags"), Tags=[{"Key": "a", "Value": "1"}]))
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": ""}])
    assert tags(dynamodb, arn) == {"a": "2", "b": ""}
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["a", "unknown"])
    assert tags(dynamodb, arn) == {"b": ""}


def test_many_tags_come_by_pages(dynamodb: Any) -> None:
    given = [{"Key": f"key-{number:02}", "Value": "x"} for number in range(13)]
    name = create(dynamodb, hash_table(unique("many"), Tags=given))
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    first = dynamodb.list_tags_of_resource(ResourceArn=arn)
    rest = dynamodb.list_tags_of_resource(ResourceArn=arn, NextToken=first["NextToken"])
    assert sorted(tag["Key"] for tag in first["Tags"] + rest["Tags"]) == [tag["Key"] for tag in given]
    assert "NextToken" not in rest


def test_tags_of_what_is_not_there(dynamodb: Any, plain: str) -> None:
    arn = dynamodb.describe_table(TableName=plain)["Table"]["TableArn"].replace(plain, "no-such-table")
    text = f"Requested resource not found: ResourcArn: {arn} not found"
    refused(dynamodb.list_tags_of_resource, "ResourceNotFoundException", text, ResourceArn=arn)
    other = "arn:aws:dynamodb:us-east-1:999999999999:table/theirs"
    refused(dynamodb.list_tags_of_resource, "AccessDeniedException", ResourceArn=other)
    refused(dynamodb.list_tags_of_resource, "ValidationException", ResourceArn="no-arn-at-all")


def test_time_to_live_is_set_once_an_hour(dynamodb: Any) -> None:
    name = create(dynamodb, hash_table(unique("ttl")))
    nothing = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert nothing == {"TimeToLiveStatus": "DISABLED"}
    wanted = {"Enabled": True, "AttributeName": "expires"}
    answer = dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted)
    assert answer["TimeToLiveSpecification"] == wanted
    shown = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert shown["AttributeName"] == "expires"
    assert shown["TimeToLiveStatus"] in ("ENABLING", "ENABLED")
    off = {"Enabled": False, "AttributeName": "expires"}
    refused(dynamodb.update_time_to_live, "ValidationException", TOO_SOON, TableName=name, TimeToLiveSpecification=off)


def test_time_to_live_that_is_as_wanted_already(dynamodb: Any) -> None:
    name = create(dynamodb, hash_table(unique("ttl")))
    off = {"Enabled": False, "AttributeName": "expires"}
    text = "TimeToLive is already disabled"
    refused(dynamodb.update_time_to_live, "ValidationException", text, TableName=name, TimeToLiveSpecification=off)


def test_contributor_insights_are_off(dynamodb: Any, plain: str) -> None:
    answer = dynamodb.describe_contributor_insights(TableName=plain)
    del answer["ResponseMetadata"]
    assert answer == {"TableName": plain, "ContributorInsightsStatus": "DISABLED"}


def test_limits_endpoints_and_backups_are_described(dynamodb: Any, plain: str) -> None:
    assert dynamodb.describe_limits()["TableMaxReadCapacityUnits"] == 40_000
    assert dynamodb.describe_endpoints()["Endpoints"][0]["CachePeriodInMinutes"] == 1440
    backups = dynamodb.describe_continuous_backups(TableName=plain)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"
