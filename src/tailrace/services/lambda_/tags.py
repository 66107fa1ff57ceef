"""Tags of functions and of event source mappings, by ARN."""

from __future__ import annotations

from typing import Any

from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, operation
from tailrace.services.lambda_ import event_source_mappings, function_names, tag_rules
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_.refusals import invalid
from tailrace.store import resources
from tailrace.store.engine import Transaction

MAPPING_PREFIX = "event-source-mapping:"


def resource_arn(call: Call, request: Shape) -> str:
    """What the permission is asked on: the tagged resource."""
    return str(request["Resource"])


def find(call: Call, tx: Transaction, resource: str) -> tuple[str, str, str, dict[str, Any]]:
    """Kind, scope, name and document of what an ARN means. Raises AWS's ResourceNotFoundException."""
    parts = arn.parse(resource)
    if parts and parts.resource.startswith(MAPPING_PREFIX):
        uuid = parts.resource.removeprefix(MAPPING_PREFIX)
        scope = f"{parts.account}/{parts.region}"
        found = resources.get(tx, event_source_mappings.KIND, scope, uuid)
        if found is None:
            raise ApiError.resource_not_found(f"Event source mapping not found: {resource}", status=404)
        return event_source_mappings.KIND, scope, uuid, found
    function = function_names.parse(call, resource)
    if function.qualifier:
        raise invalid("Tags on function aliases and versions are not supported. Please specify a function ARN.")
    return documents.FUNCTION, function.scope, function.name, documents.find(tx, function)


@operation("lambda", "TagResource", needs="lambda:TagResource", on=resource_arn)
async def tag_resource(call: Call, request: Shape) -> Shape:
    """Add tags, or give those that are there new values.

    https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html
    """

    def change(tx: Transaction) -> Shape:
        kind, scope, name, document = find(call, tx, request["Resource"])
        tags = {**document.get("Tags", {}), **request["Tags"]}
        tag_rules.check(tags)
        resources.put(tx, kind, scope, name, {**document, "Tags": tags})
        return {}

    return await call.store.update(change)


@operation("lambda", "UntagResource", needs="lambda:UntagResource", on=resource_arn)
async def untag_resource(call: Call, request: Shape) -> Shape:
    """Take tags away; a key that isn't there is no mistake.

    https://docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html
    """

    def change(tx: Transaction) -> Shape:
        kind, scope, name, document = find(call, tx, request["Resource"])
        gone = set(request["TagKeys"])
        tags = {key: value for key, value in document.get("Tags", {}).items() if key not in gone}
        resources.put(tx, kind, scope, name, {**document, "Tags": tags})
        return {}

    return await call.store.update(change)


@operation("lambda", "ListTags", needs="lambda:ListTags", on=resource_arn)
async def list_tags(call: Call, request: Shape) -> Shape:
    """The tags of a function or mapping.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html
    """
    *_, document = await call.store.view(lambda tx: find(call, tx, request["Resource"]))
    return {"Tags": document.get("Tags", {})}
