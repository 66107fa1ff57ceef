"""Layers as they are kept and shown, and which layer an ARN or a name means.

Kept under `lambda:layer` (name), whose numbers go on for ever, and `lambda:layer-version` (name:number). Their names
count down, so that the newest version comes first, as AWS lists them. A version's package is held by every function
that has it, so a version that is deleted goes on where it is in use.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from tailrace.auth import policy
from tailrace.auth.evaluate import NamedPolicy
from tailrace.base import arn
from tailrace.base.clock import iso_milliseconds
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape
from tailrace.services.lambda_.refusals import invalid
from tailrace.store import resources
from tailrace.store.engine import Transaction

LAYER, VERSION = "lambda:layer", "lambda:layer-version"
_COUNT_DOWN = 10**10 - 1
_version_arn = re.compile(
    r"arn:[^:]+:lambda:(?P<region>[^:]+):(?P<account>\d{12}):layer:(?P<name>[^:]+):(?P<version>\d+)"
)
_layer_arn = re.compile(r"arn:[^:]+:lambda:(?P<region>[^:]+):(?P<account>\d{12}):layer:(?P<name>[^:]+)")

Document = dict[str, Any]


def kept_name(name: str, version: int) -> str:
    """Under which name a layer's version is kept."""
    return f"{name}:{_COUNT_DOWN - version:010d}"


def layer_arn(scope: str, name: str, version: int | None = None) -> str:
    """The ARN of a layer, or of one of its versions."""
    account, region = scope.split("/")
    return arn.build("lambda", region, account, f"layer:{name}" + (f":{version}" if version is not None else ""))


def named(call: Call, given: str) -> tuple[str, str]:
    """Scope and name of the layer that a name or an ARN means, in the caller's account and region."""
    found = _layer_arn.fullmatch(given)
    if found is None:
        return call.scope, given
    _check_place(call, given, found["account"], found["region"])
    return call.scope, found["name"]


def of_arn(call: Call, text: str) -> tuple[str, str, int] | None:
    """Scope, name and number of a layer version's ARN in the caller's account and region; None where it is none."""
    found = _version_arn.fullmatch(text)
    if found is None:
        return None
    _check_place(call, text, found["account"], found["region"])
    return call.scope, found["name"], int(found["version"])


def _check_place(call: Call, text: str, account: str, region: str) -> None:
    """Refuse layers of other accounts, which have no policy for the caller here, and of other regions."""
    if account != call.account:
        action = "lambda:GetLayerVersion" if "Function" in call.operation else f"lambda:{call.operation}"
        raise ApiError.access_denied(
            f"User: {call.principal.arn} is not authorized to perform: {action} on resource: {text} because no "
            f"resource-based policy allows the {action} action"
        )
    if region != call.region:
        text = f"Layers are not in the same region as the function. Layers are expected to be in region {call.region}."
        raise invalid(text)


def find(tx: Transaction, scope: str, name: str, version: int) -> Document | None:
    """A version of a layer, or None."""
    return resources.get(tx, VERSION, scope, kept_name(name, version))


def not_there(scope: str, name: str, version: int) -> ApiError:
    """AWS's answer of the operations on a version's policy."""
    return ApiError.resource_not_found(f"Layer version {layer_arn(scope, name, version)} does not exist.", status=404)


def show(document: Document) -> Shape:
    """A version as lists show it."""
    optional = ("CompatibleArchitectures", "CompatibleRuntimes", "LicenseInfo")
    scope, name, version = document["Scope"], document["Name"], document["Version"]
    return {
        "LayerVersionArn": layer_arn(scope, name, version),
        "Version": version,
        "Description": document["Description"],
        "CreatedDate": iso_milliseconds(document["Created"], suffix="+0000"),
        **{member: document[member] for member in optional if member in document},
    }


def show_whole(document: Document, location: str) -> Shape:
    """A version as its own answers show it, with a link to its archive."""
    content = {
        "Location": location,
        "CodeSha256": base64.b64encode(bytes.fromhex(document["Digest"])).decode(),
        "CodeSize": document["CodeSize"],
    }
    return {**show(document), "LayerArn": layer_arn(document["Scope"], document["Name"]), "Content": content}


def compiled(document: Document) -> NamedPolicy | None:
    """The policy that stands on a version; None where none does."""
    statements = document.get("Policy", {}).get("Statements")
    if not statements:
        return None
    return NamedPolicy("layer policy", policy.parse({"Version": "2012-10-17", "Statement": statements}))
