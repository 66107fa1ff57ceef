"""What a function may be configured to: the members of CreateFunction and UpdateFunctionConfiguration, checked.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

from typing import Any

import orjson

from tailrace.operation import Shape
from tailrace.runtime import interpreters
from tailrace.runtime.command import RESERVED
from tailrace.services.lambda_.refusals import invalid

ENVIRONMENT_BYTES_MAX = 4096
TIMEOUT_SECONDS, MEMORY_MB, STORAGE_MB = 3, 128, 512

_NO_IMAGES = "functions are packages; there are no container images"
LATER_WITHOUT = {
    "FileSystemConfigs": "there is no EFS",
    "ImageConfig": _NO_IMAGES,
    "KMSKeyArn": "there is no KMS; the disk may be encrypted",
    "CapacityProviderConfig": "functions run on this machine alone",
    "DurableConfig": "there are no durable executions",
    "RuntimeConfig": "the runtimes are this machine's own",
    "AcceleratorConfig": "there are no accelerators",
    "VpcConfig.SubnetIds": "functions use this machine's network",
    "SnapStart.ApplyOn=PublishedVersions": "environments start fresh; there are no snapshots",
}
WITHOUT = {
    **LATER_WITHOUT,
    "PackageType=Image": _NO_IMAGES,
    "CodeSigningConfigArn": "code is not signed",
    "TenancyConfig": "environments are not told apart by tenant",
    "PublishTo": "there is no $LATEST.PUBLISHED",
}
"""What of CreateFunction, and LATER_WITHOUT of UpdateFunctionConfiguration, can't be had, and why."""


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


def given(request: Shape, current: dict[str, Any]) -> dict[str, Any]:
    """The members that a request sets, over those that are `current`. Raises ApiError for what can't be."""
    plain = ("Description", "Timeout", "MemorySize", "Role", "Handler", "Runtime", "EphemeralStorage", "TracingConfig")
    found = {member: request[member] for member in plain if member in request}
    if "Runtime" in request:
        check_runtime(request["Runtime"])
    if "Environment" in request:
        variables = request["Environment"].get("Variables")
        if variables is not None:
            check_variables(variables)
            found["Environment"] = {"Variables": variables}
    if "TargetArn" in request.get("DeadLetterConfig", {}):
        # An empty ARN takes the target away; no ARN leaves it as it is.
        arn = request["DeadLetterConfig"]["TargetArn"]
        found["DeadLetterConfig"] = {"TargetArn": arn} if arn else {}
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
