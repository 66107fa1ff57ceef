"""How long a failed call waits before it is tried again: pure."""

from __future__ import annotations

SECONDS_MIN = 0.5
SECONDS_MAX = 60.0
DOUBLINGS_MAX = 16


def seconds(failures: int) -> float:
    """The wait after so many failures before this one: 0.5 s, 1 s, 2 s ... 60 s."""
    return min(SECONDS_MIN * float(1 << min(failures, DOUBLINGS_MAX)), SECONDS_MAX)
