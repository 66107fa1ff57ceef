"""A write that looks at nothing of what it replaces leaves what one leaves that does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest

from tailrace import store
from tailrace.store import items
from tailrace.store.batch import Batch
from tailrace.store.engine import Store, Transaction
from tailrace.store.image import NOTHING, Image
from tailrace.store.layout import ExpiryLayout, Item, StreamLayout, TableLayout
from tests.store.tables import INDEXED, NOW, PLAIN, deleting, everything, item, key_of, putting

OTHER = replace(PLAIN, collection=7)
WRITES = [
    (item("a"), True),
    (item("a"), True),  # the same once more
    (item("a", note="longer"), True),
    (item("b", n=1), True),
    (item("a"), False),
    (item("a"), False),  # which isn't there
    (item("a", n=22), True),
    (item("b", n=2), True),  # of one size
]


async def test_it_leaves_the_same_rows_and_counts(embedded: Store) -> None:
    for thing, put in WRITES:

        def write(tx: Transaction, thing: Item = thing, *, put: bool = put) -> items.Change:
            return items.replace(tx, OTHER, key_of(OTHER, thing), Image(thing) if put else NOTHING)

        looked = await embedded.update((putting if put else deleting)(PLAIN, thing))
        blind = await embedded.update(write)
        assert (blind.old.size, blind.old.exists, blind.new.item) == (
            looked.old.size,
            looked.old.exists,
            looked.new.item,
        )
        assert (
            await embedded.view(lambda tx: everything(tx, 7)),
            await embedded.view(lambda tx: items.measure(tx, 7)),
        ) == (
            await embedded.view(lambda tx: everything(tx, 1)),
            await embedded.view(lambda tx: items.measure(tx, 1)),
        )


async def test_a_batch_leaves_the_same_rows_and_counts(embedded: Store) -> None:
    def batch(
        layout: TableLayout, writes: list[tuple[Item, bool]], *, blind: bool
    ) -> Callable[[Transaction], list[items.Change]]:
        def write(tx: Transaction) -> list[items.Change]:
            made = Batch(tx, NOW)
            made.read([(layout.collection, key_of(layout, thing)) for thing, _ in writes], blind=blind)
            news = [Image(thing) if put else NOTHING for thing, put in writes]
            done = [
                made.change(layout, key_of(layout, thing), lambda old, new=new: new)
                for (thing, _), new in zip(writes, news, strict=True)
            ]
            made.write()
            return done

        return write

    for writes in ([WRITES[0], WRITES[3]], [WRITES[2], WRITES[7], (item("c"), False), (item("d"), True)], WRITES[4:5]):
        looked = await embedded.update(batch(PLAIN, writes, blind=False))
        blind = await embedded.update(batch(OTHER, writes, blind=True))
        told = [
            [(each.old.size, each.old.exists, each.new.size, each.wrote) for each in done] for done in (looked, blind)
        ]
        assert told[0] == told[1]
        assert await embedded.view(lambda tx: everything(tx, 7)) == await embedded.view(lambda tx: everything(tx, 1))
        assert await embedded.view(lambda tx: items.measure(tx, 7)) == await embedded.view(
            lambda tx: items.measure(tx, 1)
        )


async def test_what_was_not_read_cannot_be_looked_at(embedded: Store) -> None:
    await embedded.update(putting(PLAIN, item("a")))
    key = key_of(PLAIN, item("a"))
    done = await embedded.update(lambda tx: items.replace(tx, PLAIN, key, Image(item("a", n=1))))
    with pytest.raises(orjson.JSONDecodeError):
        assert done.old.item


@pytest.mark.parametrize(
    ("layout", "may"),
    [
        (PLAIN, True),
        (INDEXED, False),
        (replace(PLAIN, stream=StreamLayout(1, "KEYS_ONLY", ())), False),
        (replace(PLAIN, expiry=ExpiryLayout("until", 2)), False),
        (replace(PLAIN, recorded=True), False),
    ],
    ids=["plain", "indexed", "streamed", "expiring", "recorded"],
)
async def test_only_a_table_that_keeps_nothing_may_forget_what_was_there(layout: TableLayout, *, may: bool) -> None:
    place = await store.open("memory:")
    assert await place.view(lambda tx: items.can_replace(tx, layout)) is may
    await place.close()
