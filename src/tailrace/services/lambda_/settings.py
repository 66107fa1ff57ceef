"""What a function may be configured to: the members of CreateFunction and UpdateFunctionConfiguration, checked.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

from typing import Any

import orjson

from tailrace.operation import Call, Shape, not_supported
from tailrace.runtime import interpreters
from tailrace.runtime.command import RESERVED
from tailrace.services.lambda_.refusals import invalid

ENVIRONMENT_BYTES_MAX = 4096
TIMEOUT_SECONDS, MEMORY_MB, STORAGE_MB = 3, 128, 512

# Members that change nothing where they are empty, and that Tailrace does not have otherwise.
WITHOUT = ("Layers", "FileSystemConfigs", "ImageConfig", "CodeSigningConfigArn", "KMSKeyArn", "TenancyConfig")
WITHOUT_EITHER = ("CapacityProviderConfig", "DurableConfig", "RuntimeConfig", "AcceleratorConfig", "PublishTo")


def defaults(name: str) -> dict[str, Any]:
    """The configuration of a function that nothing optional was said about."""
    return {
        "Description": "",
        "Timeout": TIMEOUT_SECONDS,
        "MemorySize": MEMORY_MB,
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": STORAGE_MB},
        "TracingConfig": {"Mode": "PassThrough"},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
    }


def given(call: Call, request: Shape, current: dict[str, Any]) -> dict[str, Any]:
    """The members that a request sets, over those that are `current`. Raises ApiError for what can't be."""
    check_supported(call, request)
    plain = ("Description", "Timeout", "MemorySize", "Role", "Handler", "Runtime", "EphemeralStorage", "TracingConfig")
    found = {member: request[member] for member in plain if member in request}
    if "Runtime" in request:
        check_runtime(request["Runtime"])
    if "Environment" in request:
        variables = request["Environment"].get("Variables")
        if variables is not None:
            check_variables(variables)
            found["Environment"] = {"Variables": variables}
    if request.get("Architectures"):
        found["Architectures"] = request["Architectures"]
    if "LoggingConfig" in request:
        found["LoggingConfig"] = logging_config(request["LoggingConfig"], current["LoggingConfig"])
    return found


def logging_config(wanted: Shape, current: Shape) -> Shape:
    """The log's format, group and levels; levels belong to the JSON format alone."""
    merged = {**current, **{member: value for member, value in wanted.items() if value}}
    if merged["LogFormat"] == "JSON":
        return {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", **merged}
    if wanted.get("ApplicationLogLevel") or wanted.get("SystemLogLevel"):
        raise invalid("Log Level is not supported when Log Format is set to Text.")
    return {"LogFormat": merged["LogFormat"], "LogGroup": merged["LogGroup"]}


def check_runtime(runtime: str) -> None:
    """Refuse a runtime that this machine cannot run, and say what it lacks."""
    try:
        interpreters.find(runtime)
    except interpreters.RuntimeMissing as problem:
        raise invalid(str(problem)) from problem


def check_variables(variables: dict[str, str]) -> None:
    """Refuse reserved names and more than 4 KB."""
    prefix = "Lambda was unable to configure your environment variables because the environment variables you have "
    reserved = sorted(RESERVED & set(variables))
    if reserved:
        text = "provided contains reserved keys that are currently not supported for modification. "
        raise invalid(f"{prefix}{text}Reserved keys used in this request: {', '.join(reserved)}")
    measured = orjson.dumps(variables)
    if len(measured) > ENVIRONMENT_BYTES_MAX:
        raise invalid(f"{prefix}provided exceeded the 4KB limit. String measured: {measured.decode()}")


def check_supported(call: Call, request: Shape) -> None:
    """Say clearly what Tailrace does not have, instead of taking it and doing nothing."""
    for member in (*WITHOUT, *WITHOUT_EITHER):
        if request.get(member):
            raise not_supported(call, f"{member} of a function")
    if request.get("DeadLetterConfig", {}).get("TargetArn"):
        raise not_supported(call, "DeadLetterConfig of a function")
    if request.get("VpcConfig", {}).get("SubnetIds"):
        raise not_supported(call, "VpcConfig of a function")
    if request.get("SnapStart", {}).get("ApplyOn", "None") != "None":
        raise not_supported(call, "SnapStart")
    if request.get("PackageType", "Zip") != "Zip":
        raise not_supported(call, "container images (PackageType Image)")
