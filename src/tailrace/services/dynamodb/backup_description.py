"""How backups are shown: BackupDetails, BackupDescription, BackupSummary."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]

_DETAILS = (
    *("BackupArn", "BackupName", "BackupSizeBytes", "BackupStatus"),
    *("BackupType", "BackupCreationDateTime", "BackupExpiryDateTime"),
)
_TABLE = ("TableName", "TableId", "TableArn")
_UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")


def details(backup: Document) -> Document:
    """BackupDetails."""
    return {member: backup[member] for member in _DETAILS if member in backup}


def summary(backup: Document) -> Document:
    """BackupSummary, as ListBackups shows it."""
    return {**{member: backup["Table"][member] for member in _TABLE}, **details(backup)}


def description(backup: Document) -> Document:
    """BackupDescription: the backup, and the table as it was."""
    table = backup["Table"]
    source = {
        **{member: table[member] for member in _TABLE},
        "TableSizeBytes": backup["BackupSizeBytes"],
        "KeySchema": table["KeySchema"],
        "TableCreationDateTime": table["CreationDateTime"],
        "ProvisionedThroughput": _units(table),
        "ItemCount": backup["ItemCount"],
        "BillingMode": table["BillingMode"],
    }
    if "OnDemandThroughput" in table:
        source["OnDemandThroughput"] = table["OnDemandThroughput"]
    shown = {"BackupDetails": details(backup), "SourceTableDetails": source}
    if features := _features(table):
        shown["SourceTableFeatureDetails"] = features
    return shown


def _features(table: Document) -> Document:
    """What the table had besides its items; members of what it didn't have are absent."""
    found: Document = {}
    if local := table.get("LocalSecondaryIndexes"):
        found["LocalSecondaryIndexes"] = [_index(each) for each in local]
    indexes = [each for each in table.get("GlobalSecondaryIndexes", ()) if "DeletedUntil" not in each]
    if indexes:
        found["GlobalSecondaryIndexes"] = [{**_index(each), "ProvisionedThroughput": _units(each)} for each in indexes]
    if "StreamLayout" in table:
        view = table["StreamLayout"]["ViewType"]
        found["StreamDescription"] = {"StreamEnabled": True, "StreamViewType": view}
    expiry = table.get("TimeToLive")
    if expiry and expiry["Enabled"]:
        found["TimeToLiveDescription"] = {"TimeToLiveStatus": "ENABLED", "AttributeName": expiry["AttributeName"]}
    if "SSEDescription" in table:
        found["SSEDescription"] = table["SSEDescription"]
    return found


def _index(index: Document) -> Document:
    return {member: index[member] for member in ("IndexName", "KeySchema", "Projection")}


def _units(part: Document) -> Document:
    return {member: part["ProvisionedThroughput"][member] for member in _UNITS}
