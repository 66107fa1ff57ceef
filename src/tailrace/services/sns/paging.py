"""Pages of lists: a hundred entries, and a token that says behind which name the next page begins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

from tailrace.operation import Shape
from tailrace.services.sns import refusals

PAGE = 100


def read(token: str | None) -> str | None:
    """The name that a token stands for; None without one. Raises InvalidParameter."""
    if not token:
        return None
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeError):
        raise refusals.invalid("NextToken Reason: Invalid token") from None


def answer(rows: Sequence[tuple[str, dict[str, Any]]], member: str, show: Callable[[dict[str, Any]], Shape]) -> Shape:
    """A page of `rows`, which hold one more than fits where there is another page."""
    page: Shape = {member: [show(document) for _, document in rows[:PAGE]]}
    if len(rows) > PAGE:
        page["NextToken"] = base64.urlsafe_b64encode(rows[PAGE - 1][0].encode()).decode()
    return page
