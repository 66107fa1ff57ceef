"""Time to live, as it is set and described. What is set here is carried out by `expiry.py` and its worker."""

from __future__ import annotations

from typing import Any

from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, operation
from tailrace.services.dynamodb import errors, expiry, status
from tailrace.services.dynamodb.names import resolve, table_arn
from tailrace.services.dynamodb.table import KIND, document_of
from tailrace.store import resources
from tailrace.store.engine import Transaction

INTERVAL_SECONDS = 3600.0  # AWS takes up to an hour for a change and refuses another one meanwhile

Document = dict[str, Any]


@operation("dynamodb", "UpdateTimeToLive", needs="dynamodb:UpdateTimeToLive", on=table_arn)
async def update_time_to_live(call: Call, request: Shape) -> Shape:
    """Name the attribute that says when an item expires, or stop expiring.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
    """
    name, now = resolve(call, request["TableName"]), call.clock.now()
    wanted = request["TimeToLiveSpecification"]

    def change(tx: Transaction) -> Shape:
        document = document_of(tx, call.scope, name, now)
        state = status.of_table(document, now)
        if state in (status.CREATING, status.DELETING):
            raise errors.still_in_use(status.TODAY[state], name)
        current = document.get("TimeToLive", {"Enabled": False})
        if wanted["Enabled"] == current["Enabled"]:
            raise ApiError.validation(f"TimeToLive is already {'enabled' if wanted['Enabled'] else 'disabled'}")
        if now - current.get("Changed", now - INTERVAL_SECONDS) < INTERVAL_SECONDS:
            raise ApiError.validation("Time to live has been modified multiple times within a fixed interval")
        if current["Enabled"] and wanted["AttributeName"] != current["AttributeName"]:
            active = f"current AttributeName is {current['AttributeName']}"
            raise ApiError.validation(f"TimeToLive is active on a different AttributeName: {active}")
        kept = {"Enabled": wanted["Enabled"], "AttributeName": wanted["AttributeName"], "Changed": now}
        document = {**document, "TimeToLive": kept}
        if wanted["Enabled"]:
            kept |= {"Collection": resources.next_number(tx, "collection"), "Building": True}
            expiry.order_build(tx, document, now)
        else:
            expiry.order_drop(tx, document, current["Collection"], now)
        resources.put(tx, KIND, call.scope, name, document)
        return {"TimeToLiveSpecification": {"Enabled": wanted["Enabled"], "AttributeName": wanted["AttributeName"]}}

    return await call.store.update(change)


@operation("dynamodb", "DescribeTimeToLive", needs="dynamodb:DescribeTimeToLive", on=table_arn)
async def describe_time_to_live(call: Call, request: Shape) -> Shape:
    """Whether a table's items expire, and by which attribute.

    ENABLING lasts for as long as the items of before are looked through; switched off, nothing expires any more at
    once, so there is no DISABLING.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html
    """
    name, now = resolve(call, request["TableName"]), call.clock.now()
    document = await call.store.view(lambda tx: document_of(tx, call.scope, name, now))
    current = document.get("TimeToLive", {"Enabled": False})
    if not current["Enabled"]:
        return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
    state = "ENABLING" if current.get("Building") else "ENABLED"
    shown = {"TimeToLiveStatus": state, "AttributeName": current["AttributeName"]}
    return {"TimeToLiveDescription": shown}
