"""What a restored table is like: the source's settings with the request's overrides, as CreateTable's parameters.

Keys, indexes, billing, encryption and table class come along; streams, expiry, tags, deletion protection and
continuous backups don't, as on AWS.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html
"""

from __future__ import annotations

from typing import Any

from tailrace.services.dynamodb import errors, table_rules

_UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")
_INDEX = ("IndexName", "KeySchema", "Projection")

Document = dict[str, Any]


def parameters(source: Document, request: Document) -> Document:
    """CreateTable's parameters for the target. Raises ValidationException for overrides that don't fit the source."""
    mode = request.get("BillingModeOverride", source["BillingMode"])
    units = mode == "PROVISIONED" and source["BillingMode"] == mode
    wanted: Document = {
        "TableName": request["TargetTableName"],
        "KeySchema": source["KeySchema"],
        "BillingMode": mode,
        "LocalSecondaryIndexes": _indexes(source, request, "LocalSecondaryIndex", with_units=False),
        "GlobalSecondaryIndexes": _indexes(source, request, "GlobalSecondaryIndex", with_units=units),
    }
    if "ProvisionedThroughputOverride" in request:
        wanted["ProvisionedThroughput"] = request["ProvisionedThroughputOverride"]
    elif units:
        wanted["ProvisionedThroughput"] = _units(source)
    on_demand = request.get("OnDemandThroughputOverride", source.get("OnDemandThroughput"))
    if on_demand and mode == "PAY_PER_REQUEST":
        wanted["OnDemandThroughput"] = on_demand
    if "SSESpecificationOverride" in request:
        wanted["SSESpecification"] = request["SSESpecificationOverride"]
    if "TableClass" in source:
        wanted["TableClass"] = source["TableClass"]["TableClass"]
    table_rules.check_billing(wanted)
    parts = (wanted, *wanted["LocalSecondaryIndexes"], *wanted["GlobalSecondaryIndexes"])
    used = {each["AttributeName"] for part in parts for each in part["KeySchema"]}
    wanted["AttributeDefinitions"] = [d for d in source["AttributeDefinitions"] if d["AttributeName"] in used]
    return wanted


def _indexes(source: Document, request: Document, kind: str, *, with_units: bool) -> list[Document]:
    """The source's indexes, or those of them that the override names; an index being deleted doesn't count."""
    own = {each["IndexName"]: each for each in source.get(f"{kind}es", ()) if "DeletedUntil" not in each}
    override = request.get(f"{kind}Override")
    if override is None:
        return [_like(each, with_units=with_units) for each in own.values()]
    names = [each["IndexName"] for each in override]
    for each in override:
        mine = own.get(each["IndexName"])
        if mine is None or names.count(each["IndexName"]) > 1 or not _is_same(each, mine):
            raise errors.invalid(
                f"{kind}Override must contain only indexes that the source table has: {each['IndexName']}"
            )
    return list(override)


def _is_same(given: Document, own: Document) -> bool:
    """Whether both have one key and carry the same attributes, in whatever order these are named."""
    shown, mine = given["Projection"], own["Projection"]
    return bool(
        given["KeySchema"] == own["KeySchema"]
        and shown.get("ProjectionType") == mine["ProjectionType"]
        and set(shown.get("NonKeyAttributes", ())) == set(mine.get("NonKeyAttributes", ()))
    )


def _like(index: Document, *, with_units: bool) -> Document:
    kept = {member: index[member] for member in (*_INDEX, "OnDemandThroughput") if member in index}
    return {**kept, "ProvisionedThroughput": _units(index)} if with_units else kept


def _units(part: Document) -> Document:
    return {member: part["ProvisionedThroughput"][member] for member in _UNITS}
