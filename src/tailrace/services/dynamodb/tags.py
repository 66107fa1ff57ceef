"""Tags of tables: TagResource, UntagResource, ListTagsOfResource."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Need, Shape, operation
from tailrace.services.dynamodb import errors, status
from tailrace.services.dynamodb.names import table_arn
from tailrace.services.dynamodb.table import KIND
from tailrace.store import resources
from tailrace.store.engine import Transaction

TAGS_MAX = 50
KEY_LENGTH_MAX = 128
VALUE_LENGTH_MAX = 256
PAGE = 10

Document = dict[str, Any]


def resource_arn(call: Call, request: Shape) -> str:
    """The ARN that a tag operation names."""
    return str(request["ResourceArn"])


def needed_at_creation(call: Call, request: Shape) -> Iterable[Need]:
    """A table that is created with tags needs the permission to tag."""
    return [Need("dynamodb:TagResource", table_arn(call, request))] if request.get("Tags") else []


def check(tags: list[dict[str, str]]) -> None:
    """Raise ValidationException for tags that are too many, too long, doubled or reserved."""
    names = [tag["Key"] for tag in tags]
    if len(names) > TAGS_MAX:
        raise ApiError.validation(f"Too many tags: {len(names)}. At most {TAGS_MAX} tags are allowed")
    if len(set(names)) < len(names):
        raise ApiError.validation("Duplicate tag keys found. Please note that Tag keys are case sensitive.")
    for tag in tags:
        key, value = tag["Key"], tag["Value"]
        if not 1 <= len(key) <= KEY_LENGTH_MAX or len(value) > VALUE_LENGTH_MAX:
            raise ApiError.validation(
                f"Tag keys and values must be of 1-{KEY_LENGTH_MAX} and 0-{VALUE_LENGTH_MAX} characters"
            )
        if key.lower().startswith("aws:"):
            raise ApiError.validation("Tag keys starting with 'aws:' are reserved for system use")


@operation("dynamodb", "TagResource", needs="dynamodb:TagResource", on=resource_arn)
async def tag_resource(call: Call, request: Shape) -> Shape:
    """Add tags to a table, or give those that it has new values.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html
    """
    if not request["Tags"]:
        raise ApiError.validation("Atleast one Tag needs to be provided as Input.")
    check(request["Tags"])
    added = {tag["Key"]: tag["Value"] for tag in request["Tags"]}

    def change(tx: Transaction) -> Shape:
        document = _document(tx, call, request["ResourceArn"])
        tags = {**document.get("Tags", {}), **added}
        if len(tags) > TAGS_MAX:
            raise ApiError.validation(f"Too many tags: {len(tags)}. At most {TAGS_MAX} tags are allowed")
        resources.put(tx, KIND, call.scope, document["TableName"], {**document, "Tags": tags})
        return {}

    return await call.store.update(change)


@operation("dynamodb", "UntagResource", needs="dynamodb:UntagResource", on=resource_arn)
async def untag_resource(call: Call, request: Shape) -> Shape:
    """Remove tags from a table; those that it doesn't have are no error.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UntagResource.html
    """
    if not request["TagKeys"]:
        raise ApiError.validation("Atleast one Tag Key needs to be provided as Input.")
    removed = set(request["TagKeys"])

    def change(tx: Transaction) -> Shape:
        document = _document(tx, call, request["ResourceArn"])
        tags = {key: value for key, value in document.get("Tags", {}).items() if key not in removed}
        resources.put(tx, KIND, call.scope, document["TableName"], {**document, "Tags": tags})
        return {}

    return await call.store.update(change)


@operation("dynamodb", "ListTagsOfResource", needs="dynamodb:ListTagsOfResource", on=resource_arn)
async def list_tags_of_resource(call: Call, request: Shape) -> Shape:
    """A table's tags, ten a page.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html
    """
    after = request.get("NextToken", "")
    document = await call.store.view(lambda tx: _document(tx, call, request["ResourceArn"]))
    tags = sorted(document.get("Tags", {}).items())
    left = [tag for tag in tags if tag[0] > after]
    answer: Shape = {"Tags": [{"Key": key, "Value": value} for key, value in left[:PAGE]]}
    if len(left) > PAGE:
        answer["NextToken"] = left[PAGE - 1][0]
    return answer


def _document(tx: Transaction, call: Call, text: str) -> Document:
    """The table that a ResourceArn means."""
    parts = arn.parse(text)
    if parts is None or parts.service != "dynamodb" or not parts.resource.startswith("table/"):
        raise ApiError.validation(f"Invalid TableArn: Invalid ResourceArn provided as input {text}")
    if parts.account != call.account or parts.region != call.region:
        raise ApiError.access_denied(
            f"User: {call.principal.arn} is not authorized to perform: dynamodb:{call.operation} on resource: {text}"
        )
    name = parts.resource.removeprefix("table/")
    document = resources.get(tx, KIND, call.scope, name)
    if document is None or status.is_gone(document, call.clock.now()):
        raise errors.no_such_resource(text)
    return document
