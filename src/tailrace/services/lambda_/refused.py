"""What Lambda has on AWS and Tailrace has not: each operation refused by name, with the reason.

What can be said truthfully without having the feature is said in `never_there.py`.
"""

from __future__ import annotations

from tailrace.operation import Call, Shape, anything, refuse
from tailrace.services.lambda_.function_names import permission_arn

DURABLE = "there are no durable executions"
CAPACITY = "functions run on this machine alone; there are no capacity providers"
SIGNING = "code is not signed"


def named_arn(call: Call, request: Shape) -> str:
    """The ARN by which a request names what it is about."""
    return str(request.get("ResourceArn") or request.get("CodeSigningConfigArn"))


for _name, _why, _on in (
    ("PutProvisionedConcurrencyConfig", "environments start when they are needed, within milliseconds", permission_arn),
    ("CreateCodeSigningConfig", SIGNING, anything),
    ("UpdateCodeSigningConfig", SIGNING, named_arn),
    ("DeleteCodeSigningConfig", SIGNING, named_arn),
    ("PutFunctionCodeSigningConfig", SIGNING, permission_arn),
    ("CreateCapacityProvider", CAPACITY, anything),
    ("UpdateCapacityProvider", CAPACITY, anything),
    ("DeleteCapacityProvider", CAPACITY, anything),
    ("GetCapacityProvider", CAPACITY, anything),
    ("ListFunctionVersionsByCapacityProvider", CAPACITY, anything),
    ("GetFunctionScalingConfig", CAPACITY, permission_arn),
    ("PutFunctionScalingConfig", CAPACITY, permission_arn),
    ("PutResourcePolicy", "policies are written statement by statement; call AddPermission", named_arn),
    ("GetResourcePolicy", "call GetPolicy", named_arn),
    ("DeleteResourcePolicy", "policies are written statement by statement; call RemovePermission", named_arn),
    ("CheckpointDurableExecution", DURABLE, anything),
    ("DeleteDurableExecution", DURABLE, anything),
    ("GetDurableExecution", DURABLE, anything),
    ("GetDurableExecutionHistory", DURABLE, anything),
    ("GetDurableExecutionState", DURABLE, anything),
    ("ListDurableExecutionsByFunction", DURABLE, permission_arn),
    ("PauseDurableExecution", DURABLE, anything),
    ("ResumeDurableExecution", DURABLE, anything),
    ("SendDurableExecutionCallbackFailure", DURABLE, anything),
    ("SendDurableExecutionCallbackHeartbeat", DURABLE, anything),
    ("SendDurableExecutionCallbackSuccess", DURABLE, anything),
    ("StopDurableExecution", DURABLE, anything),
):
    refuse("lambda", _name, _why, needs=f"lambda:{_name}", on=_on)
