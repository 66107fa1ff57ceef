"""Whether a policy stands on a resource: AWS's own operations take none for an error, which a page would report."""

from __future__ import annotations

from tailrace import resource_policies
from tailrace.base import arn
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, operation


def resource(call: Call, request: Shape) -> str:
    """What the permission is asked on: the resource itself."""
    return str(request["ResourceArn"])


@operation("tailrace", "HasResourcePolicy", needs="tailrace:HasResourcePolicy", on=resource)
async def has_resource_policy(call: Call, request: Shape) -> Shape:
    """Whether a policy stands on the function, layer version, table, stream, queue or topic of this ARN.

    A resource that isn't there has none. Raises ValidationException for what is no ARN.
    """
    wanted = request["ResourceArn"]
    if arn.parse(wanted) is None:
        raise ApiError.validation(f"{wanted} is no ARN")
    return {"HasPolicy": await call.store.view(lambda tx: resource_policies.of(tx, wanted) is not None)}
