"""Messages of queues: waiting, hidden while somebody works on them, gone when acknowledged.

```
put ──due──> waiting ──hide(until)──> in flight ──remove──> gone
               ^                         │ its time ran out, or hide(now)
               └─────────────────────────┘
```
A message has one time, `due`: before it nobody receives the message, so a delay, a visibility timeout and their ends
are one comparison in one index, and nothing has to happen when a time is over. A queue here is a number; what AWS knows
of it is the service's document. Dropping or purging one takes its number away and its messages later (`sweep`). In a
first-in-first-out queue each message has a group (see `message_groups`). The rejected alternative, lists of waiting and
of hidden messages, needs somebody to carry each message from one to the other in time.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from tailrace.store import message_groups
from tailrace.store.engine import Transaction

Head = dict[str, Any]


class Message(NamedTuple):
    """A message. `number` is larger for a later one; times are epoch seconds; `head` is what the service says of it.

    `first` is when it was first received, None before that; `receives` how often it was.
    """

    number: int
    due: float
    sent: float
    first: float | None
    receives: int
    group: str | None
    head: Head
    body: str


class State(NamedTuple):
    """What there is to know about a message without reading it."""

    due: float
    first: float | None
    receives: int
    group: str | None


class Counts(NamedTuple):
    """How many messages a queue has: to be had now, in somebody's hands, and put off at their sending."""

    waiting: int
    in_flight: int
    delayed: int


_MESSAGE = "SELECT message, due, sent, first, receives, message_group, head, body FROM messages "


def topic(queue: int) -> str:
    """The topic that is notified when a message of the queue may have become due."""
    return f"messages/{queue}"


def open_queue(tx: Transaction, retention_s: float) -> int:
    """A new queue's number. What was sent to it longer ago than `retention_s` is forgotten."""
    row = tx.row(
        "INSERT INTO queues (messages, in_flight, retention_s, dropped) VALUES (0, 0, ?, 0) RETURNING queue",
        retention_s,
    )
    assert row
    return int(row[0])


def set_retention(tx: Transaction, queue: int, retention_s: float) -> None:
    """Keep messages for another time from now on, those that are there too."""
    tx.do("UPDATE queues SET retention_s = ? WHERE queue = ?", retention_s, queue)


def drop_queue(tx: Transaction, queue: int) -> None:
    """Let `sweep` delete all that belongs to the queue. Nobody uses its number any more."""
    tx.do("UPDATE queues SET dropped = 1 WHERE queue = ?", queue)


def put(
    tx: Transaction,
    queue: int,
    body: str,
    head: Head,
    *,
    now: float,
    due: float | None = None,
    group: str | None = None,
) -> int:
    """Add a message that can be received from `due` on (now, unless given); its number."""
    at = now if due is None else due
    row = tx.row(
        "INSERT INTO messages (queue, due, sent, receives, message_group, head, body) VALUES (?, ?, ?, 0, ?, ?, ?) "
        "RETURNING message",
        *(queue, at, now, group, orjson.dumps(head), body),
    )
    assert row
    _count(tx, queue, 1)
    if group is not None:
        message_groups.join(tx, queue, group, at)
    tx.notify(topic(queue), "")
    return int(row[0])


def due(tx: Transaction, queue: int, now: float, limit: int) -> list[Message]:
    """At most `limit` messages that can be received, the longest due first. For queues without groups."""
    rows = tx.rows(f"{_MESSAGE}WHERE queue = ? AND due <= ? ORDER BY due, message LIMIT ?{tx.skip}", queue, now, limit)
    return [_message(row) for row in rows]


def due_in_groups(tx: Transaction, queue: int, now: float, limit: int) -> list[Message]:
    """At most `limit` messages that can be received, of each group its first ones in the order of their sending."""
    found: list[Message] = []
    for group in message_groups.due(tx, queue, now, limit):
        rows = tx.rows(
            f"{_MESSAGE}WHERE queue = ? AND message_group = ? ORDER BY message LIMIT ?{tx.lock}",
            *(queue, group, limit - len(found)),
        )
        for row in rows:
            message = _message(row)
            if message.due > now:  # put off: what was sent after it waits, too
                break
            found.append(message)
        if len(found) >= limit:
            break
    return found


def waiting(tx: Transaction, queue: int, now: float, limit: int) -> tuple[int, int]:
    """How many messages can be received, counted up to `limit`, and the characters of their bodies.

    For queues without groups.
    """
    row = tx.row(
        "SELECT count(*), coalesce(sum(length(body)), 0) FROM "
        "(SELECT body FROM messages WHERE queue = ? AND due <= ? ORDER BY due, message LIMIT ?) AS first",
        *(queue, now, limit),
    )
    assert row
    return int(row[0]), int(row[1])


def total(tx: Transaction, queue: int) -> int:
    """How many messages the queue has, those that can't be received now among them; a bound for `waiting`."""
    row = tx.row("SELECT messages FROM queues WHERE queue = ?", queue)
    return int(row[0]) if row else 0


def next_due(tx: Transaction, queue: int, *, grouped: bool) -> float | None:
    """When the next message can be received (in the past: now); None in an empty queue."""
    if grouped:
        return message_groups.next_due(tx, queue)
    row = tx.row("SELECT min(due) FROM messages WHERE queue = ?", queue)
    found: float | None = row[0] if row else None
    return found


def state(tx: Transaction, queue: int, number: int) -> State | None:
    """What stands of a message; None where the queue has none of that number."""
    row = tx.row(
        f"SELECT due, first, receives, message_group FROM messages WHERE message = ? AND queue = ?{tx.lock}",  # noqa: S608
        *(number, queue),
    )
    return State(*row) if row else None


def read(tx: Transaction, queue: int, number: int) -> Message | None:
    """A message; None where the queue has none of that number."""
    row = tx.row(f"{_MESSAGE}WHERE message = ? AND queue = ?", number, queue)
    return _message(row) if row else None


def receive(tx: Transaction, queue: int, message: Message, now: float, until: float) -> Message:
    """Hide a message that somebody has received; the message as it is now. Its group is settled by the caller."""
    first = now if message.first is None else message.first
    tx.do(
        "UPDATE messages SET due = ?, first = ?, receives = receives + 1 WHERE message = ? AND queue = ?",
        *(until, first, message.number, queue),
    )
    return message._replace(due=until, first=first, receives=message.receives + 1)


def hide(tx: Transaction, queue: int, number: int, found: State, now: float, until: float) -> None:
    """Move the time from which a message can be received again; `until` may be now."""
    tx.do("UPDATE messages SET due = ? WHERE message = ? AND queue = ?", until, number, queue)
    if found.group is not None:
        message_groups.settle(tx, queue, found.group, now)
    tx.notify(topic(queue), "")


def give_back(tx: Transaction, queue: int, number: int, receives: int, now: float) -> bool:
    """Undo the receive that made it `receives`: the message can be received now, as if it hadn't been.

    False, and nothing done, where the message is gone or was received again since.
    """
    row = tx.row(
        "UPDATE messages SET due = ?, receives = receives - 1, first = CASE WHEN receives > 1 THEN first END "
        "WHERE message = ? AND queue = ? AND receives = ? RETURNING message_group",
        *(now, number, queue, receives),
    )
    if row is None:
        return False
    if receives == 1:
        _count(tx, queue, 0, -1)
    if row[0] is not None:
        message_groups.settle(tx, queue, row[0], now)
    tx.notify(topic(queue), "")
    return True


def remove(tx: Transaction, queue: int, number: int, now: float) -> bool:
    """Delete a message; whether there was one."""
    row = tx.row(
        "DELETE FROM messages WHERE message = ? AND queue = ? RETURNING message_group, receives", number, queue
    )
    if row is None:
        return False
    _count(tx, queue, -1, -1 if row[1] else 0)
    if row[0] is not None:
        message_groups.settle(tx, queue, row[0], now)
        tx.notify(topic(queue), "")
    return True


def move(tx: Transaction, queue: int, target: int, message: Message, now: float, *, sent: float, head: Head) -> None:
    """Put a message into another queue, where it can be received now; it keeps its number and its receives.

    `sent` is from when on the target's retention counts.
    """
    tx.do(
        "UPDATE messages SET queue = ?, due = ?, sent = ?, head = ? WHERE message = ? AND queue = ?",
        *(target, now, sent, orjson.dumps(head), message.number, queue),
    )
    in_flight = 1 if message.receives else 0
    _count(tx, queue, -1, -in_flight)
    _count(tx, target, 1, in_flight)
    if message.group is not None:
        message_groups.settle(tx, queue, message.group, now)
        message_groups.join(tx, target, message.group, now)
        message_groups.settle(tx, target, message.group, now)
    tx.notify(topic(target), "")


def take_in_flight(tx: Transaction, queue: int, count: int, now: float, maximum: int) -> bool:
    """Note that `count` more messages are in somebody's hands; False, and nothing noted, where that is too many.

    What is kept is a bound from above, since nobody notices when a visibility timeout ends; only where the bound says
    too many are they counted.
    """
    row = tx.row("SELECT in_flight FROM queues WHERE queue = ?", queue)
    known = int(row[0]) if row else 0
    if known + count > maximum:
        message_groups.hold(tx, queue)
        known = counts(tx, queue, now).in_flight
        if known + count > maximum:
            return False
        tx.do("UPDATE queues SET in_flight = ? WHERE queue = ?", known, queue)
    _count(tx, queue, 0, count)
    return True


def counts(tx: Transaction, queue: int, now: float) -> Counts:
    """How many messages the queue has now. What is past its retention doesn't count."""
    row = tx.row("SELECT messages, retention_s FROM queues WHERE queue = ?", queue)
    if row is None:
        return Counts(0, 0, 0)
    oldest = now - row[1]
    # The plus keeps a database from looking by `sent`, where it would find the whole queue.
    hidden = tx.row(
        "SELECT count(*), coalesce(sum(CASE WHEN receives > 0 THEN 1 ELSE 0 END), 0) FROM messages "
        "WHERE queue = ? AND due > ? AND +sent > ?",
        *(queue, now, oldest),
    )
    expired = tx.row("SELECT count(*) FROM messages WHERE queue = ? AND sent <= ?", queue, oldest)
    assert hidden
    assert expired
    return Counts(row[0] - expired[0] - hidden[0], hidden[1], hidden[0] - hidden[1])


def oldest(tx: Transaction, queue: int, now: float) -> float | None:
    """When the oldest message was sent that isn't past its retention; None in an empty queue."""
    row = tx.row(
        "SELECT min(sent) FROM messages WHERE queue = ? AND sent > "
        "(SELECT ? - retention_s FROM queues WHERE queue = ?)",
        *(queue, now, queue),
    )
    found: float | None = row[0] if row else None
    return found


def filled(tx: Transaction) -> set[int]:
    """The queues that have messages."""
    return {int(row[0]) for row in tx.rows("SELECT queue FROM queues WHERE messages > 0 AND dropped = 0")}


def trim(tx: Transaction, now: float, limit: int) -> int:
    """Delete at most `limit` messages that are past their queue's retention; how many they were."""
    rows = tx.rows(
        "SELECT m.queue, m.message FROM queues q JOIN messages m ON m.queue = q.queue AND m.sent <= ? - q.retention_s "
        "WHERE q.dropped = 0 LIMIT ?",
        now,
        limit,
    )
    return sum(remove(tx, queue, number, now) for queue, number in rows)


def sweep(tx: Transaction, limit: int) -> int:
    """Delete at most `limit` rows of a dropped queue; how many they were, 0 when nothing of any is left."""
    row = tx.row("SELECT queue FROM queues WHERE dropped = 1 LIMIT 1")
    if row is None:
        return 0
    gone = tx.run(
        "DELETE FROM messages WHERE message IN (SELECT message FROM messages WHERE queue = ? LIMIT ?)", row[0], limit
    )
    return gone or message_groups.forget(tx, row[0], limit) or tx.run("DELETE FROM queues WHERE queue = ?", row[0])


def _message(row: tuple[Any, ...]) -> Message:
    number, due, sent, first, receives, group, head, body = row
    return Message(number, due, sent, first, receives, group, orjson.loads(head), body)


def _count(tx: Transaction, queue: int, messages: int, in_flight: int = 0) -> None:
    tx.do(
        "UPDATE queues SET messages = messages + ?, in_flight = in_flight + ? WHERE queue = ?",
        *(messages, in_flight, queue),
        turn=("queues", queue),
    )
