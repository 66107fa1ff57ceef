"""DynamoDB's refusals: one factory a text, so that each of AWS's sentences is written once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tailrace.base.errors import ApiError

INVALID = "One or more parameter values were invalid: "


def invalid(text: str) -> ApiError:
    """ValidationException with the opening that most of AWS's sentences about parameters share."""
    return ApiError.validation(INVALID + text)


def no_such_table() -> ApiError:
    """What reads and writes of items answer for a table that is not there (or not yet, or no more)."""
    return ApiError.resource_not_found("Requested resource not found")


def no_such_table_named(name: str) -> ApiError:
    """What the operations on tables answer for a table that is not there."""
    return ApiError.resource_not_found(f"Requested resource not found: Table: {name} not found")


def no_such_resource(arn: str) -> ApiError:
    """What the tag operations answer for an ARN that names nothing."""
    return ApiError.resource_not_found(f"Requested resource not found: ResourcArn: {arn} not found")


def table_exists(name: str) -> ApiError:
    """CreateTable of a name that is taken."""
    return ApiError("ResourceInUseException", f"Table already exists: {name}")


def still_in_use(what: str, name: str) -> ApiError:
    """A change of a table that is still `created`, `updated` or `deleted`."""
    return ApiError(
        "ResourceInUseException", f"Attempt to change a resource which is still in use: Table is being {what}: {name}"
    )


def limit_exceeded(text: str) -> ApiError:
    """LimitExceededException, 400."""
    return ApiError("LimitExceededException", text)


def table_not_found(name: str) -> ApiError:
    """What backups and restores answer for a table that is not there."""
    return ApiError("TableNotFoundException", f"Table not found: {name}")


def backups_not_yet(name: str) -> ApiError:
    """A backup of a table that is still being created."""
    return ApiError(
        "ContinuousBackupsUnavailableException",
        f"Backups are being enabled for the table: {name}. Please retry later",
    )


def backup_in_use() -> ApiError:
    """A second backup of a table beside the first, or the end of a backup that is being made or restored from."""
    return ApiError(
        "BackupInUseException",
        "There is another ongoing conflicting backup control plane operation on the table. "
        "The backup is either being created, deleted or restored to a table.",
    )


def condition_failed(item: Any | None = None) -> ApiError:
    """ConditionalCheckFailedException; `item` is the item as it stands, where the request asked for it."""
    members: Mapping[str, Any] = {} if item is None else {"Item": item}
    return ApiError("ConditionalCheckFailedException", "The conditional request failed", members=members)


def key_mismatch() -> ApiError:
    """A Key that has too many, too few or other attributes than the table's, or other types."""
    return ApiError.validation("The provided key element does not match the schema")


def no_such_index(name: str) -> ApiError:
    """A Query or Scan of an index that the table does not have."""
    return ApiError.validation(f"The table does not have the specified index: {name}")
