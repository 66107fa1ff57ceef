"""Lambda's settings that nothing here has: what tools read is true, what can't be had is refused by name."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import RunningServer
from tests.flow.functions import make_function

CODE = "def handler(event, context):\n    return 1\n"
SIGNING = "arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-0123456789abcdefg"


@pytest.fixture(scope="module")
def function(server: RunningServer) -> str:
    return make_function(server, "settings", CODE, Publish=True)


def test_what_is_read_is_true(server: RunningServer, function: str) -> None:
    client = server.client("lambda")
    assert client.list_provisioned_concurrency_configs(FunctionName=function)["ProvisionedConcurrencyConfigs"] == []
    with pytest.raises(client.exceptions.ProvisionedConcurrencyConfigNotFoundException):
        client.get_provisioned_concurrency_config(FunctionName=function, Qualifier="1")
    client.delete_provisioned_concurrency_config(FunctionName=function, Qualifier="1")
    assert client.get_function_code_signing_config(FunctionName=function)["FunctionName"] == function
    client.delete_function_code_signing_config(FunctionName=function)
    assert client.list_code_signing_configs()["CodeSigningConfigs"] == []
    assert client.list_capacity_providers()["CapacityProviders"] == []
    assert client.get_function_recursion_config(FunctionName=function)["RecursiveLoop"] == "Allow"
    assert client.get_runtime_management_config(FunctionName=function)["UpdateRuntimeOn"] == "Auto"
    for call in (client.get_code_signing_config, client.list_functions_by_code_signing_config):
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            call(CodeSigningConfigArn=SIGNING)
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="Function not found"):
        client.get_function_recursion_config(FunctionName="absent")


def test_what_is_may_be_asked_for_and_nothing_else(server: RunningServer, function: str) -> None:
    client = server.client("lambda")
    client.put_function_recursion_config(FunctionName=function, RecursiveLoop="Allow")
    client.put_runtime_management_config(FunctionName=function, UpdateRuntimeOn="Auto")
    with pytest.raises(ClientError, match="loops through queues are not detected"):
        client.put_function_recursion_config(FunctionName=function, RecursiveLoop="Terminate")
    with pytest.raises(ClientError, match="the runtimes are this machine's own"):
        client.put_runtime_management_config(FunctionName=function, UpdateRuntimeOn="FunctionUpdate")


@pytest.mark.parametrize(
    ("operation", "request_", "why"),
    [
        (
            "put_provisioned_concurrency_config",
            {"FunctionName": "f", "Qualifier": "1", "ProvisionedConcurrentExecutions": 1},
            "environments start when they are needed",
        ),
        (
            "put_function_code_signing_config",
            {"FunctionName": "f", "CodeSigningConfigArn": SIGNING},
            "code is not signed",
        ),
        ("get_capacity_provider", {"CapacityProviderName": "c"}, "no capacity providers"),
        ("list_durable_executions_by_function", {"FunctionName": "f"}, "there are no durable executions"),
    ],
)
def test_what_cannot_be_had_is_refused_by_name(
    server: RunningServer, operation: str, request_: dict[str, Any], why: str
) -> None:
    with pytest.raises(ClientError, match=why) as refused:
        getattr(server.client("lambda"), operation)(**request_)
    assert refused.value.response["Error"]["Code"] == "UnsupportedOperationException"
