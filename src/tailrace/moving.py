"""Floor 5: `tailrace clock`: the server's time, shown and moved."""

from __future__ import annotations

from typing import Any

import click

from tailrace.base import duration
from tailrace.base.clock import iso_seconds
from tailrace.reach import Reached, ask
from tailrace.wire import timestamps


def show(reached: Reached) -> None:
    """Print the server's time, and how far it is ahead of the machine's."""
    _say(ask(reached, "get_clock"))


def advance(reached: Reached, how_far: str) -> None:
    """Move it ahead by a length of time, and print what it is then."""
    try:
        seconds = duration.seconds(how_far)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    _say(ask(reached, "advance_clock", Seconds=seconds))


def move_to(reached: Reached, time: str) -> None:
    """Move it ahead to a point in time, and print what it is then."""
    seconds = timestamps.parse(time)
    if seconds is None:
        raise click.BadParameter(f"{time!r} is no time: write 2027-01-31T09:00:00Z, or seconds since 1970")
    _say(ask(reached, "advance_clock", Time=seconds))


def _say(clock: dict[str, Any]) -> None:
    ahead = round(clock["OffsetSeconds"])
    days, rest = divmod(ahead, 86_400)
    told = f"{days} d {rest // 3600} h {rest % 3600 // 60} min {rest % 60} s ahead of this machine" if ahead else ""
    fixed = "" if clock["Movable"] else "can't be moved: the server was started without --movable-clock"
    notes = "; ".join(note for note in (told, fixed) if note)
    click.echo(f"{iso_seconds(clock['Time'].timestamp())}{f' ({notes})' if notes else ''}")
