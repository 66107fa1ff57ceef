"""Items, index entries, expirations, statistics and the stream held to a dictionary, whatever the order of writes.

The stream is replayed: applying its records in order to nothing must give the items that are there.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from typing import Any

import orjson
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tailrace import store
from tailrace.expression.values import item_size
from tailrace.store import expirations, items
from tailrace.store.engine import Transaction
from tailrace.store.layout import ExpiryLayout, Item, TableLayout
from tests.store.tables import (
    BY_COLOR,
    BY_GROUP,
    BY_SIZE,
    NOW,
    PK,
    SK,
    entry_key,
    everything,
    item,
    key_of,
    of_items,
    open_stream,
    records,
)

INDEXES = (BY_GROUP, BY_COLOR, BY_SIZE)
EXPIRY = ExpiryLayout("n", 9)
PARTITIONS = st.sampled_from(["", "a", "b", "a\0", "a\0b", "\U0001f600"])
NUMBERS = st.integers(-2, 2)
ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "group": st.sampled_from(["g", "h", "g\0"]) | st.integers(0, 1),
        "n": NUMBERS | st.just("no number"),
        "color": st.sampled_from(["red", "blue"]),
        "size": NUMBERS,
        "note": st.sampled_from(["x", "yy"]),
    },
)
ITEMS = st.builds(lambda pk, sk, attributes: item(pk, sk, **attributes), PARTITIONS, NUMBERS, ATTRIBUTES)
WRITES = st.lists(st.tuples(ITEMS, st.sampled_from(["put", "put", "delete", "fail"])), min_size=1, max_size=6)


class Refused(Exception):
    """A closure's own exception, after it has written."""


class StoreAgainstDictionary(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.place = self.runner.run(self.open())
        stream = self.runner.run(open_stream(self.place, 3))
        self.layout = TableLayout("t", "s", 1, PK, SK, INDEXES, stream, EXPIRY)
        self.model: dict[bytes, Item] = {}
        self.record_count = 0

    def teardown(self) -> None:
        self.runner.run(self.place.close())
        self.runner.close()

    async def open(self) -> store.Store:
        """The store that is held to the model."""
        return await store.open("memory:")

    @rule(writes=WRITES)
    def write_together(self, writes: list[tuple[Item, str]]) -> None:
        """Each write is an update of its own; all are asked for at once and share a commit."""

        async def ask() -> list[Any]:
            updates = (self.place.update(self.closure([write])) for write in writes)
            return await asyncio.gather(*updates, return_exceptions=True)

        for write, outcome in zip(writes, self.runner.run(ask()), strict=True):
            assert isinstance(outcome, Refused) == (write[1] == "fail")
            self.expect([write])

    @rule(writes=WRITES)
    def write_in_one_transaction(self, writes: list[tuple[Item, str]]) -> None:
        """All of the writes in one update: all of them or none."""

        async def ask() -> None:
            await self.place.update(self.closure(writes))

        try:
            self.runner.run(ask())
        except Refused:
            assert any(kind == "fail" for _, kind in writes)
        else:
            self.expect(writes)

    def closure(self, writes: list[tuple[Item, str]]) -> Any:
        def run(tx: Transaction) -> None:
            for thing, kind in writes:
                new = None if kind == "delete" else thing
                items.change(tx, self.layout, key_of(self.layout, thing), of_items(lambda old, new=new: new), NOW)
                if kind == "fail":
                    raise Refused

        return run

    def expect(self, writes: list[tuple[Item, str]]) -> None:
        for thing, kind in writes:
            key = key_of(self.layout, thing)
            if kind == "put":
                self.record_count += self.model.get(key) != thing
                self.model[key] = thing
            elif kind == "delete":
                self.record_count += self.model.pop(key, None) is not None

    @invariant()
    def the_items_are_the_models(self) -> None:
        def check(tx: Transaction) -> None:
            found = everything(tx, 1)
            assert [row.key for row in found] == sorted(self.model)
            assert {row.key: orjson.loads(row.body) for row in found} == self.model
            assert all(row.size == item_size(self.model[row.key]) for row in found)

        self.runner.run(self.place.view(check))

    @invariant()
    def the_entries_are_those_of_the_items(self) -> None:
        def check(tx: Transaction) -> None:
            for index in INDEXES:
                parts = (*index.hash, *index.range)
                fitting = [i for i in self.model.values() if all(p.type in i.get(p.name, ()) for p in parts)]
                found = everything(tx, index.collection)
                assert [row.key for row in found] == sorted(entry_key(self.layout, index, i) for i in fitting)
                for row in found:
                    shown = orjson.loads(row.body)
                    whole = self.model[key_of(self.layout, shown)]
                    assert all(whole[name] == value for name, value in shown.items())
                    assert row.size == item_size(shown)

        self.runner.run(self.place.view(check))

    @invariant()
    def the_expirations_are_those_of_the_items(self) -> None:
        expected = [(expirations.due_of(EXPIRY, thing), key) for key, thing in self.model.items()]
        found = self.runner.run(self.place.view(lambda tx: expirations.due(tx, EXPIRY, 100.0, 10_000)))
        assert found == sorted(pair for pair in expected if pair[0] is not None)

    @invariant()
    def the_statistics_are_a_recount(self) -> None:
        def check(tx: Transaction) -> None:
            for collection in (1, *(index.collection for index in INDEXES)):
                found = everything(tx, collection)
                assert items.measure(tx, collection) == (len(found), sum(row.size for row in found))

        self.runner.run(self.place.view(check))

    @invariant()
    def the_stream_replays_to_the_items(self) -> None:
        def check(tx: Transaction) -> None:
            replayed: dict[bytes, Item] = {}
            count = 0
            for shard in records(tx, self.layout.stream.stream):
                assert [r.sequence - shard[0].sequence for r in shard] == list(range(len(shard)))
                for record in shard:
                    count += 1
                    found = orjson.loads(record.body)
                    content = found["dynamodb"]
                    key = key_of(self.layout, content["Keys"])
                    assert replayed.get(key) == content.get("OldImage")
                    assert found["eventName"] == (
                        "INSERT" if key not in replayed else "MODIFY" if "NewImage" in content else "REMOVE"
                    )
                    if "NewImage" in content:
                        replayed[key] = content["NewImage"]
                    else:
                        del replayed[key]
            assert replayed == self.model
            assert count == self.record_count

        self.runner.run(self.place.view(check))


class DurableStoreAgainstDictionary(StoreAgainstDictionary):
    """The same on a file that power cuts interrupt: what the disk holds at any moment is all that was acknowledged."""

    def __init__(self) -> None:
        self.folders = [tempfile.TemporaryDirectory()]
        super().__init__()

    def teardown(self) -> None:
        super().teardown()
        for folder in self.folders:
            folder.cleanup()

    async def open(self) -> store.Store:
        return await store.open(self.folders[-1].name)

    @rule(writes=WRITES)
    def crash(self, writes: list[tuple[Item, str]]) -> None:
        """The files as they lie there, in the middle of a transaction that was never finished, are opened elsewhere."""
        self.folders.append(tempfile.TemporaryDirectory())

        def cut_off(tx: Transaction) -> None:
            self.closure([(thing, "put") for thing, _ in writes])(tx)
            shutil.copytree(self.folders[-2].name, self.folders[-1].name, dirs_exist_ok=True)
            raise Refused

        async def ask() -> None:
            await self.place.update(cut_off)

        with pytest.raises(Refused):
            self.runner.run(ask())
        self.runner.run(self.place.close())
        self.place = self.runner.run(self.open())


StoreAgainstDictionary.TestCase.settings = settings(max_examples=60, stateful_step_count=25)
DurableStoreAgainstDictionary.TestCase.settings = settings(max_examples=15, stateful_step_count=15)
test_store_against_dictionary = StoreAgainstDictionary.TestCase
test_durable_store_against_dictionary_through_crashes = DurableStoreAgainstDictionary.TestCase
