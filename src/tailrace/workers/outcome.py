"""What becomes of a batch after its call: pure, for it decides whether a record is delivered, tried again or given up.

```
        checkpoint            through       through
 done ──────┤ piece (next) ──────┤ piece ──────┤ ... new records
            success: the checkpoint moves to its end, the piece is gone
            failure: tried again after a wait; or cut in two; or given up after MaximumRetryAttempts
```
A piece is a range of sequence numbers that is to be called (again) as one batch, before anything newer. Pieces are
saved with the checkpoint, so a restart goes on in the middle of a bisection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

RETRY_SECONDS_MIN = 0.5
RETRY_SECONDS_MAX = 60.0
DOUBLINGS_MAX = 16


@dataclass(frozen=True, slots=True)
class Piece:
    """A range that ends with `through` and begins after the piece before it (or the checkpoint).

    `attempts` are the failed calls that count towards MaximumRetryAttempts, `failures` all in a row (throttled calls
    too): they set the wait. It is not called before `retry_at`.
    """

    through: int
    attempts: int = 0
    failures: int = 0
    retry_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one lane has come: every record up to `checkpoint` is done."""

    checkpoint: int
    pieces: tuple[Piece, ...] = ()

    def document(self) -> dict[str, Any]:
        """As it is saved in a lease."""
        pieces = [[piece.through, piece.attempts, piece.failures, piece.retry_at] for piece in self.pieces]
        return {"checkpoint": self.checkpoint, "pieces": pieces}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Progress:
        """Read back what `document` wrote."""
        return cls(document["checkpoint"], tuple(Piece(*piece) for piece in document.get("pieces", ())))


@dataclass(frozen=True, slots=True)
class Rules:
    """What a mapping says about failures. `retries_max` None: until the records expire."""

    retries_max: int | None = None
    bisect: bool = False
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The whole batch is done."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The whole batch is not done."""


@dataclass(frozen=True, slots=True)
class FailedFrom:
    """Everything before the record of this sequence number is done."""

    sequence: int


@dataclass(frozen=True, slots=True)
class Postponed:
    """The function was not called (throttled, not there): tried again, and not counted as an attempt."""


Result = Succeeded | Failed | FailedFrom | Postponed


@dataclass(frozen=True, slots=True)
class Settled:
    """The progress to save, and the sequence numbers that were given up, if any."""

    progress: Progress
    given_up: tuple[int, ...] = ()


def read_answer(function_error: str | None, payload: bytes, numbers: Mapping[str, int], rules: Rules) -> Result:
    """What the function's answer says about its batch; `numbers` are the batch's, by their text.

    With ReportBatchItemFailures, an answer without failures is a success, the lowest of the batch's numbers that it
    names is where it failed, and a failure that names none of them is the failure of all.
    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    if function_error:
        return Failed()
    if not rules.partial:
        return Succeeded()
    try:
        answer = orjson.loads(payload or b"null")
    except orjson.JSONDecodeError:
        return Failed()
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if not failures:
        return Succeeded()
    if not isinstance(failures, list):
        return Failed()
    named = [one.get("itemIdentifier") if isinstance(one, dict) else None for one in failures]
    found = [numbers.get(name) if isinstance(name, str) else None for name in named]
    known = [number for number in found if number is not None]
    return FailedFrom(min(known)) if len(known) == len(found) else Failed()


def settle(progress: Progress, through: int, batch: Sequence[int], result: Result, rules: Rules, now: float) -> Settled:
    """The progress after a call with the records `batch` (rising, not empty) that reached to `through`.

    `through` is the head piece's end where there are pieces, else the last number that was looked at (records that a
    filter turned away are part of the range).
    """
    head, *rest = progress.pieces or (Piece(through),)
    later = tuple(rest)
    if isinstance(result, Succeeded):
        return Settled(Progress(head.through, later))
    if isinstance(result, Postponed):
        return Settled(Progress(progress.checkpoint, (_waiting(head, now), *later)))
    if isinstance(result, FailedFrom) and result.sequence > batch[0]:
        # Progress was made, so what is left is a batch of its own, with all its attempts before it.
        return Settled(Progress(result.sequence - 1, (_waiting(Piece(head.through), now), *later)))
    if rules.bisect and len(batch) > 1:
        # A split doesn't count as an attempt, and its first half is called at once: log2(n) splits are the most.
        first = replace(head, through=batch[len(batch) // 2 - 1], failures=0, retry_at=0.0)
        return Settled(Progress(progress.checkpoint, (first, replace(first, through=head.through), *later)))
    tried = replace(head, attempts=head.attempts + 1)
    if rules.retries_max is not None and tried.attempts > rules.retries_max:
        return Settled(Progress(head.through, later), tuple(batch))
    return Settled(Progress(progress.checkpoint, (_waiting(tried, now), *later)))


def skip(progress: Progress, through: int) -> Progress:
    """The progress when nothing up to `through` (the head piece's end, if there are pieces) needs a call."""
    return Progress(max(through, progress.checkpoint), progress.pieces[1:])


def cut(progress: Progress, through: int) -> Progress:
    """The progress with its head piece cut where a batch of it ends: its limits or its filter may have changed."""
    if not progress.pieces or through >= progress.pieces[0].through:
        return progress
    head, *rest = progress.pieces
    return Progress(progress.checkpoint, (replace(head, through=through), Piece(head.through), *rest))


def _waiting(piece: Piece, now: float) -> Piece:
    """The piece, to be tried again after 0.5 s, 1 s, 2 s ... 60 s."""
    seconds = min(RETRY_SECONDS_MIN * 2 ** min(piece.failures, DOUBLINGS_MAX), RETRY_SECONDS_MAX)
    return replace(piece, failures=piece.failures + 1, retry_at=now + seconds)
