"""Floor 5: `tailrace split-shard`: more shards for a stream, at once."""

from __future__ import annotations

from typing import Any

import click

from tailrace.reach import Reached, client


class NotSplit(Exception):
    """The server has not split it; the text says why."""


def split(reached: Reached, table: str, shard_id: str | None) -> None:
    """Split a shard of the table's stream, or each open one, and print what became of it."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        stream = client(reached, "dynamodb").describe_table(TableName=table)["Table"].get("LatestStreamArn")
        if stream is None:
            raise NotSplit(f"the table {table} has no stream")
        ours = client(reached)
        for shard in [shard_id] if shard_id else _open_shards(reached, stream):
            made = ours.split_shard(StreamArn=stream, ShardId=shard)
            click.echo(f"{made['ParentShardId']} -> {', '.join(made['ChildShardIds'])}")
    except ClientError as error:
        raise NotSplit(error.response["Error"]["Message"]) from error
    except BotoCoreError as error:
        raise NotSplit(str(error)) from error


def _open_shards(reached: Reached, stream: str) -> list[str]:
    """The names of all open shards. Raises NotSplit where there are none: the stream is off."""
    streams, found = client(reached, "dynamodbstreams"), []
    page: dict[str, Any] = {"LastEvaluatedShardId": None}
    while "LastEvaluatedShardId" in page:
        last = page["LastEvaluatedShardId"]
        after = {"ExclusiveStartShardId": last} if last else {}
        page = streams.describe_stream(StreamArn=stream, **after)["StreamDescription"]
        found += page["Shards"]
    names = [each["ShardId"] for each in found if "EndingSequenceNumber" not in each["SequenceNumberRange"]]
    if not names:
        raise NotSplit(f"the stream {stream} is off")
    return names
