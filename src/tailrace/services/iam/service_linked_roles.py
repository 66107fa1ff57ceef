"""Service-linked roles: made for one service, under a path of its own, and only by it to be changed.

Here are those of DynamoDB, Lambda and Logs. Nothing in Tailrace takes them on, so they hold no policy, where AWS
attaches one of its own to each; tools that make, find and delete them work.
"""

from __future__ import annotations

import json

from tailrace.base import ids
from tailrace.base.errors import AlreadyExists
from tailrace.identity import key_of
from tailrace.operation import Call, ContextKeys, Shape, operation
from tailrace.services.iam import entities, last_used, roles
from tailrace.services.iam.entities import ROLES, about_role, on_role
from tailrace.store import resources
from tailrace.store.engine import Transaction

PATH = "/aws-service-role/"
TASK = "iam:deletion-task"
NAMES = {
    "contributorinsights.dynamodb.amazonaws.com": "AWSServiceRoleForDynamoDBCloudWatchContributorInsights",
    "dynamodb.application-autoscaling.amazonaws.com": "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
    "kinesisreplication.dynamodb.amazonaws.com": "AWSServiceRoleForDynamoDBKinesisDataStreamsReplication",
    "replication.dynamodb.amazonaws.com": "AWSServiceRoleForDynamoDBReplication",
    "lambda.amazonaws.com": "AWSServiceRoleForLambda",
    "replicator.lambda.amazonaws.com": "AWSServiceRoleForLambdaReplicator",
    "delivery.logs.amazonaws.com": "AWSServiceRoleForLogDelivery",
}


def _name(request: Shape) -> str:
    service, suffix = request["AWSServiceName"], request.get("CustomSuffix")
    if service not in NAMES:
        known = ", ".join(sorted(NAMES))
        raise entities.invalid_input(f"Tailrace has no service-linked role for {service}. It has those of: {known}")
    if suffix is not None:
        raise entities.invalid_input(f"Custom suffix is not allowed for {service}")
    return NAMES[service]


def _on_linked(call: Call, request: Shape) -> str:
    service = request["AWSServiceName"]
    return ROLES.arn(call.account, f"{PATH}{service}/", NAMES.get(service, "*"))


def _about_linked(call: Call, request: Shape) -> ContextKeys:
    return {"iam:AWSServiceName": request["AWSServiceName"]}


@operation("iam", "CreateServiceLinkedRole", needs="iam:CreateServiceLinkedRole", on=_on_linked, context=_about_linked)
async def create_service_linked_role(call: Call, request: Shape) -> Shape:
    """Make the role that a service has for its own work. Raises InvalidInput for services that Tailrace has not.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html
    """
    name, service = _name(request), request["AWSServiceName"]
    trust = {"Action": ["sts:AssumeRole"], "Effect": "Allow", "Principal": {"Service": [service]}}
    document = entities.fresh(ROLES, call.account, name, f"{PATH}{service}/", call.clock.now())
    document["AssumeRolePolicyDocument"] = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    if request.get("Description"):
        document["Description"] = request["Description"]

    def create(tx: Transaction) -> None:
        try:
            resources.create(tx, ROLES.kind, call.account, key_of(name), document)
        except AlreadyExists:
            text = f"Service role name {name} has been taken in this account, please try a different suffix."
            raise entities.invalid_input(text) from None

    await call.store.update(create)
    return {"Role": roles.shown(document)}


@operation("iam", "DeleteServiceLinkedRole", needs="iam:DeleteServiceLinkedRole", on=on_role, context=about_role)
async def delete_service_linked_role(call: Call, request: Shape) -> Shape:
    """Delete the role, at once, since nothing here uses it; the task that AWS does it in is there to be asked about.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServiceLinkedRole.html
    """
    name = request["RoleName"]

    def delete(tx: Transaction) -> str:
        role = entities.find(tx, ROLES, call.account, name)
        if not role["Path"].startswith(PATH):
            raise entities.no_such(f"The service-linked role with name {name} cannot be found.")
        resources.delete(tx, ROLES.kind, call.account, key_of(name))
        last_used.forget(tx, call.account, role["RoleId"])
        task = f"task{role['Path']}{role['RoleName']}/{ids.uuid()}"
        # One row a role's name: the latest deletion is all that anybody asks about.
        resources.put(tx, TASK, call.account, key_of(name), {"DeletionTaskId": task})
        return task

    return {"DeletionTaskId": await call.store.update(delete)}


def _on_task(call: Call, request: Shape) -> str:
    path = request["DeletionTaskId"].removeprefix("task").rpartition("/")[0]
    return f"arn:aws:iam::{call.account}:role{path}"


@operation("iam", "GetServiceLinkedRoleDeletionStatus", needs="iam:GetServiceLinkedRoleDeletionStatus", on=_on_task)
async def get_service_linked_role_deletion_status(call: Call, request: Shape) -> Shape:
    """SUCCEEDED, for a deletion that was asked for.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLinkedRoleDeletionStatus.html
    """
    task = request["DeletionTaskId"]
    parts = task.split("/")
    name = key_of(parts[-2]) if len(parts) > 2 else ""
    known = await call.store.view(lambda tx: resources.get(tx, TASK, call.account, name) if name else None)
    if known is None or known["DeletionTaskId"] != task:
        raise entities.no_such(f"Deletion task {task} cannot be found.")
    return {"Status": "SUCCEEDED"}
