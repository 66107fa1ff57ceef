"""What CreateTable and UpdateTable refuse, in AWS's words and order.

Everything here is a check of a request alone; what depends on other tables stands with the operations.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tailrace.base.errors import ApiError
from tailrace.services.dynamodb import errors

LOCAL_INDEXES_MAX = 5
GLOBAL_INDEXES_MAX = 20
KEY_ATTRIBUTES_MAX = 4  # of each kind, in a global index: keys of several attributes
NON_KEY_ATTRIBUTES_MAX = 100
UNITS_MAX = 1_000_000_000_000

_SAME_NAME = "Both the Hash Key and the Range Key element in the KeySchema have the same name"

Request = dict[str, Any]
Schema = list[dict[str, str]]


def check_create(request: Request) -> None:
    """Every rule of CreateTable that the request alone can break."""
    for member, spoken in (("AttributeDefinitions", "attributeDefinitions"), ("KeySchema", "keySchema")):
        if member not in request:
            raise ApiError.validation(
                f"1 validation error detected: Value null at '{spoken}' failed to satisfy constraint: "
                "Member must not be null"
            )
    check_billing(request)
    definitions = definitions_of(request["AttributeDefinitions"])
    check_key_schema(request["KeySchema"], definitions)
    used = [each["AttributeName"] for each in request["KeySchema"]]
    locals_, globals_ = request.get("LocalSecondaryIndexes"), request.get("GlobalSecondaryIndexes")
    if locals_ is not None:
        _check_local_indexes(request, locals_, definitions)
    if globals_ is not None:
        _check_global_indexes(globals_, definitions)
    indexes = [*(locals_ or ()), *(globals_ or ())]
    _check_index_names(indexes)
    _check_projected(indexes)
    for index in indexes:
        used += [each["AttributeName"] for each in index["KeySchema"]]
    _check_definitions_used(definitions, used, with_indexes=bool(indexes))
    check_stream(request.get("StreamSpecification"))


def definitions_of(given: list[dict[str, str]]) -> dict[str, str]:
    """Attribute name -> type letter. One name twice is refused."""
    definitions: dict[str, str] = {}
    for each in given:
        name = each["AttributeName"]
        if name in definitions:
            raise errors.invalid(f"Duplicate AttributeName in AttributeDefinitions: {name}")
        definitions[name] = each["AttributeType"]
    return definitions


def check_billing(request: Request, indexes: Iterable[Request] | None = None) -> None:
    """Throughput and billing mode go together: units exactly where the table is provisioned."""
    on_demand = request.get("BillingMode", "PROVISIONED") == "PAY_PER_REQUEST"
    units = request.get("ProvisionedThroughput")
    if on_demand and units:
        raise errors.invalid(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        )
    if not on_demand and not units:
        raise errors.invalid(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
        )
    check_units(units)
    for index in request.get("GlobalSecondaryIndexes", ()) if indexes is None else indexes:
        check_index_billing(index, on_demand=on_demand)


def check_index_billing(index: Request, *, on_demand: bool) -> None:
    """An index has units of its own exactly where its table has."""
    units, name = index.get("ProvisionedThroughput"), index["IndexName"]
    if on_demand and units:
        raise errors.invalid(
            f"ProvisionedThroughput should not be specified for index: {name} when BillingMode is PAY_PER_REQUEST"
        )
    if not on_demand and not units:
        raise errors.invalid(f"ProvisionedThroughput is not specified for index: {name}")
    check_units(units, name)


def check_units(units: dict[str, int] | None, index: str = "") -> None:
    """Units have an upper bound."""
    for member in ("ReadCapacityUnits", "WriteCapacityUnits"):
        if units and units.get(member, 1) > UNITS_MAX:
            where = f" for index {index}" if index else ""
            raise ApiError.validation(f"Given value {units[member]} for {member} is out of bounds{where}")


def check_key_schema(schema: Schema, definitions: dict[str, str]) -> None:
    """A table's key: a HASH, perhaps a RANGE, both defined, and not the same attribute."""
    names = [each["AttributeName"] for each in schema]
    if len(names) > len(definitions):
        raise ApiError.validation("Invalid KeySchema: Some index key attribute have no definition")
    _check_defined(names, definitions)
    if len(set(names)) < len(names):
        raise ApiError.validation(_SAME_NAME)
    if schema[0]["KeyType"] != "HASH":
        raise ApiError.validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if len(schema) == 2 and schema[1]["KeyType"] != "RANGE":
        raise ApiError.validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")


def _check_defined(names: list[str], definitions: dict[str, str]) -> None:
    if any(name not in definitions for name in names):
        raise errors.invalid(
            "Some index key attributes are not defined in AttributeDefinitions. "
            f"Keys: [{', '.join(names)}], AttributeDefinitions: [{', '.join(definitions)}]"
        )


def _check_local_indexes(request: Request, indexes: list[Request], definitions: dict[str, str]) -> None:
    if not indexes:
        raise errors.invalid("List of LocalSecondaryIndexes is empty")
    schema = request["KeySchema"]
    if len(schema) < 2:
        raise errors.invalid(
            "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
        )
    for index in indexes:
        name, own = index["IndexName"], index["KeySchema"]
        check_index_schema(name, own, definitions, multiple=False)
        if len(own) < 2:
            raise errors.invalid(f"Index KeySchema does not have a range key for index: {name}")
        index_hash, table_hash = own[0]["AttributeName"], schema[0]["AttributeName"]
        if index_hash != table_hash:
            raise errors.invalid(
                "Index KeySchema does not have the same leading hash key as table KeySchema for index: "
                f"{name}. index hash key: {index_hash}, table hash key: {table_hash}"
            )
        check_projection(index)
    if len(indexes) > LOCAL_INDEXES_MAX:
        raise errors.invalid(f"Number of LocalSecondaryIndexes exceeds per-table limit of {LOCAL_INDEXES_MAX}")


def _check_global_indexes(indexes: list[Request], definitions: dict[str, str]) -> None:
    if not indexes:
        raise errors.invalid("List of GlobalSecondaryIndexes is empty")
    for index in indexes:
        check_index_schema(index["IndexName"], index["KeySchema"], definitions, multiple=True)
        check_projection(index)
    if len(indexes) > GLOBAL_INDEXES_MAX:
        raise errors.invalid(f"GlobalSecondaryIndex count exceeds the per-table limit of {GLOBAL_INDEXES_MAX}")


def check_index_schema(name: str, schema: Schema, definitions: dict[str, str], *, multiple: bool) -> None:
    """An index's key: HASH before RANGE, all defined, none twice; `multiple`: up to four of each kind."""
    names = [each["AttributeName"] for each in schema]
    kinds = [each["KeyType"] for each in schema]
    _check_defined(names, definitions)
    if len(set(names)) < len(names):
        raise ApiError.validation(_SAME_NAME)
    if kinds[0] != "HASH":
        raise ApiError.validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if kinds != sorted(kinds):
        raise ApiError.validation("Invalid KeySchema: HASH key types must come before RANGE key types")
    most = KEY_ATTRIBUTES_MAX if multiple else 1
    if kinds.count("HASH") > most:
        if multiple:
            raise errors.invalid(f"Index {name} has more than {most} HASH key attributes")
        raise ApiError.validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    if kinds.count("RANGE") > most:
        raise errors.invalid(f"Index {name} has more than {most} RANGE key attributes")


def check_projection(index: Request) -> None:
    """NonKeyAttributes exactly with INCLUDE."""
    projection = index["Projection"]
    kind, extra = projection.get("ProjectionType"), projection.get("NonKeyAttributes")
    if kind is None:
        raise errors.invalid("Unknown ProjectionType: null")
    if kind != "INCLUDE" and extra is not None:
        raise errors.invalid(f"ProjectionType is {kind}, but NonKeyAttributes is specified")
    if kind == "INCLUDE" and not extra:
        raise errors.invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")


def _check_index_names(indexes: list[Request]) -> None:
    seen: set[str] = set()
    for index in indexes:
        if index["IndexName"] in seen:
            raise errors.invalid(f"Duplicate index name: {index['IndexName']}")
        seen.add(index["IndexName"])


def _check_projected(indexes: list[Request]) -> None:
    total = sum(len(index["Projection"].get("NonKeyAttributes", ())) for index in indexes)
    if total > NON_KEY_ATTRIBUTES_MAX:
        raise errors.invalid(
            f"Number of projected attributes exceeds per-table limit of {NON_KEY_ATTRIBUTES_MAX}: {total}"
        )


def _check_definitions_used(definitions: dict[str, str], used: list[str], *, with_indexes: bool) -> None:
    if set(definitions) <= set(used):
        return
    if not with_indexes:
        raise errors.invalid(
            "Number of attributes in KeySchema does not exactly match number of attributes defined in "
            "AttributeDefinitions"
        )
    keys = list(dict.fromkeys(used))
    raise errors.invalid(
        "Some AttributeDefinitions are not used. "
        f"AttributeDefinitions: [{', '.join(definitions)}], keys used: [{', '.join(keys)}]"
    )


def check_stream(specification: dict[str, Any] | None) -> None:
    """A stream that is switched on needs a view type; one that is off can't have one."""
    if specification is None:
        return
    if specification.get("StreamEnabled"):
        if "StreamViewType" not in specification:
            raise errors.invalid("If stream is being enabled then UpdateViewType is required")
    elif "StreamViewType" in specification:
        raise errors.invalid("StreamViewType cannot be specified when StreamEnabled is false")
