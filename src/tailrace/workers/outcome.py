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

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import orjson

from tailrace.workers import backoff
from tailrace.workers.tumbling import TumblingWindow


class LastCall(NamedTuple):
    """A call of the function, as word of records that were given up tells of it."""

    request_id: str
    executed_version: str
    function_error: str | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A range that ends with `through` and begins after the piece before it (or the checkpoint).

    `attempts` are the failed calls that count towards MaximumRetryAttempts, `failures` all in a row (throttled calls
    too): they set the wait. It is not called before `retry_at`. `last` is its last call, if it was called.
    """

    through: int
    attempts: int = 0
    failures: int = 0
    retry_at: float = 0.0
    last: LastCall | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one lane has come: every record up to `checkpoint` is done.

    `window` is the tumbling window that is open, and `closed` the time up to which windows are over.
    """

    checkpoint: int
    pieces: tuple[Piece, ...] = ()
    window: TumblingWindow | None = None
    closed: float = 0.0

    @property
    def unfinished(self) -> bool:
        """Whether something is left to do though no record is new."""
        return bool(self.pieces) or self.window is not None

    def document(self) -> dict[str, Any]:
        """As it is saved in a lease."""
        pieces = [
            [piece.through, piece.attempts, piece.failures, piece.retry_at, *([list(piece.last)] if piece.last else [])]
            for piece in self.pieces
        ]
        saved: dict[str, Any] = {"checkpoint": self.checkpoint, "pieces": pieces}
        if self.closed:
            saved["closed"] = self.closed
        if self.window is not None:
            saved["window"] = self.window.document()
        return saved

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Progress:
        """Read back what `document` wrote."""
        pieces = tuple(
            Piece(through, attempts, failures, retry_at, LastCall(*last[0]) if last else None)
            for through, attempts, failures, retry_at, *last in document.get("pieces", ())
        )
        window = TumblingWindow(**document["window"]) if "window" in document else None
        return cls(document["checkpoint"], pieces, window, document.get("closed", 0.0))


@dataclass(frozen=True, slots=True)
class Rules:
    """What a mapping says about answers and failures. `retries_max` None: until the records expire. `windowed`: each
    answer has to have the state of its tumbling window.
    """

    retries_max: int | None = None
    bisect: bool = False
    partial: bool = False
    windowed: bool = False


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The whole batch is done. `state` is the window's from now on."""

    state: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The whole batch is not done."""


@dataclass(frozen=True, slots=True)
class FailedFrom:
    """Everything before the record of this sequence number is done. `state` is the window's from now on."""

    sequence: int
    state: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Postponed:
    """The function was not called (throttled, not there): tried again, and not counted as an attempt."""


Result = Succeeded | Failed | FailedFrom | Postponed


@dataclass(frozen=True, slots=True)
class Settled:
    """The progress to save, and the sequence numbers that were given up, if any, after how many attempts."""

    progress: Progress
    given_up: tuple[int, ...] = ()
    attempts: int = 0


def read_answer(function_error: str | None, payload: bytes, numbers: Mapping[str, int], rules: Rules) -> Result:
    """What the function's answer says about its batch; `numbers` are the batch's, by their text.

    With ReportBatchItemFailures, an answer without failures is a success, the lowest of the batch's numbers that it
    names is where it failed, and a failure that names none of them is the failure of all. In a tumbling window, an
    answer without a state is a failure.
    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    if function_error:
        return Failed()
    if not (rules.partial or rules.windowed):
        return Succeeded()
    try:
        answer = orjson.loads(payload or b"null")
    except orjson.JSONDecodeError:
        return Failed()
    members = answer if isinstance(answer, dict) else {}
    state = members.get("state") if rules.windowed else None
    if rules.windowed and not isinstance(state, dict):
        return Failed()
    named = failed_items(members, numbers) if rules.partial else ()
    if not named:
        return Failed() if named is None else Succeeded(state)
    return FailedFrom(min(numbers[name] for name in named), state)


def failed_items(answer: Mapping[str, Any], known: Container[str]) -> Sequence[str] | None:
    """The identifiers that an answer's batchItemFailures names; None, all have failed, where it names one unknown."""
    failures = answer.get("batchItemFailures")
    if not failures:
        return ()
    if not isinstance(failures, list):
        return None
    named = [one.get("itemIdentifier") if isinstance(one, dict) else None for one in failures]
    found = [name for name in named if isinstance(name, str) and name in known]
    return found if len(found) == len(named) else None


def settle(
    progress: Progress,
    through: int,
    batch: Sequence[int],
    result: Result,
    rules: Rules,
    now: float,
    call: LastCall | None = None,
) -> Settled:
    """The progress after a `call` with the records `batch` (rising, not empty) that reached to `through`.

    `through` is the head piece's end where there are pieces, else the last number that was looked at (records that a
    filter turned away are part of the range). Its window is as it was.
    """
    head, *rest = progress.pieces or (Piece(through),)
    head = replace(head, last=call or head.last)

    def so_far(checkpoint: int, *pieces: Piece) -> Progress:
        return replace(progress, checkpoint=checkpoint, pieces=(*pieces, *rest))

    if isinstance(result, Succeeded):
        return Settled(so_far(head.through))
    if isinstance(result, Postponed):
        return Settled(so_far(progress.checkpoint, _waiting(head, now)))
    if isinstance(result, FailedFrom) and result.sequence > batch[0]:
        # Progress was made, so what is left is a batch of its own, with all its attempts before it.
        return Settled(so_far(result.sequence - 1, _waiting(Piece(head.through, last=head.last), now)))
    if rules.bisect and len(batch) > 1:
        # A split doesn't count as an attempt, and its first half is called at once: log2(n) splits are the most.
        first = replace(head, through=batch[len(batch) // 2 - 1], failures=0, retry_at=0.0)
        return Settled(so_far(progress.checkpoint, first, replace(first, through=head.through)))
    tried = replace(head, attempts=head.attempts + 1)
    if rules.retries_max is not None and tried.attempts > rules.retries_max:
        return Settled(so_far(head.through), tuple(batch), tried.attempts)
    return Settled(so_far(progress.checkpoint, _waiting(tried, now)))


def close_window(progress: Progress, result: Result, rules: Rules, oldest: float, now: float) -> Settled:
    """The progress after the final call of its window, which is tried again as a batch is.

    `given_up` are the window's first and last number where its state is dropped without a final call that succeeded:
    no retries are left, or the last record of the window is older than `oldest`.
    """
    window = progress.window
    assert window is not None, "only a window that is open is closed"
    over = replace(progress, window=None, closed=progress.closed if window.early else float(window.end))
    if isinstance(result, Succeeded):
        return Settled(over)
    attempts = window.attempts + (not isinstance(result, Postponed))
    exhausted = rules.retries_max is not None and attempts > rules.retries_max
    if exhausted or window.last_at < oldest:
        return Settled(over, (window.first, window.last), attempts)
    failures, retry_at = window.failures + 1, now + backoff.seconds(window.failures)
    return Settled(replace(progress, window=replace(window, attempts=attempts, failures=failures, retry_at=retry_at)))


def skip(progress: Progress, through: int) -> Progress:
    """The progress when nothing up to `through` (the head piece's end, if there are pieces) needs a call."""
    return replace(progress, checkpoint=max(through, progress.checkpoint), pieces=progress.pieces[1:])


def lose(progress: Progress, through: int) -> Progress:
    """The progress when every record up to `through` is gone; what is left of a piece stays one."""
    pieces = tuple(piece for piece in progress.pieces if piece.through > through)
    return replace(progress, checkpoint=max(through, progress.checkpoint), pieces=pieces)


def cut(progress: Progress, through: int) -> Progress:
    """The progress with its head piece cut where a batch of it ends: its limits or its filter may have changed."""
    if not progress.pieces or through >= progress.pieces[0].through:
        return progress
    head, *rest = progress.pieces
    return replace(progress, pieces=(replace(head, through=through), Piece(head.through), *rest))


def _waiting(piece: Piece, now: float) -> Piece:
    """The piece, to be tried again after a while."""
    return replace(piece, failures=piece.failures + 1, retry_at=now + backoff.seconds(piece.failures))
