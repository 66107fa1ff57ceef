"""Lengths of time, as a person types them."""

from __future__ import annotations

import re

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds(text: str) -> int:
    """The seconds of a text like 90s, 30m, 24h or 7d. Raises ValueError for any other."""
    parts = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if parts is None:
        raise ValueError(f"{text!r} is no length of time: write 90s, 30m, 24h or 7d")
    return int(parts[1]) * UNITS[parts[2]]
