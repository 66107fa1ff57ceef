"""UpdateTable: throughput and billing, the stream, global indexes, protection, class."""

from __future__ import annotations

from typing import Any

from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, operation
from tailrace.services.dynamodb import (
    build_index,
    decreases,
    drop_collection,
    errors,
    refusals,
    status,
    table_rules,
    table_streams,
)
from tailrace.services.dynamodb.names import resolve, table_arn
from tailrace.services.dynamodb.table import KIND, document_of
from tailrace.services.dynamodb.table_description import describe
from tailrace.services.dynamodb.tables import NO_UNITS, check_settled, encryption, new_index
from tailrace.store import resources
from tailrace.store.engine import Transaction

_CHANGES = (
    "ProvisionedThroughput",
    "BillingMode",
    "GlobalSecondaryIndexUpdates",
    "StreamSpecification",
    "SSESpecification",
    "TableClass",
    "DeletionProtectionEnabled",
    "OnDemandThroughput",
    "WarmThroughput",
)
WITHOUT = {
    "ReplicaUpdates": refusals.ONE_REGION,
    "GlobalTableWitnessUpdates": refusals.ONE_REGION,
    "MultiRegionConsistency": refusals.ONE_REGION,
    "GlobalTableSettingsReplicationMode": refusals.ONE_REGION,
    "DisassociationProtectionEnabled": refusals.ONE_REGION,
    "VectorIndexUpdates": refusals.NO_VECTORS,
}

Document = dict[str, Any]


@operation("dynamodb", "UpdateTable", needs="dynamodb:UpdateTable", on=table_arn, without=WITHOUT)
async def update_table(call: Call, request: Shape) -> Shape:
    """Change how a table is billed, protected and streamed, or one of its global indexes.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
    """
    name, now = resolve(call, request["TableName"]), call.clock.now()
    _check(request)

    def change(tx: Transaction) -> Shape:
        document = dict(document_of(tx, call.scope, name, now))
        check_settled(document, now)
        _change_billing(call, document, request, now)
        _change_plain(call, document, request)
        document["Transition"] = status.transition(status.UPDATING, now)
        wanted = request.get("StreamSpecification")
        if wanted is not None and wanted["StreamEnabled"]:
            table_streams.switch_on(tx, document, wanted["StreamViewType"], call.node.config.shards, now)
        elif wanted is not None:
            table_streams.switch_off(tx, document, now)
        for update in request.get("GlobalSecondaryIndexUpdates", ()):
            _change_index(tx, call, document, request, update, now)
        resources.put(tx, KIND, call.scope, name, document)
        return {"TableDescription": describe(tx, document, now)}

    return await call.store.update(change)


def _check(request: Shape) -> None:
    """What the request alone can be refused for."""
    if not any(member in request for member in _CHANGES):
        raise ApiError.validation(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or "
            "SSESpecification or ReplicaUpdates is required"
        )
    units = request.get("ProvisionedThroughput")
    if units and request.get("BillingMode") == "PAY_PER_REQUEST":
        raise errors.invalid(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        )
    table_rules.check_units(units)
    table_rules.check_stream(request.get("StreamSpecification"))
    updates = request.get("GlobalSecondaryIndexUpdates", [])
    names = []
    for update in updates:
        if len(update) != 1:
            raise errors.invalid(
                "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                "GlobalSecondaryIndexUpdate.Delete must not be null"
            )
        name = next(iter(update.values()))["IndexName"]
        if name in names:
            raise errors.invalid(
                f"Only one global secondary index update per index is allowed simultaneously. Index: {name}"
            )
        names.append(name)
    if sum("Create" in update or "Delete" in update for update in updates) > 1:
        raise errors.limit_exceeded(
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
        )


def _change_billing(call: Call, document: Document, request: Shape, now: float) -> None:
    mode, units = request.get("BillingMode", document["BillingMode"]), request.get("ProvisionedThroughput")
    current = document["ProvisionedThroughput"]
    if mode == "PAY_PER_REQUEST":
        if units:
            raise errors.invalid(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
            )
        if document["BillingMode"] != mode:
            _to_on_demand(document, now)
        return
    if document["BillingMode"] != mode:
        if not units:
            raise errors.invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
        document["BillingMode"] = mode
        document["ProvisionedThroughput"] = {**units, "LastIncreaseDateTime": now}
        _require_index_units(document, request)
    elif units:
        if all(current[member] == units[member] for member in NO_UNITS):
            raise ApiError.validation(
                "The provisioned throughput for the table will not change. The requested value equals the current "
                f"value. Current ReadCapacityUnits provisioned for the table: {current['ReadCapacityUnits']}. "
                f"Requested ReadCapacityUnits: {units['ReadCapacityUnits']}. "
                f"Current WriteCapacityUnits provisioned for the table: {current['WriteCapacityUnits']}. "
                f"Requested WriteCapacityUnits: {units['WriteCapacityUnits']}. "
                "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
            )
        document["ProvisionedThroughput"] = decreases.moved(call, current, units, now)


def _to_on_demand(document: Document, now: float) -> None:
    document["BillingMode"] = "PAY_PER_REQUEST"
    document["LastUpdateToPayPerRequestDateTime"] = now
    document["ProvisionedThroughput"] = NO_UNITS
    if indexes := document.get("GlobalSecondaryIndexes"):
        document["GlobalSecondaryIndexes"] = [{**index, "ProvisionedThroughput": NO_UNITS} for index in indexes]


def _require_index_units(document: Document, request: Shape) -> None:
    """A table that goes back to provisioned units needs units for each of its indexes."""
    updates = (update["Update"] for update in request.get("GlobalSecondaryIndexUpdates", ()) if "Update" in update)
    given = {update["IndexName"]: update.get("ProvisionedThroughput") for update in updates}
    indexes = [each for each in document.get("GlobalSecondaryIndexes", ()) if "DeletedUntil" not in each]
    missing = [each["IndexName"] for each in indexes if not given.get(each["IndexName"])]
    if missing:
        raise errors.invalid(f"ProvisionedThroughput must be specified for index: {','.join(missing)}")


def _change_plain(call: Call, document: Document, request: Shape) -> None:
    """What is only remembered."""
    for member in ("DeletionProtectionEnabled", "OnDemandThroughput", "WarmThroughput"):
        if member in request:
            document[member] = request[member]
    if "TableClass" in request:
        document["TableClass"] = {"TableClass": request["TableClass"], "LastUpdateDateTime": call.clock.now()}
    if "SSESpecification" in request:
        if request["SSESpecification"].get("Enabled"):
            document["SSEDescription"] = encryption(call, request["SSESpecification"])
        else:
            document.pop("SSEDescription", None)


def _change_index(
    tx: Transaction, call: Call, document: Document, request: Shape, update: Document, now: float
) -> None:
    indexes = list(document.get("GlobalSecondaryIndexes", ()))
    [(action, change)] = update.items()
    name = change["IndexName"]
    present = [i for i, each in enumerate(indexes) if now < each.get("DeletedUntil", now + 1)]
    place = next((i for i in present if indexes[i]["IndexName"] == name), None)
    if action == "Create":
        if place is not None or any(each["IndexName"] == name for each in document.get("LocalSecondaryIndexes", ())):
            raise ApiError.validation(f"Attempting to create an index which already exists: {name}")
        build_index.order(tx, document, _created_index(tx, document, request, change), now)
        return
    if place is None:
        raise ApiError.resource_not_found("Requested resource not found")
    if action == "Delete":
        indexes[place] = {**indexes[place], "DeletedUntil": now + status.TRANSITION_SECONDS}
        document["GlobalSecondaryIndexes"] = indexes
        drop_collection.order_index(tx, document, indexes[place])
        _drop_unused_definitions(document)
        return
    index = {**indexes[place], "UpdatingUntil": now + status.TRANSITION_SECONDS}
    units = change.get("ProvisionedThroughput")
    if units:
        if document["BillingMode"] == "PAY_PER_REQUEST":
            table_rules.check_index_billing(change, on_demand=True)
        table_rules.check_units(units, name)
        index["ProvisionedThroughput"] = decreases.moved(call, index["ProvisionedThroughput"], units, now)
    index |= {member: change[member] for member in ("OnDemandThroughput", "WarmThroughput") if member in change}
    indexes[place] = index
    document["GlobalSecondaryIndexes"] = indexes


def _created_index(tx: Transaction, document: Document, request: Shape, change: Document) -> Document:
    """The new index of a Create action; the attributes that it defines join the table's."""
    definitions = table_rules.definitions_of(document["AttributeDefinitions"])
    for name, kind in table_rules.definitions_of(request.get("AttributeDefinitions", [])).items():
        if definitions.setdefault(name, kind) != kind:
            raise errors.invalid(f"Attribute {name} is already defined with another type: {definitions[name]}")
    table_rules.check_index_schema(change["IndexName"], change["KeySchema"], definitions, multiple=True)
    table_rules.check_projection(change)
    table_rules.check_index_billing(change, on_demand=document["BillingMode"] == "PAY_PER_REQUEST")
    live = [index for index in document.get("GlobalSecondaryIndexes", ()) if "DeletedUntil" not in index]
    if len(live) >= table_rules.GLOBAL_INDEXES_MAX:
        raise errors.limit_exceeded(
            f"GlobalSecondaryIndex count exceeds the per-table limit of {table_rules.GLOBAL_INDEXES_MAX}"
        )
    document["AttributeDefinitions"] = [
        {"AttributeName": name, "AttributeType": kind} for name, kind in definitions.items()
    ]
    index = {**new_index(tx, change, local=False), "Building": True}
    document["GlobalSecondaryIndexes"] = [*document.get("GlobalSecondaryIndexes", ()), index]
    _drop_unused_definitions(document)
    return index


def _drop_unused_definitions(document: Document) -> None:
    """Attribute definitions last as long as a key uses them."""
    live = [index for index in document.get("GlobalSecondaryIndexes", ()) if "DeletedUntil" not in index]
    schemas = [document["KeySchema"], *(i["KeySchema"] for i in (*document.get("LocalSecondaryIndexes", ()), *live))]
    used = {each["AttributeName"] for schema in schemas for each in schema}
    document["AttributeDefinitions"] = [
        each for each in document["AttributeDefinitions"] if each["AttributeName"] in used
    ]
