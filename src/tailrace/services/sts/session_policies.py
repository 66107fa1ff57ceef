"""The policies and tags that narrow or mark one session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tailrace.auth import policy
from tailrace.base.errors import ApiError
from tailrace.identity import managed_policy_text
from tailrace.operation import Shape
from tailrace.store.engine import Transaction

POLICY_ARNS_MAX = 10
POLICY_BYTES_MAX = 2048
TAGS_MAX = 50
PACKED_BYTES_MAX = 4096


def collect(tx: Transaction, request: Shape) -> tuple[str, ...] | None:
    """The texts of the session's policies, or None where it has none.

    Raises MalformedPolicyDocument, PackedPolicyTooLarge, and ValidationError for an ARN that no policy has.
    """
    texts: list[str] = []
    inline: str | None = request.get("Policy")
    if inline is not None:
        try:
            policy.parse(inline)
        except policy.MalformedPolicy as error:
            raise ApiError("MalformedPolicyDocument", str(error)) from None
        if len(inline) > POLICY_BYTES_MAX:
            raise ApiError("PackedPolicyTooLarge", f"The session policy exceeds {POLICY_BYTES_MAX} characters.")
        texts.append(inline)
    given: list[Shape] = request.get("PolicyArns", [])
    if len(given) > POLICY_ARNS_MAX:
        raise ApiError("ValidationError", f"A session takes at most {POLICY_ARNS_MAX} managed policies.")
    for entry in given:
        text = managed_policy_text(tx, entry["arn"])
        if text is None:
            raise ApiError("ValidationError", f"Policy {entry['arn']} does not exist or is not attachable.")
        texts.append(text)
    return tuple(texts) or None


def tags_of(request: Shape) -> tuple[tuple[str, str], ...]:
    """The session's tags. Raises ValidationError for a key given twice and for too many."""
    tags: list[dict[str, Any]] = request.get("Tags", [])
    keys = {tag["Key"].lower() for tag in tags}
    if len(keys) < len(tags):
        raise ApiError(
            "InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        )
    if len(tags) > TAGS_MAX:
        raise ApiError("ValidationError", f"A session takes at most {TAGS_MAX} tags.")
    return tuple((tag["Key"], tag["Value"]) for tag in tags)


def packed_size(request: Shape, tags: Sequence[tuple[str, str]]) -> int | None:
    """The share of the packed size that policies and tags take, in percent; None where there are none of them."""
    inline = request.get("Policy") or ""
    if not inline and not tags and not request.get("PolicyArns"):
        return None
    names = "".join(entry["arn"] for entry in request.get("PolicyArns", []))
    packed = len(inline) + len(names) + sum(len(key) + len(value) for key, value in tags)
    if packed > PACKED_BYTES_MAX:
        raise ApiError(
            "PackedPolicyTooLarge",
            f"PackedPolicySize of session policies and tags exceeds the limit ({packed * 100 // PACKED_BYTES_MAX} %).",
        )
    return max(1, packed * 100 // PACKED_BYTES_MAX)
