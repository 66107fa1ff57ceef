"""DynamoDB Streams: which there are, how they are read, and what a record says."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.conformance.conftest import create, definitions, hash_table, refused, schema, unique, wait_active

BOTH = "NEW_AND_OLD_IMAGES"


def with_stream(dynamodb: Any, view_type: str = BOTH, **more: Any) -> tuple[str, str]:
    """A table with a stream: its name and the stream's ARN."""
    specification = {"StreamEnabled": True, "StreamViewType": view_type}
    name = create(dynamodb, hash_table(unique("stream"), StreamSpecification=specification, **more))
    return name, dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"]


def shards(streams: Any, arn: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    return found


def iterator(streams: Any, arn: str, shard: str, kind: str = "TRIM_HORIZON", **more: Any) -> str:
    answer = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType=kind, **more)
    return str(answer["ShardIterator"])


def records(streams: Any, arn: str) -> list[dict[str, Any]]:
    """All records of all shards, shard by shard."""
    found = []
    for shard in shards(streams, arn):
        position: str | None = iterator(streams, arn, shard["ShardId"])
        for _ in range(20):
            page = streams.get_records(ShardIterator=position)
            found += page["Records"]
            position = page.get("NextShardIterator")
            if not page["Records"] or position is None:
                break
    return found


def test_a_stream_is_described(dynamodb: Any, streams: Any) -> None:
    name, arn = with_stream(dynamodb)
    description = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert re.search(rf"table/{name}/stream/\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}$", arn)
    assert description["StreamLabel"] == arn.rpartition("/")[2]
    assert description["StreamStatus"] == "ENABLED"
    assert (description["StreamViewType"], description["TableName"]) == (BOTH, name)
    assert description["KeySchema"] == schema("pk")
    for shard in description["Shards"]:
        assert re.fullmatch(r"shardId-[0-9]{20}-[a-zA-Z0-9]{1,36}", shard["ShardId"])
        assert shard["SequenceNumberRange"].keys() == {"StartingSequenceNumber"}
        assert "ParentShardId" not in shard
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": BOTH}


def test_every_kind_of_change_is_one_record(dynamodb: Any, streams: Any) -> None:
    name, arn = with_stream(dynamodb)
    key = {"pk": {"S": "my-item-id"}}
    first, second = {**key, "attr1": {"S": "value1"}}, {**key, "attr1": {"S": "value2"}}
    dynamodb.put_item(TableName=name, Item=first)
    dynamodb.put_item(TableName=name, Item=first)  # changes nothing, so there is no record of it
    dynamodb.put_item(TableName=name, Item=second)
    dynamodb.delete_item(TableName=name, Key=key)
    dynamodb.delete_item(TableName=name, Key=key)
    insert, modify, remove = found = records(streams, arn)
    assert [each["eventName"] for each in found] == ["INSERT", "MODIFY", "REMOVE"]
    assert (insert["eventVersion"], insert["eventSource"], insert["awsRegion"]) == ("1.1", "aws:dynamodb", "us-east-1")
    assert len({each["eventID"] for each in found}) == 3
    assert re.fullmatch("[0-9a-f]{32}", insert["eventID"])
    assert "userIdentity" not in insert
    numbers = [int(each["dynamodb"]["SequenceNumber"]) for each in found]
    assert numbers == sorted(numbers)
    assert (insert["dynamodb"]["NewImage"], "OldImage" in insert["dynamodb"]) == (first, False)
    assert (modify["dynamodb"]["NewImage"], modify["dynamodb"]["OldImage"]) == (second, first)
    assert (remove["dynamodb"]["OldImage"], "NewImage" in remove["dynamodb"]) == (second, False)
    assert all(each["dynamodb"]["Keys"] == key for each in found)
    # Keys 2 + 10 bytes, each image 2 + 10 + 5 + 6.
    assert [each["dynamodb"]["SizeBytes"] for each in found] == [35, 58, 35]


@pytest.mark.parametrize(
    ("view_type", "images", "size"),
    [
        ("KEYS_ONLY", set(), 3),
        ("NEW_IMAGE", {"NewImage"}, 8),
        ("OLD_IMAGE", {"OldImage"}, 8),
        (BOTH, {"NewImage", "OldImage"}, 13),
    ],
)
def test_a_view_type_decides_on_the_images(
    dynamodb: Any, streams: Any, view_type: str, images: set[str], size: int
) -> None:
    name, arn = with_stream(dynamodb, view_type)
    for value in "12":
        dynamodb.put_item(TableName=name, Item={"pk": {"S": "k"}, "v": {"S": value}})
    modify = records(streams, arn)[1]["dynamodb"]
    assert modify.keys() & {"NewImage", "OldImage"} == images
    assert (modify["StreamViewType"], modify["SizeBytes"]) == (view_type, size)


def test_batches_and_transactions_write_one_record_an_item(dynamodb: Any, streams: Any) -> None:
    name, arn = with_stream(dynamodb)
    puts = [{"PutRequest": {"Item": {"pk": {"S": f"batch-{number}"}}}} for number in range(5)]
    dynamodb.batch_write_item(RequestItems={name: puts})
    actions = [{"Put": {"TableName": name, "Item": {"pk": {"S": f"tx-{number}"}}}} for number in range(3)]
    dynamodb.transact_write_items(TransactItems=actions)
    keys = sorted(each["dynamodb"]["Keys"]["pk"]["S"] for each in records(streams, arn))
    assert keys == [f"batch-{number}" for number in range(5)] + [f"tx-{number}" for number in range(3)]


def test_iterators_begin_where_they_are_told(dynamodb: Any, streams: Any) -> None:
    name, arn = with_stream(dynamodb)
    for number in range(3):
        dynamodb.put_item(TableName=name, Item={"pk": {"S": "k"}, "n": {"N": str(number)}})
    found = records(streams, arn)
    numbers = [each["dynamodb"]["SequenceNumber"] for each in found]
    shard = next(
        each["ShardId"]
        for each in shards(streams, arn)
        if streams.get_records(ShardIterator=iterator(streams, arn, each["ShardId"]))["Records"]
    )

    def read(kind: str, **more: Any) -> list[str]:
        page = streams.get_records(ShardIterator=iterator(streams, arn, shard, kind, **more))
        return [each["dynamodb"]["SequenceNumber"] for each in page["Records"]]

    assert read("TRIM_HORIZON") == numbers
    assert read("AT_SEQUENCE_NUMBER", SequenceNumber=numbers[1]) == numbers[1:]
    assert read("AFTER_SEQUENCE_NUMBER", SequenceNumber=numbers[1]) == numbers[2:]
    assert read("AT_TIMESTAMP", Timestamp=0) == numbers
    latest = iterator(streams, arn, shard, "LATEST")
    assert streams.get_records(ShardIterator=latest)["Records"] == []
    dynamodb.delete_item(TableName=name, Key={"pk": {"S": "k"}})
    assert [each["eventName"] for each in streams.get_records(ShardIterator=latest)["Records"]] == ["REMOVE"]
    first = streams.get_records(ShardIterator=iterator(streams, arn, shard), Limit=1)
    assert [each["dynamodb"]["SequenceNumber"] for each in first["Records"]] == numbers[:1]
    second = streams.get_records(ShardIterator=first["NextShardIterator"], Limit=1)
    assert [each["dynamodb"]["SequenceNumber"] for each in second["Records"]] == numbers[1:2]
    assert re.fullmatch(re.escape(arn) + r"\|\d\|.+", latest)


def test_a_closed_shard_ends(dynamodb: Any, streams: Any) -> None:
    name, arn = with_stream(dynamodb)
    dynamodb.put_item(TableName=name, Item={"pk": {"S": "k"}})
    table = dynamodb.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})["TableDescription"]
    assert "StreamSpecification" not in table
    assert table["LatestStreamArn"] == arn
    description = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert description["StreamStatus"] in ("DISABLING", "DISABLED")
    assert len(records(streams, arn)) == 1
    for shard in description["Shards"]:
        assert "EndingSequenceNumber" in shard["SequenceNumberRange"]
        page = streams.get_records(ShardIterator=iterator(streams, arn, shard["ShardId"]))
        assert "NextShardIterator" not in page


def test_a_stream_is_switched_on_again_as_another(dynamodb: Any, streams: Any) -> None:
    name, arn = with_stream(dynamodb)
    on = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    text = f"Table already has an enabled stream: TableName: {name}"
    refused(dynamodb.update_table, "ValidationException", text, TableName=name, StreamSpecification=on)
    dynamodb.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
    wait_active(dynamodb, name)
    off = {"StreamEnabled": False}
    text = f"Table has no stream to disable: TableName: {name}"
    refused(dynamodb.update_table, "ValidationException", text, TableName=name, StreamSpecification=off)
    text = "One or more parameter values were invalid: If stream is being enabled then UpdateViewType is required"
    no_view = {"StreamEnabled": True}
    refused(dynamodb.update_table, "ValidationException", text, TableName=name, StreamSpecification=no_view)
    again = dynamodb.update_table(TableName=name, StreamSpecification=on)["TableDescription"]["LatestStreamArn"]
    assert again != arn
    listed = streams.list_streams(TableName=name)["Streams"]
    assert [each["StreamArn"] for each in listed] == [arn, again]


def test_a_deleted_tables_stream_stays_readable(dynamodb: Any, streams: Any) -> None:
    name, arn = with_stream(dynamodb)
    dynamodb.put_item(TableName=name, Item={"pk": {"S": "k"}})
    dynamodb.delete_table(TableName=name)
    assert streams.describe_stream(StreamArn=arn)["StreamDescription"]["StreamStatus"] in ("DISABLING", "DISABLED")
    assert [each["eventName"] for each in records(streams, arn)] == ["INSERT"]


def test_streams_and_shards_are_listed_by_pages(dynamodb: Any, streams: Any) -> None:
    name, arn = with_stream(dynamodb)
    every = [each["ShardId"] for each in shards(streams, arn)]
    first = streams.describe_stream(StreamArn=arn, Limit=1)["StreamDescription"]
    assert [each["ShardId"] for each in first["Shards"]] == every[:1]
    rest = streams.describe_stream(StreamArn=arn, ExclusiveStartShardId=every[0])["StreamDescription"]
    assert [each["ShardId"] for each in rest["Shards"]] == every[1:]
    children = {"Type": "CHILD_SHARDS", "ShardId": every[0]}
    assert streams.describe_stream(StreamArn=arn, ShardFilter=children)["StreamDescription"]["Shards"] == []
    page = streams.list_streams(TableName=name, Limit=1)
    assert page["Streams"] == [{"StreamArn": arn, "TableName": name, "StreamLabel": arn.rpartition("/")[2]}]


def test_what_is_not_there(dynamodb: Any, streams: Any) -> None:
    _, arn = with_stream(dynamodb)
    other = arn.rpartition("/")[0] + "/2020-01-01T00:00:00.000"
    text = f"Requested resource not found: Stream: {other} not found"
    refused(streams.describe_stream, "ResourceNotFoundException", text, StreamArn=other)
    shard = {"ShardId": "shardId-00000000000000000000-00000000", "ShardIteratorType": "LATEST"}
    refused(streams.get_shard_iterator, "ResourceNotFoundException", text, StreamArn=other, **shard)
    text = "Requested resource not found: Shard does not exist"
    refused(streams.get_shard_iterator, "ResourceNotFoundException", text, StreamArn=arn, **shard)
    refused(streams.describe_stream, "ValidationException", StreamArn="x" * 40)


def test_an_iterator_cannot_be_made_by_hand(dynamodb: Any, streams: Any) -> None:
    _, mine = with_stream(dynamodb)
    _, theirs = with_stream(dynamodb)
    good = iterator(streams, mine, shards(streams, mine)[0]["ShardId"])
    changed = good[:-10] + ("A" if good[-10] != "A" else "B") + good[-9:]
    for forged in (good.replace(mine, theirs), changed, "nothing", f"{mine}|1|AAAA"):
        refused(streams.get_records, "ValidationException", ShardIterator=forged)


def test_numeric_and_composite_keys_are_whole_in_a_record(dynamodb: Any, streams: Any) -> None:
    keys = {"AttributeDefinitions": definitions(pk="N", sk="B"), "KeySchema": schema("pk", "sk")}
    name, arn = with_stream(dynamodb, "KEYS_ONLY", **keys)
    dynamodb.put_item(TableName=name, Item={"pk": {"N": "1.0"}, "sk": {"B": b"\x00"}, "more": {"S": "x"}})
    assert records(streams, arn)[0]["dynamodb"]["Keys"] == {"pk": {"N": "1"}, "sk": {"B": b"\x00"}}
