"""Settings that tools read and that nothing here has: what is answered is true, and says so in AWS's words.

Terraform and CloudFormation ask for some of them whenever they look at a function.
"""

from __future__ import annotations

from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, anything, not_supported, operation
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_.function_names import FunctionName, named, permission_arn

NO_PROVISIONED = "No Provisioned Concurrency Config found for this function"


async def _existing(call: Call, request: Shape) -> FunctionName:
    """The function, version or alias that a request means. Raises AWS's refusal where it isn't there."""
    function = named(call, request)
    await call.store.view(lambda tx: documents.find_version(tx, function))
    return function


@operation(
    "lambda", "GetProvisionedConcurrencyConfig", needs="lambda:GetProvisionedConcurrencyConfig", on=permission_arn
)
async def get_provisioned_concurrency_config(call: Call, request: Shape) -> Shape:
    """None of any function: environments start when they are needed.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetProvisionedConcurrencyConfig.html
    """
    await _existing(call, request)
    raise ApiError("ProvisionedConcurrencyConfigNotFoundException", NO_PROVISIONED, status=404)


@operation(
    "lambda", "ListProvisionedConcurrencyConfigs", needs="lambda:ListProvisionedConcurrencyConfigs", on=permission_arn
)
async def list_provisioned_concurrency_configs(call: Call, request: Shape) -> Shape:
    """None of any function: environments start when they are needed.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListProvisionedConcurrencyConfigs.html
    """
    await _existing(call, request)
    return {"ProvisionedConcurrencyConfigs": []}


@operation(
    "lambda",
    "DeleteProvisionedConcurrencyConfig",
    needs="lambda:DeleteProvisionedConcurrencyConfig",
    on=permission_arn,
)
async def delete_provisioned_concurrency_config(call: Call, request: Shape) -> Shape:
    """Nothing: no function has any, and taking away none is no mistake.

    https://docs.aws.amazon.com/lambda/latest/api/API_DeleteProvisionedConcurrencyConfig.html
    """
    await _existing(call, request)
    return {}


@operation("lambda", "GetFunctionCodeSigningConfig", needs="lambda:GetFunctionCodeSigningConfig", on=permission_arn)
async def get_function_code_signing_config(call: Call, request: Shape) -> Shape:
    """The function's name alone: no code is signed.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionCodeSigningConfig.html
    """
    return {"FunctionName": (await _existing(call, request)).name}


@operation(
    "lambda", "DeleteFunctionCodeSigningConfig", needs="lambda:DeleteFunctionCodeSigningConfig", on=permission_arn
)
async def delete_function_code_signing_config(call: Call, request: Shape) -> Shape:
    """Nothing: no function has any.

    https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionCodeSigningConfig.html
    """
    await _existing(call, request)
    return {}


@operation("lambda", "ListCodeSigningConfigs", needs="lambda:ListCodeSigningConfigs", on=anything)
async def list_code_signing_configs(call: Call, request: Shape) -> Shape:
    """None: no code is signed.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListCodeSigningConfigs.html
    """
    return {"CodeSigningConfigs": []}


def _signing_arn(call: Call, request: Shape) -> str:
    return str(request["CodeSigningConfigArn"])


def _no_signing(request: Shape) -> ApiError:
    text = f"The code signing configuration cannot be found: {request['CodeSigningConfigArn']}"
    return ApiError.resource_not_found(text, status=404)


@operation("lambda", "GetCodeSigningConfig", needs="lambda:GetCodeSigningConfig", on=_signing_arn)
async def get_code_signing_config(call: Call, request: Shape) -> Shape:
    """There is none of any ARN.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetCodeSigningConfig.html
    """
    raise _no_signing(request)


@operation(
    "lambda", "ListFunctionsByCodeSigningConfig", needs="lambda:ListFunctionsByCodeSigningConfig", on=_signing_arn
)
async def list_functions_by_code_signing_config(call: Call, request: Shape) -> Shape:
    """There is none of any ARN.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionsByCodeSigningConfig.html
    """
    raise _no_signing(request)


@operation("lambda", "ListCapacityProviders", needs="lambda:ListCapacityProviders", on=anything)
async def list_capacity_providers(call: Call, request: Shape) -> Shape:
    """None: functions run on this machine alone.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListCapacityProviders.html
    """
    return {"CapacityProviders": []}


@operation("lambda", "GetFunctionRecursionConfig", needs="lambda:GetFunctionRecursionConfig", on=permission_arn)
async def get_function_recursion_config(call: Call, request: Shape) -> Shape:
    """Allow: a function that calls itself through a queue or a topic is not stopped.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionRecursionConfig.html
    """
    await _existing(call, request)
    return {"RecursiveLoop": "Allow"}


@operation("lambda", "PutFunctionRecursionConfig", needs="lambda:PutFunctionRecursionConfig", on=permission_arn)
async def put_function_recursion_config(call: Call, request: Shape) -> Shape:
    """Allow is what is; Terminate, which is refused, can't be had.

    https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionRecursionConfig.html
    """
    await _existing(call, request)
    if request["RecursiveLoop"] != "Allow":
        raise not_supported(call, f"RecursiveLoop={request['RecursiveLoop']}: loops through queues are not detected")
    return {"RecursiveLoop": "Allow"}


def _managed(function: FunctionName) -> Shape:
    return {"UpdateRuntimeOn": "Auto", "FunctionArn": function.arn}


@operation("lambda", "GetRuntimeManagementConfig", needs="lambda:GetRuntimeManagementConfig", on=permission_arn)
async def get_runtime_management_config(call: Call, request: Shape) -> Shape:
    """Auto: a function runs on what the machine has when an environment starts.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetRuntimeManagementConfig.html
    """
    return _managed(await _existing(call, request))


@operation("lambda", "PutRuntimeManagementConfig", needs="lambda:PutRuntimeManagementConfig", on=permission_arn)
async def put_runtime_management_config(call: Call, request: Shape) -> Shape:
    """Auto is what is; Manual and FunctionUpdate, which are refused, can't be had.

    https://docs.aws.amazon.com/lambda/latest/api/API_PutRuntimeManagementConfig.html
    """
    function = await _existing(call, request)
    if request["UpdateRuntimeOn"] != "Auto":
        what = f"UpdateRuntimeOn={request['UpdateRuntimeOn']}"
        raise not_supported(call, f"{what}: the runtimes are this machine's own, and change with it")
    return _managed(function)
