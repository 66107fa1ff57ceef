"""Which tags a function or a mapping may have."""

from __future__ import annotations

from collections.abc import Mapping

from tailrace.services.lambda_.refusals import invalid

TAGS_MAX = 50
RESERVED = "aws:"


def check(tags: Mapping[str, str]) -> None:
    """Refuse too many tags (all that the resource would have), and keys that AWS keeps to itself."""
    if len(tags) > TAGS_MAX:
        raise invalid(f"Number of tags exceeds resource tag limit of {TAGS_MAX}.")
    if any(key.lower().startswith(RESERVED) for key in tags):
        raise invalid("aws: prefixed tag key names are not allowed for external use.")
