"""The server's time: what it is, and moving it ahead.

What a store has been told of the future stays in it (a stream trimmed, a session ended), so its time never goes back:
how far it is ahead is kept with the data, and counts after a restart, with or without --movable-clock.
"""

from __future__ import annotations

from tailrace.base.clock import MovableClock
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, anything, not_supported, operation
from tailrace.store import resources
from tailrace.store.engine import Transaction

KIND, SCOPE, NAME = "tailrace:clock", "-", "offset"
TOPIC = "clock"
AHEAD_SECONDS_MAX = 10 * 365 * 86_400  # of the machine: what a certificate or a date on the wire still bears


@operation("tailrace", "GetClock", needs="tailrace:GetClock", on=anything)
async def get_clock(call: Call, request: Shape) -> Shape:
    """The server's time, the machine's, how many seconds lie between them, and whether it can be moved."""
    return _shown(call)


@operation("tailrace", "AdvanceClock", needs="tailrace:AdvanceClock", on=anything)
async def advance_clock(call: Call, request: Shape) -> Shape:
    """Move the server's time ahead by `Seconds`, or to `Time`; what waited for that time is woken before the answer.

    Raises UnsupportedOperationException without --movable-clock, ValidationException for a move back, none or too far.
    """
    if not call.node.config.movable_clock:
        raise not_supported(call, "this server's clock can't be moved; start it with --movable-clock")
    if ("Seconds" in request) == ("Time" in request):
        raise ApiError.validation("Name one of Seconds and Time")
    machine = call.clock.machine()

    def move(tx: Transaction) -> float:
        before = kept_offset(tx)
        after: float = before + request["Seconds"] if "Seconds" in request else request["Time"] - machine
        if after <= before:
            raise ApiError.validation("The clock moves ahead only: Time must be later than the server's time")
        if after > AHEAD_SECONDS_MAX:
            raise ApiError.validation("The clock can't be more than ten years (3650 days) ahead of the machine's")
        resources.put(tx, KIND, SCOPE, NAME, {"Seconds": after})
        tx.notify(TOPIC, repr(after))
        return after

    offset = await call.store.update(move)
    if isinstance(call.clock, MovableClock):
        call.clock.move_to(offset)  # the notice reaches the other nodes, and this one perhaps after the answer
    return _shown(call)


def kept_offset(tx: Transaction) -> float:
    """How many seconds this store's time is ahead of the machine's."""
    found = resources.get(tx, KIND, SCOPE, NAME)
    return float(found["Seconds"]) if found else 0.0


def _shown(call: Call) -> Shape:
    now, machine = call.clock.now(), call.clock.machine()
    return {
        "Time": now,
        "MachineTime": machine,
        "OffsetSeconds": round(now - machine, 3),
        "Movable": call.node.config.movable_clock,
    }
