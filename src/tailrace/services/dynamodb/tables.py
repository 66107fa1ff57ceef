"""Tables come and go: CreateTable, DescribeTable, ListTables, DeleteTable."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from tailrace.base import arn, ids
from tailrace.base.errors import AlreadyExists, ApiError
from tailrace.operation import Call, Need, Shape, anything, operation
from tailrace.services.dynamodb import (
    backup_documents,
    drop_collection,
    errors,
    refusals,
    resource_policy,
    status,
    table_rules,
    table_streams,
    tags,
)
from tailrace.services.dynamodb.names import resolve, table_arn
from tailrace.services.dynamodb.table import KIND, document_of
from tailrace.services.dynamodb.table_description import describe
from tailrace.store import resources
from tailrace.store.engine import Transaction

NO_UNITS = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
LIST_LIMIT = 100
_LIST_PAGES_MAX = 50
_TIMER_SECONDS = 0.005  # timers may fire a little before their time
_AS_GIVEN = ("WarmThroughput", "OnDemandThroughput")

Document = dict[str, Any]


def needed_at_creation(call: Call, request: Shape) -> list[Need]:
    """What a new table's tags and policy need besides dynamodb:CreateTable."""
    return [*tags.needed_at_creation(call, request), *resource_policy.needed_at_creation(call, request)]


@operation(
    "dynamodb",
    "CreateTable",
    needs="dynamodb:CreateTable",
    on=table_arn,
    also=needed_at_creation,
    without={
        "GlobalTableSourceArn": refusals.ONE_REGION,
        "GlobalTableSettingsReplicationMode": refusals.ONE_REGION,
        "VectorIndexes": refusals.NO_VECTORS,
    },
)
async def create_table(call: Call, request: Shape) -> Shape:
    """Create a table with its indexes and, if asked for, its stream.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
    """
    request = {**request, "TableName": resolve(call, request["TableName"])}
    table_rules.check_create(request)
    tags.check(request.get("Tags", []))
    now, name, shards = call.clock.now(), request["TableName"], call.node.config.shards
    table_id, wanted = ids.uuid(), request.get("StreamSpecification", {})

    def create(tx: Transaction) -> Shape:
        document = new_document(tx, call, request, table_id, now)
        if "ResourcePolicy" in request:
            resource_policy.at_creation(tx, call, document, request["ResourcePolicy"], now)
        if wanted.get("StreamEnabled"):
            table_streams.switch_on(tx, document, wanted["StreamViewType"], shards, now)
        gone = resources.get(tx, KIND, call.scope, name)
        if gone is not None and status.is_gone(gone, now):
            resources.put(tx, KIND, call.scope, name, document)
        else:
            try:
                resources.create(tx, KIND, call.scope, name, document)
            except AlreadyExists as error:
                raise errors.table_exists(name) from error
        return {"TableDescription": describe(tx, document, now)}

    return await call.store.update(create)


@operation("dynamodb", "DescribeTable", needs="dynamodb:DescribeTable", on=table_arn)
async def describe_table(call: Call, request: Shape) -> Shape:
    """Describe a table.

    While a change of it is under way this waits for its end, which is a fraction of a second off: AWS's SDKs sleep
    for twenty seconds when a first look shows CREATING. An index that is being built is not waited for.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html
    """
    name = resolve(call, request["TableName"])

    def read(tx: Transaction) -> tuple[Shape, float]:
        now = call.clock.now()
        document = document_of(tx, call.scope, name, now)
        return {"Table": describe(tx, document, now)}, status.remaining(document, now)

    answer, remaining = await call.store.view(read)
    if remaining:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(call.clock.sleep(remaining + _TIMER_SECONDS), 2 * status.TRANSITION_SECONDS)
        answer, _ = await call.store.view(read)
    return answer


@operation("dynamodb", "ListTables", needs="dynamodb:ListTables", on=anything)
async def list_tables(call: Call, request: Shape) -> Shape:
    """The names of the account's tables in this region, in their order, by pages.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html
    """
    limit, now = request.get("Limit", LIST_LIMIT), call.clock.now()
    start = request.get("ExclusiveStartTableName")

    def read(tx: Transaction) -> list[str]:
        names: list[str] = []
        after = start
        for _ in range(_LIST_PAGES_MAX):
            page = resources.page(tx, KIND, call.scope, after, LIST_LIMIT + 1)
            names += [name for name, document in page if not status.is_gone(document, now)]
            if len(names) > limit or len(page) <= LIST_LIMIT:
                break
            after = page[-1][0]
        return names[: limit + 1]

    names = await call.store.view(read)
    answer: Shape = {"TableNames": names[:limit]}
    if len(names) > limit:
        answer["LastEvaluatedTableName"] = names[limit - 1]
    return answer


@operation("dynamodb", "DeleteTable", needs="dynamodb:DeleteTable", on=table_arn)
async def delete_table(call: Call, request: Shape) -> Shape:
    """Delete a table with all its items and indexes. Its streams stay readable for 24 hours.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html
    """
    name, now = resolve(call, request["TableName"]), call.clock.now()

    def delete(tx: Transaction) -> Shape:
        document = dict(document_of(tx, call.scope, name, now))
        check_settled(document, now)
        if document["DeletionProtectionEnabled"]:
            raise ApiError.validation(
                f"Resource cannot be deleted as it is currently protected against deletion. "
                f"Disable deletion protection first. Table: {name}"
            )
        if "Copying" in document:
            raise errors.still_in_use("backed up", name)
        if "Recovery" in document:
            backup_documents.keep_deleted(tx, document, now)
        if "StreamLayout" in document:
            table_streams.switch_off(tx, document, now)
        document["Transition"] = status.transition(status.DELETING, now)
        resources.put(tx, KIND, call.scope, name, document)
        drop_collection.order(tx, document, now)
        return {"TableDescription": describe(tx, document, now)}

    return await call.store.update(delete)


def check_settled(document: Document, now: float) -> None:
    """Raise ResourceInUseException while another change of the table is under way."""
    state = status.of_table(document, now)
    if state != status.ACTIVE:
        raise errors.still_in_use(status.TODAY[state], document["TableName"])


def new_document(tx: Transaction, call: Call, request: Shape, table_id: str, now: float) -> Document:
    """What is kept of a new table, from the parameters of CreateTable."""
    mode = request.get("BillingMode", "PROVISIONED")
    document: Document = {
        "TableName": request["TableName"],
        "TableId": table_id,
        "TableArn": arn.table(call.region, call.account, request["TableName"]),
        "Scope": call.scope,
        "CreationDateTime": now,
        "AttributeDefinitions": request["AttributeDefinitions"],
        "KeySchema": request["KeySchema"],
        "BillingMode": mode,
        "ProvisionedThroughput": request.get("ProvisionedThroughput", NO_UNITS),
        "Collection": resources.next_number(tx, "collection"),
        "DeletionProtectionEnabled": request.get("DeletionProtectionEnabled", False),
        "Transition": status.transition(status.CREATING, now),
    }
    if mode == "PAY_PER_REQUEST":
        document["LastUpdateToPayPerRequestDateTime"] = now
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        if request.get(member):
            document[member] = [new_index(tx, index, local=member.startswith("Local")) for index in request[member]]
    for member in _AS_GIVEN:
        if member in request:
            document[member] = request[member]
    if "TableClass" in request:
        document["TableClass"] = {"TableClass": request["TableClass"]}
    if request.get("SSESpecification", {}).get("Enabled"):
        document["SSEDescription"] = encryption(call, request["SSESpecification"])
    if request.get("Tags"):
        document["Tags"] = {tag["Key"]: tag["Value"] for tag in request["Tags"]}
    return document


def new_index(tx: Transaction, index: Document, *, local: bool) -> Document:
    """What is kept of a new index: what was asked for, and the collection that its entries live in."""
    kept = {
        "IndexName": index["IndexName"],
        "KeySchema": index["KeySchema"],
        "Projection": index["Projection"],
        "Collection": resources.next_number(tx, "collection"),
    }
    if not local:
        kept["ProvisionedThroughput"] = index.get("ProvisionedThroughput", NO_UNITS)
        kept |= {member: index[member] for member in _AS_GIVEN if member in index}
    return kept


def encryption(call: Call, specification: Document) -> Document:
    """SSEDescription. The data folder is encrypted or not by its disk; the key named here is only remembered."""
    key = specification.get("KMSMasterKeyId", "alias/aws/dynamodb")
    if not key.startswith("arn:"):
        key = arn.build("kms", call.region, call.account, key if key.startswith("alias/") else f"key/{key}")
    return {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
