"""The shards of a table's stream, continued by children: rolled over after some hours, or split in two.

What the table's writes go by (its document) changes in the transaction that closes the parent and opens its children.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html#Streams.Processing
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tailrace.base import arn
from tailrace.base.errors import ApiError, Missing
from tailrace.expression import keys
from tailrace.operation import Call, Shape, operation
from tailrace.services.dynamodb.table import KIND, STREAM_KIND
from tailrace.store import changes, lineage, resources
from tailrace.store.changes import Shard
from tailrace.store.engine import Transaction

OPEN_SHARDS_MAX = 256  # of one stream
FEW_RECORDS = 20  # say too little about where to cut

Document = dict[str, Any]


def stream_arn(call: Call, request: Shape) -> str:
    """The stream that a request names."""
    return str(request["StreamArn"])


def succeed(
    tx: Transaction, scope: str, table: str, stream: int, cuts: Mapping[int, int | None], now: float
) -> list[int]:
    """Close the shards that `cuts` names and open their children: two that meet at the hash that is given, or one.

    Returns the children's numbers; none where the table has gone on to another stream, or none, and none for a shard
    that is no longer open: somebody else was faster.
    """
    document = resources.get(tx, KIND, scope, table)
    layout = document.get("StreamLayout") if document else None
    if document is None or not layout or layout["Stream"] != stream:
        return []
    kept, made = [], []
    for entry in layout["Shards"]:
        if entry[0] not in cuts:
            kept.append(entry)
            continue
        children = lineage.succeed(tx, entry[0], cuts[entry[0]], now)
        kept += [[each.shard, str(each.low), str(each.high)] for each in children]
        made += [each.shard for each in children]
    if made:
        resources.put(tx, KIND, scope, table, {**document, "StreamLayout": {**layout, "Shards": kept}})
    return made


def cut_for_heat(tx: Transaction, stream: Document, shard: int) -> lineage.Cut | None:
    """Where to divide a shard that takes too much; None where it can't be divided, or the stream has shards enough."""
    try:
        found = changes.shard(tx, shard)
    except Missing:
        return None
    opened = [each for each in changes.shards(tx, stream["Stream"]) if each.last is None]
    return lineage.best_cut(tx, found, hash_of(stream)) if len(opened) < OPEN_SHARDS_MAX else None


def hash_of(stream: Document) -> Callable[[Document], int]:
    """The function that gives the partition hash of a record's Keys."""
    name = stream["KeySchema"][0]["AttributeName"]

    def of(record_keys: Document) -> int:
        return int.from_bytes(keys.partition_prefix([record_keys[name]])[: keys.PARTITION_HASH_BYTES], "big")

    return of


@operation("tailrace", "SplitShard", needs="tailrace:SplitShard", on=stream_arn)
async def split_shard(call: Call, request: Shape) -> Shape:
    """Split an open shard of a stream in two, so that twice as many readers can share its records.

    It is cut where its latest thousand records divide most evenly; with few of them, in the middle of its hashes.
    Raises ResourceNotFoundException, ValidationException for a shard that is closed or has but one hash,
    LimitExceededException where the stream has 256 open shards.
    """
    now = call.clock.now()

    def split(tx: Transaction) -> Shape:
        stream = _find(tx, call, request["StreamArn"])
        every = changes.shards(tx, stream["Stream"])
        shard = next((each for each in every if each.name == request["ShardId"]), None)
        if shard is None:
            raise ApiError.resource_not_found("Requested resource not found: Shard does not exist")
        if shard.last is not None:
            raise ApiError.validation(f"Shard {shard.name} is closed: split one of its children")
        if sum(each.last is None for each in every) >= OPEN_SHARDS_MAX:
            raise ApiError("LimitExceededException", f"A stream has at most {OPEN_SHARDS_MAX} open shards")
        made = succeed(
            tx, call.scope, stream["TableName"], stream["Stream"], {shard.shard: _cut(tx, stream, shard)}, now
        )
        children = [each.name for each in changes.shards(tx, stream["Stream"], shard.shard) if each.shard in made]
        return {"StreamArn": stream["StreamArn"], "ParentShardId": shard.name, "ChildShardIds": children}

    return await call.store.update(split)


def _cut(tx: Transaction, stream: Document, shard: Shard) -> int:
    """The first hash of the upper child."""
    if shard.high - shard.low < 2:
        raise ApiError.validation(f"Shard {shard.name} can't be split further: it has a single hash")
    enough = shard.latest - shard.trimmed >= FEW_RECORDS
    found = lineage.best_cut(tx, shard, hash_of(stream)) if enough else None
    return found.hash if found else (shard.low + shard.high) // 2


def _find(tx: Transaction, call: Call, text: str) -> Document:
    named = arn.stream_name(text)
    if named is None:
        raise ApiError.validation(f"Invalid StreamArn: {text}")
    parts, name = named
    here = (parts.account, parts.region) == (call.account, call.region)
    document = resources.get(tx, STREAM_KIND, call.scope, name) if here else None
    if document is None:
        raise ApiError.resource_not_found(f"Requested resource not found: Stream: {text} not found")
    return document
