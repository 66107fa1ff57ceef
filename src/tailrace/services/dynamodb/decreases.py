"""Provisioned units that move: when they last did, how often they went down today, and how often they may.

The limit is held where the server throttles; without that there is nothing to save by lowering them.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html#decrease-provisioned-throughput
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tailrace.operation import Call
from tailrace.services.dynamodb import errors

FREE_A_DAY = 4
THEN_EVERY_SECONDS = 3600
_DAY_SECONDS = 86_400
_UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")

Document = dict[str, Any]


def today(units: Document, now: float) -> int:
    """How often the units went down in the current day of UTC."""
    last = units.get("LastDecreaseDateTime")
    if last is None or last // _DAY_SECONDS != now // _DAY_SECONDS:
        return 0
    return int(units["NumberOfDecreasesToday"])


def moved(call: Call, current: Document, units: Document, now: float) -> Document:
    """A table's or index's new units, with what is to be remembered. Raises LimitExceededException."""
    new = {**current, **units}
    if any(units[member] > current[member] for member in _UNITS):
        new["LastIncreaseDateTime"] = now
    if any(units[member] < current[member] for member in _UNITS):
        count = today(current, now)
        if call.node.config.throttle and count >= FREE_A_DAY:
            _check_hour(current, count, now)
        new["LastDecreaseDateTime"], new["NumberOfDecreasesToday"] = now, count + 1
    return new


def _check_hour(current: Document, count: int, now: float) -> None:
    last: float = current["LastDecreaseDateTime"]
    if now - last >= THEN_EVERY_SECONDS:
        return
    raise errors.limit_exceeded(
        "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. After the "
        f"first {FREE_A_DAY} decreases, each subsequent decrease in the same UTC day can be performed at most once "
        f"every {THEN_EVERY_SECONDS} seconds. Number of decreases today: {count}. "
        f"Last decrease at {_spoken(last)}. Next decrease can be made at {_spoken(last + THEN_EVERY_SECONDS)}"
    )


def _spoken(epoch: float) -> str:
    """`Wednesday, July 25, 2018 at 4:52:36 PM Coordinated Universal Time`."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%A, %B %-d, %Y at %-I:%M:%S %p Coordinated Universal Time")
