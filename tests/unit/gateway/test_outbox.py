"""Answers of one turn of the event loop leave together, in their order, and none waits for long."""

from __future__ import annotations

import asyncio

import pytest

from tailrace.gateway.outbox import BYTES_MAX, SECONDS_MAX, TOGETHER_MAX, Outbox


class Clients:
    """Clients of an outbox on a clock that is moved by hand, and what was sent to them."""

    def __init__(self) -> None:
        self.now = 100.0
        self.open = ["one", "another"]
        self.outbox = Outbox(lambda: self.now, self.open)
        self.sent: list[bytes] = []
        self.outbox.add(self, b"0")

    def send(self, answer: bytes) -> None:
        if answer == b"broken":
            raise RuntimeError("this client's transport is in trouble")
        self.sent.append(answer)

    def taken(self) -> list[bytes]:
        """What was sent since this was asked last."""
        sent, self.sent = self.sent, []
        return sent

    def add(self, *answers: bytes) -> None:
        for answer in answers:
            self.outbox.add(self, answer)


async def test_answers_of_a_turn_leave_at_its_end_in_their_order() -> None:
    clients = Clients()
    assert clients.taken() == [b"0"]
    clients.add(b"1", b"2", b"3")
    assert clients.taken() == []
    await asyncio.sleep(0)
    assert clients.taken() == [b"1", b"2", b"3"]
    clients.add(b"4")
    await asyncio.sleep(0)
    assert clients.taken() == [b"4"]


async def test_an_answer_that_stays_alone_does_not_wait() -> None:
    clients = Clients()
    clients.now += SECONDS_MAX
    clients.add(b"1", b"2")
    assert clients.taken() == [b"0", b"1"]
    await asyncio.sleep(0)
    clients.open.pop()
    clients.add(b"3", b"4")
    assert clients.taken() == [b"2", b"3", b"4"]


async def test_some_answers_are_enough_for_them_to_leave_before_the_end_of_the_turn() -> None:
    clients = Clients()
    numbers = [b"%d" % n for n in range(1, TOGETHER_MAX + 2)]
    clients.add(*numbers)
    assert clients.taken() == [b"0", *numbers[:-1]]
    await asyncio.sleep(0)
    assert clients.taken() == numbers[-1:]


async def test_an_answer_waits_for_no_slow_one() -> None:
    clients = Clients()
    clients.add(b"1")
    clients.now += SECONDS_MAX
    clients.add(b"2")
    assert clients.taken() == [b"0", b"1", b"2"]
    clients.add(b"3")
    clients.now -= 3600  # a clock that was set back tells nothing of how long it has been
    clients.add(b"4")
    assert clients.taken() == [b"3", b"4"]


async def test_a_large_answer_is_not_kept() -> None:
    clients = Clients()
    large = b"x" * (BYTES_MAX + 1)
    clients.add(b"1", large)
    assert clients.taken() == [b"0", b"1", large]


async def test_one_clients_trouble_is_no_others(caplog: pytest.LogCaptureFixture) -> None:
    clients = Clients()
    clients.add(b"1", b"broken", b"2")
    clients.outbox.empty()
    assert clients.taken() == [b"0", b"1", b"2"]
    assert "an answer could not be sent" in caplog.text
