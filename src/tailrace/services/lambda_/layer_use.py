"""The layers of a function: which it may have, what it keeps of them, and how large everything may be together.

A function holds its layers' packages itself, so a layer's version that is deleted goes on where it is used. The order
is that of precedence: a later layer's files replace an earlier one's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tailrace.operation import Call, ContextKeys, Need, Shape
from tailrace.runtime.unpack import UNZIPPED_BYTES_MAX
from tailrace.services.lambda_ import layer_document as layers
from tailrace.services.lambda_ import packages, role
from tailrace.services.lambda_.refusals import invalid
from tailrace.store.engine import Transaction

LAYERS_MAX = 5


def permissions(call: Call, request: Shape) -> Iterable[Need]:
    """What setting a function up needs besides: iam:PassRole for its role, lambda:GetLayerVersion for its layers."""
    yield from role.pass_role(call, request)
    for text in request.get("Layers", ()):
        yield Need("lambda:GetLayerVersion", text)


def condition_keys(call: Call, request: Shape) -> ContextKeys:
    """lambda:Layer, by which policies say which layers functions may have."""
    return {"lambda:Layer": list(request["Layers"])} if request.get("Layers") else {}


def members(call: Call, tx: Transaction, wanted: list[str]) -> dict[str, Any]:
    """What a function's document keeps of its layers. Raises AWS's refusals."""
    if len(wanted) > LAYERS_MAX:
        raise invalid(f"Cannot reference more than {LAYERS_MAX} layers.")
    seen: dict[tuple[str, str], str] = {}
    found = []
    for text in wanted:
        place = layers.of_arn(call, text)
        if place is None:
            raise invalid(f"Layer version {text} does not exist.")
        document = layers.find(tx, *place)
        if document is None:
            raise invalid(f"Layer version {text} does not exist.")
        if place[:2] in seen:
            both = f"{seen[place[:2]]} and {text}"
            text = "Two different versions of the same layer are not allowed to be referenced in the same function. "
            raise invalid(f"{text}{both}.")
        seen[place[:2]] = text
        found.append(document)
    return {
        "Layers": [{"Arn": text, "CodeSize": one["CodeSize"]} for text, one in zip(wanted, found, strict=True)],
        "LayerDigests": [one["Digest"] for one in found],
        "LayersUnpacked": sum(one["Unpacked"] for one in found),
    }


def check_size(document: dict[str, Any]) -> None:
    """Refuse a function that is too large together with its layers."""
    size = document.get("Unpacked", 0) + document.get("LayersUnpacked", 0)
    if size > UNZIPPED_BYTES_MAX:
        raise invalid(
            f"Function code combined with layers exceeds the maximum allowed size of {UNZIPPED_BYTES_MAX} bytes. The "
            f"actual size is {size} bytes."
        )


def exchange(tx: Transaction, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Hold the packages of a changed function's layers, and let go of those that it had."""
    before, after = old.get("LayerDigests", []), new.get("LayerDigests", [])
    if before != after:
        for digest in after:
            packages.hold(tx, digest)
        for digest in before:
            packages.release(tx, digest)
