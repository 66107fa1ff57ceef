"""Timestamps: float seconds since the epoch inside, four forms on the wire."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime
from typing import Any

import orjson

from tailrace.base.clock import iso_seconds
from tailrace.base.errors import ApiError

SECONDS_MAX = 253_402_300_799  # 9999-12-31T23:59:59Z: what the wire forms can say


def parse(text: str) -> float | None:
    """Seconds of a timestamp in any form that AWS's SDKs send (ISO 8601, RFC 822, a number), or None."""
    for read in (float, _iso8601, _rfc822):
        try:
            seconds = read(text)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return seconds if math.isfinite(seconds) and abs(seconds) <= SECONDS_MAX else None
    return None


def checked(seconds: float) -> float:
    """The same seconds. Raises SerializationException where no date has them."""
    if not math.isfinite(seconds) or abs(seconds) > SECONDS_MAX:
        raise ApiError.serialization("NUMBER_VALUE cannot be converted to Date")
    return seconds


def number(seconds: float) -> float | int:
    """Seconds as JSON has them: to the millisecond, and whole where there is no fraction."""
    rounded = round(seconds, 3)
    return int(rounded) if rounded == int(rounded) else rounded


def iso8601(seconds: float) -> str:
    """`2023-07-16T09:00:05Z`: the query protocol's form."""
    return iso_seconds(seconds)


def rfc822(seconds: float) -> str:
    """`Sun, 16 Jul 2023 09:00:05 GMT`: the form of headers."""
    return formatdate(seconds, usegmt=True)


def json_writer(form: str | None) -> Callable[[Any], Any]:
    """The writer of a timestamp in a JSON body: a number unless the model names another form."""
    write: Callable[[float], Any] = {"iso8601": iso8601, "rfc822": rfc822}.get(form or "", number)

    def write_timestamp(value: Any) -> Any:
        return value if type(value) is orjson.Fragment else write(value)

    return write_timestamp


def _iso8601(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _rfc822(text: str) -> float:
    return parsedate_to_datetime(text).timestamp()
