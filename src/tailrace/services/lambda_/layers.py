"""Layers: archives that functions share, published in versions that never change.

https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.lambda_ import code, code_location, packages
from tailrace.services.lambda_ import layer_document as layers
from tailrace.services.lambda_.refusals import invalid
from tailrace.store import resources
from tailrace.store.engine import Transaction
from tailrace.wire import model

PAGE_MAX = 50
READ_AT_ONCE = 200
OPTIONAL = ("CompatibleArchitectures", "CompatibleRuntimes", "LicenseInfo")


def on_layer(call: Call, request: Shape) -> str:
    """What lambda:PublishLayerVersion is asked on: the layer."""
    return layers.layer_arn(*layers.named(call, request["LayerName"]))


def on_version(call: Call, request: Shape) -> str:
    """What permissions on a version are asked on: its ARN."""
    if "Arn" in request:
        return str(request["Arn"])
    return layers.layer_arn(*layers.named(call, request["LayerName"]), request["VersionNumber"])


def check_number(version: int) -> int:
    """The number of a version, which begin at 1."""
    if version < 1:
        raise invalid("Layer Version Cannot be less than 1.")
    return version


def check_runtimes(names: list[str]) -> None:
    """Refuse runtimes that Lambda does not have; those that this machine lacks are fine."""
    create = model.service("lambda").operation("CreateFunction")
    assert create is not None
    assert create.input is not None
    known = create.input.members["Runtime"].shape.enum
    if set(names) - set(known):
        raise ApiError.validation(
            f"1 validation error detected: Value '[{', '.join(names)}]' at 'compatibleRuntimes' failed to satisfy "
            f"constraint: Member must satisfy enum value set: [{', '.join(known)}]"
        )


@operation(
    "lambda",
    "PublishLayerVersion",
    needs="lambda:PublishLayerVersion",
    on=on_layer,
    without={f"Content.{member}": why for member, why in code.WITHOUT.items() if member != "ImageUri"},
)
async def publish_layer_version(call: Call, request: Shape) -> Shape:
    """Make the next version of a layer from a zip file; its first version makes the layer.

    https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html
    """
    scope, name = layers.named(call, request["LayerName"])
    check_runtimes(request.get("CompatibleRuntimes", []))
    package = await code.read(call, request["Content"])

    def publish(tx: Transaction) -> dict[str, Any]:
        number = (resources.get(tx, layers.LAYER, scope, name) or {"LastVersion": 0})["LastVersion"] + 1
        document = {
            "Scope": scope,
            "Name": name,
            "Version": number,
            "Description": request.get("Description", ""),
            "Created": call.clock.now(),
            "Digest": package.digest,
            "CodeSize": len(package.data),
            "Unpacked": package.unpacked,
            **{member: request[member] for member in OPTIONAL if request.get(member)},
        }
        packages.keep(tx, package.data)
        resources.put(tx, layers.LAYER, scope, name, {"LastVersion": number})
        resources.put(tx, layers.VERSION, scope, layers.kept_name(name, number), document)
        return document

    document = await call.store.update(publish)
    return layers.show_whole(document, await code_location.make(call.node, document["Digest"]))


@operation("lambda", "GetLayerVersion", needs="lambda:GetLayerVersion", on=on_version)
async def get_layer_version(call: Call, request: Shape) -> Shape:
    """One version of a layer, with a link to its archive.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersion.html
    """
    version = check_number(request["VersionNumber"])
    return await _get(call, *layers.named(call, request["LayerName"]), version)


@operation("lambda", "GetLayerVersionByArn", needs="lambda:GetLayerVersion", on=on_version)
async def get_layer_version_by_arn(call: Call, request: Shape) -> Shape:
    """One version of a layer by its ARN, with a link to its archive.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionByArn.html
    """
    place = layers.of_arn(call, request["Arn"])
    return await _get(call, *(place or (call.scope, "", 0)))


async def _get(call: Call, scope: str, name: str, version: int) -> Shape:
    found = await call.store.view(lambda tx: layers.find(tx, scope, name, version))
    if found is None:
        raise ApiError.resource_not_found("The resource you requested does not exist.", status=404)
    return layers.show_whole(found, await code_location.make(call.node, found["Digest"]))


@operation("lambda", "DeleteLayerVersion", needs="lambda:DeleteLayerVersion", on=on_version)
async def delete_layer_version(call: Call, request: Shape) -> Shape:
    """Delete a version; functions that have it keep it. One that isn't there is no mistake, and no number comes again.

    https://docs.aws.amazon.com/lambda/latest/api/API_DeleteLayerVersion.html
    """
    scope, name = layers.named(call, request["LayerName"])
    version = check_number(request["VersionNumber"])

    def delete(tx: Transaction) -> Shape:
        document = layers.find(tx, scope, name, version)
        if document is not None:
            resources.delete(tx, layers.VERSION, scope, layers.kept_name(name, version))
            packages.release(tx, document["Digest"])
        return {}

    return await call.store.update(delete)


@operation("lambda", "ListLayerVersions", needs="lambda:ListLayerVersions", on=anything)
async def list_layer_versions(call: Call, request: Shape) -> Shape:
    """A layer's versions, the newest first; those alone that fit a runtime or an architecture, where one is asked for.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListLayerVersions.html
    """
    scope, name = layers.named(call, request["LayerName"])
    limit = min(request.get("MaxItems", PAGE_MAX), PAGE_MAX)

    def read(tx: Transaction) -> Shape:
        shown: list[Shape] = []
        last: str | None = None
        for kept_name, document in _fitting(tx, scope, name, request, request.get("Marker")):
            if len(shown) == limit:
                return {"LayerVersions": shown, "NextMarker": last}
            shown.append(layers.show(document))
            last = kept_name
        return {"LayerVersions": shown}

    return await call.store.view(read)


@operation("lambda", "ListLayers", needs="lambda:ListLayers", on=anything)
async def list_layers(call: Call, request: Shape) -> Shape:
    """The layers by name, each with its newest version that fits.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListLayers.html
    """
    limit = min(request.get("MaxItems", PAGE_MAX), PAGE_MAX)

    def read(tx: Transaction) -> Shape:
        shown: list[Shape] = []
        marker: str | None = request.get("Marker")
        while page := resources.page(tx, layers.LAYER, call.scope, marker, READ_AT_ONCE):
            for name, _ in page:
                newest = next(_fitting(tx, call.scope, name, request, None), None)
                if newest is None:
                    continue
                if len(shown) == limit:
                    return {"Layers": shown, "NextMarker": shown[-1]["LayerName"]}
                arn = layers.layer_arn(call.scope, name)
                shown.append({"LayerName": name, "LayerArn": arn, "LatestMatchingVersion": layers.show(newest[1])})
            marker = page[-1][0]
        return {"Layers": shown}

    return await call.store.view(read)


def _fitting(
    tx: Transaction, scope: str, name: str, request: Shape, after: str | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """A layer's versions behind `after` that fit what the request asks for, the newest first."""
    asked = (("CompatibleRuntime", "CompatibleRuntimes"), ("CompatibleArchitecture", "CompatibleArchitectures"))
    while page := resources.page(tx, layers.VERSION, scope, after, READ_AT_ONCE, f"{name}:"):
        for kept_name, document in page:
            if all(one not in request or request[one] in document.get(many, ()) for one, many in asked):
                yield kept_name, document
        after = page[-1][0]
