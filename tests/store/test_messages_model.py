"""Any history of sends, receives, deletions, visibility changes and time, held to a model that has only a list."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tailrace import store
from tailrace.store import messages
from tailrace.store.engine import Store, Transaction
from tests.store.tables import NOW
from tests.store.test_messages import counts, send, take

VISIBLE_SECONDS = 30

steps = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.sampled_from("gh"), st.sampled_from((0, 0, 0, 7))),
        st.tuples(st.just("receive"), st.sampled_from((1, 2, 3, 10)), st.none()),
        st.tuples(st.just("delete"), st.integers(0, 3), st.none()),
        st.tuples(st.just("hide"), st.integers(0, 3), st.sampled_from((0, 5, 45))),
        st.tuples(st.just("wait"), st.sampled_from((1, 10, 30)), st.none()),
    ),
    min_size=20,
    max_size=80,
)


class Model:
    """A queue as a list of messages in the order of their sending; each is [number, group, due, receives]."""

    def __init__(self) -> None:
        self.now = NOW
        self.all: list[list[Any]] = []

    def is_held(self, message: list[Any]) -> bool:
        return bool(message[3]) and message[2] > self.now

    def may_be_received(self) -> dict[str, list[int]]:
        """The numbers of each free group's messages, up to the first that is put off."""
        found: dict[str, list[int]] = {}
        for group in "gh":
            own = [m for m in self.all if m[1] == group]
            if any(self.is_held(m) for m in own):
                continue
            found[group] = []
            for message in own:
                if message[2] > self.now:
                    break
                found[group].append(message[0])
        return {group: numbers for group, numbers in found.items() if numbers}

    def of(self, number: int) -> list[Any]:
        return next(m for m in self.all if m[0] == number)


async def play(place: Store, history: list[tuple[str, Any, Any]]) -> None:
    queue, model = await place.update(lambda tx: messages.open_queue(tx, 10_000.0)), Model()
    for what, one, two in history:
        if what == "send":
            [number] = await send(place, queue, "x", now=model.now, due=model.now + two, group=one)
            model.all.append([number, one, model.now + two, 0])
        elif what == "receive":
            free = model.may_be_received()
            taken = await take(place, queue, model.now, one, VISIBLE_SECONDS, grouped=True)
            assert bool(taken) == bool(free)
            for group in {message.group for message in taken}:
                numbers = [message.number for message in taken if message.group == group]
                assert numbers == free[str(group)][: len(numbers)], "the first of its group, in their order"
            assert len(taken) == min(one, sum(map(len, free.values())))
            for message in taken:
                model.of(message.number)[2:] = [model.now + VISIBLE_SECONDS, message.receives]
        elif what == "wait":
            model.now += one
        elif held := [message for message in model.all if model.is_held(message)]:
            # As the service has it: only the receipt of a receive that still runs will do.
            await change(place, queue, model, held[one % len(held)], two)
        await check(place, queue, model)


async def change(place: Store, queue: int, model: Model, message: list[Any], seconds: int | None) -> None:
    """Delete a message that was received, or hide it for another time."""

    def act(tx: Transaction) -> None:
        found = messages.state(tx, queue, message[0])
        assert found
        if seconds is None:
            messages.remove(tx, queue, message[0], model.now)
        else:
            messages.hide(tx, queue, message[0], found, model.now, model.now + seconds)

    await place.update(act)
    if seconds is None:
        model.all.remove(message)
    else:
        message[2] = model.now + seconds


async def check(place: Store, queue: int, model: Model) -> None:
    held = sum(model.is_held(m) for m in model.all)
    hidden = sum(m[2] > model.now for m in model.all)
    assert await counts(place, queue, model.now) == (len(model.all) - hidden, held, hidden - held)
    due = await place.view(lambda tx: messages.next_due(tx, queue, grouped=True))
    assert (due is not None and due <= model.now) == bool(model.may_be_received())


@settings(max_examples=150)
@given(steps)
def test_a_fifo_queue_agrees_with_its_model(history: list[tuple[str, Any, Any]]) -> None:
    async def run() -> None:
        place = await store.open("memory:")
        try:
            await play(place, history)
        finally:
            await place.close()

    asyncio.run(run())
