"""What a table is doing, told from stored times and the clock.

The document says what is under way and until when; whether that time has come is asked of the clock. So nothing has
to run for a table to become ACTIVE, and a restart changes nothing. The rejected alternative, a task that flips a
stored status, leaves tables in CREATING for ever when the process ends at the wrong moment.
"""

from __future__ import annotations

import math
from typing import Any

CREATING, UPDATING, DELETING, ACTIVE = "CREATING", "UPDATING", "DELETING", "ACTIVE"
TRANSITION_SECONDS = 0.1
TODAY = {CREATING: "created", UPDATING: "updated", DELETING: "deleted"}

Document = dict[str, Any]


def transition(status: str, now: float) -> Document:
    """The part of a document that says: `status` from now on, for the time that a change takes here."""
    return {"Status": status, "Until": now + TRANSITION_SECONDS}


def remaining(document: Document, now: float) -> float:
    """Seconds until what is under way is over; 0 where nothing is."""
    under_way = document.get("Transition")
    return max(0.0, float(under_way["Until"]) - now) if under_way else 0.0


def of_table(document: Document, now: float) -> str:
    """CREATING, UPDATING, DELETING or ACTIVE; UPDATING also for as long as an index is being built."""
    under_way = document.get("Transition")
    if under_way and (under_way["Status"] == DELETING or now < under_way["Until"]):
        return str(under_way["Status"])
    building = any(index.get("Building") for index in document.get("GlobalSecondaryIndexes", ()))
    return UPDATING if building else ACTIVE


def is_gone(document: Document, now: float) -> bool:
    """Whether the table was deleted and its time in DELETING is over: for everybody, there is no such table."""
    under_way = document.get("Transition")
    return bool(under_way and under_way["Status"] == DELETING and now >= under_way["Until"])


def serves_from(document: Document) -> float:
    """From when on items can be read and written: once the table is ACTIVE for the first time; never once it goes."""
    under_way = document.get("Transition")
    if not under_way or under_way["Status"] == UPDATING:
        return -math.inf
    return float(under_way["Until"]) if under_way["Status"] == CREATING else math.inf


def serves(document: Document, now: float) -> bool:
    """Whether items can be read and written."""
    return now >= serves_from(document)
