"""TableDescription: a table's document as the operations on tables show it."""

from __future__ import annotations

from typing import Any

from tailrace.services.dynamodb import decreases, status
from tailrace.services.dynamodb.status import CREATING, DELETING
from tailrace.store import items
from tailrace.store.engine import Transaction

ON_DEMAND_WARM = {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000}

Document = dict[str, Any]


def describe(tx: Transaction, document: Document, now: float) -> Document:
    """The whole description, with the status that the clock gives."""
    state = status.of_table(document, now)
    answer: Document = {
        "AttributeDefinitions": document["AttributeDefinitions"],
        "TableName": document["TableName"],
        "KeySchema": document["KeySchema"],
        "TableStatus": state,
        "CreationDateTime": document["CreationDateTime"],
        "ProvisionedThroughput": _throughput(document["ProvisionedThroughput"], now),
    }
    answer["ItemCount"], answer["TableSizeBytes"] = items.measure(tx, document["Collection"])
    answer["TableArn"], answer["TableId"] = document["TableArn"], document["TableId"]
    _add_billing(answer, document, state)
    _add_indexes(tx, answer, document, now)
    _add_stream(answer, document)
    if "RestoreSummary" in document:
        answer["RestoreSummary"] = document["RestoreSummary"]
    if "SSEDescription" in document:
        answer["SSEDescription"] = document["SSEDescription"]
    if "TableClass" in document:
        answer["TableClassSummary"] = document["TableClass"]
    if "OnDemandThroughput" in document:
        answer["OnDemandThroughput"] = document["OnDemandThroughput"]
    answer["DeletionProtectionEnabled"] = document["DeletionProtectionEnabled"]
    if state == DELETING:
        for member in ("AttributeDefinitions", "KeySchema", "CreationDateTime"):
            del answer[member]
    return answer


def _throughput(stored: Document, now: float) -> Document:
    return {**stored, "NumberOfDecreasesToday": decreases.today(stored, now)}


def _add_billing(answer: Document, document: Document, state: str) -> None:
    on_demand = document["BillingMode"] == "PAY_PER_REQUEST"
    if on_demand or "LastUpdateToPayPerRequestDateTime" in document:
        summary: Document = {"BillingMode": document["BillingMode"]}
        since = document.get("LastUpdateToPayPerRequestDateTime")
        if since is not None and state != CREATING:
            summary["LastUpdateToPayPerRequestDateTime"] = since
        answer["BillingModeSummary"] = summary
    if state != CREATING or "WarmThroughput" in document:
        answer["WarmThroughput"] = _warm(document, document, state)


def _warm(part: Document, table: Document, state: str) -> Document:
    """What a table or index is said to take at once: what was asked for, else on-demand's or its own units."""
    units = part["ProvisionedThroughput"]
    own = {"ReadUnitsPerSecond": units["ReadCapacityUnits"], "WriteUnitsPerSecond": units["WriteCapacityUnits"]}
    given = ON_DEMAND_WARM if table["BillingMode"] == "PAY_PER_REQUEST" else own
    return {**given, **part.get("WarmThroughput", {}), "Status": "UPDATING" if state == CREATING else "ACTIVE"}


def _add_indexes(tx: Transaction, answer: Document, document: Document, now: float) -> None:
    local = [_index(tx, document, index) for index in document.get("LocalSecondaryIndexes", ())]
    if local:
        answer["LocalSecondaryIndexes"] = local
    shown = []
    for index in document.get("GlobalSecondaryIndexes", ()):
        if now >= index.get("DeletedUntil", now + 1):
            continue
        state = _index_status(document, index, now)
        each = _index(tx, document, index)
        each["IndexStatus"] = state
        if index.get("Building"):
            each["Backfilling"] = True
        each["ProvisionedThroughput"] = _throughput(index["ProvisionedThroughput"], now)
        if state != CREATING or "WarmThroughput" in index:
            each["WarmThroughput"] = _warm(index, document, state)
        shown.append(each)
    if shown:
        answer["GlobalSecondaryIndexes"] = shown


def _index_status(document: Document, index: Document, now: float) -> str:
    if "DeletedUntil" in index:
        return DELETING
    if index.get("Building"):
        return CREATING
    changing = now < index.get("UpdatingUntil", 0)
    state = status.of_table(document, now)
    if state in (CREATING, DELETING):
        return state
    return status.UPDATING if changing else status.ACTIVE


def _index(tx: Transaction, document: Document, index: Document) -> Document:
    count, size = items.measure(tx, index["Collection"]) if "DeletedUntil" not in index else (0, 0)
    return {
        "IndexName": index["IndexName"],
        "KeySchema": index["KeySchema"],
        "Projection": index["Projection"],
        "IndexSizeBytes": size,
        "ItemCount": count,
        "IndexArn": f"{document['TableArn']}/index/{index['IndexName']}",
    }


def _add_stream(answer: Document, document: Document) -> None:
    layout = document.get("StreamLayout")
    if layout:
        answer["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": layout["ViewType"]}
    for member in ("LatestStreamLabel", "LatestStreamArn"):
        if member in document:
            answer[member] = document[member]
