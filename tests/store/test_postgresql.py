"""What is PostgreSQL's alone: opened, made once by many, refused when it is newer, told apart when it is away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tailrace import store
from tailrace.store import StoreUnavailable, log_events, resources
from tailrace.store.engine import Transaction
from tailrace.store.postgresql import database_version, dialects
from tailrace.store.postgresql import link as link_module
from tailrace.store.postgresql import place as place_module
from tailrace.store.postgresql.documents import FRESH_SECONDS
from tailrace.store.postgresql.link import Link, Refused, translated
from tailrace.store.postgresql.tables import in_words_of
from tests.postgres import Databases
from tests.store.tables import NOW


@pytest.mark.parametrize("advisory", [True, False])
async def test_many_servers_start_on_an_empty_database_at_once(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, advisory: bool
) -> None:
    dialect = replace(dialects.POSTGRESQL, advisory=advisory)
    monkeypatch.setattr(dialects, "of", lambda version: dialect)
    for _ in range(4):  # who comes first is by chance
        url = databases.new()
        opened = await asyncio.gather(*(store.open(url) for _ in range(8)))
        await opened[0].update(lambda tx: resources.put(tx, "k", "s", "n", {"a": 1}))
        found = await asyncio.gather(*(each.view(lambda tx: resources.get(tx, "k", "s", "n")) for each in opened))
        assert found == [{"a": 1}] * 8
        for each in opened:
            await each.close()
        databases.drop()


async def test_a_newer_schema_is_refused(databases: Databases) -> None:
    url = databases.new()
    place = await store.open(url)
    await place.update(lambda tx: tx.run("UPDATE meta SET value = '999' WHERE name = 'schema'"))
    await place.close()
    with pytest.raises(StoreUnavailable, match="written by a newer Tailrace"):
        await store.open(url)
    databases.drop()


async def test_a_database_that_is_away_is_told() -> None:
    with pytest.raises(StoreUnavailable, match="can't be reached"):
        await store.open("postgresql://nobody@127.0.0.1:1/none")


def test_the_doctor_asks_what_it_is(databases: Databases) -> None:
    assert database_version(databases.new()).startswith("PostgreSQL ")
    databases.drop()


async def test_what_one_node_changes_another_hears_of(databases: Databases) -> None:
    url = databases.new()
    a, b = await store.open(url), await store.open(url)
    heard: asyncio.Queue[str] = asyncio.Queue()
    undo = b.listen("topic", heard.put_nowait)

    def change(tx: Transaction) -> None:
        resources.put(tx, "k", "s", "n", {"a": 1})
        tx.notify("topic", "payload")

    while heard.empty():  # until both listen
        await a.update(change)
        await asyncio.sleep(0.05)
    assert await heard.get() == "payload"
    undo()
    await a.close()
    await b.close()
    databases.drop()


async def test_a_document_that_another_node_changed_is_not_worked_with(databases: Databases) -> None:
    """Also when no message tells of the change: the transaction asks by itself."""
    url = databases.new()
    a, b = await store.open(url), await store.open(url)
    for value in range(20):
        await a.update(lambda tx, value=value: resources.put(tx, "k", "s", "n", {"a": value}))  # type: ignore[misc]
        seen = await b.view(lambda tx: (resources.get(tx, "k", "s", "n"), tx.row("SELECT 1")))
        assert seen == ({"a": value}, (1,))
        assert await b.update(lambda tx: resources.get(tx, "k", "s", "n")) == {"a": value}
    await a.close()
    await b.close()
    databases.drop()


async def test_a_change_that_no_message_tells_of_is_seen_after_a_second(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code, permissions, all that a request is answered from without asking the database. By a clock that is moved."""
    now = 0.0
    monkeypatch.setattr(place_module, "_monotonic", lambda: now)
    url = databases.new()
    a, b = await store.open(url), await store.open(url)
    monkeypatch.setattr(b, "_hear", lambda notices: None)
    monkeypatch.setattr(b._signals, "_heard", lambda notices: None)  # type: ignore[attr-defined]
    while not b.known.age:  # type: ignore[attr-defined]  # noqa: ASYNC110 - nobody tells when it listens
        await asyncio.sleep(0.001)  # until it listens, when it forgets what it knew

    def look(tx: Transaction) -> object:
        return resources.get(tx, "k", "s", "n")

    await a.update(lambda tx: resources.put(tx, "k", "s", "n", {"code": "old"}))
    assert await b.view(look) == {"code": "old"}
    await a.update(lambda tx: resources.put(tx, "k", "s", "n", {"code": "new"}))
    now = FRESH_SECONDS - 0.01
    assert await b.view(look) == {"code": "old"}, "it was asked again, so this test shows nothing"
    now = FRESH_SECONDS
    assert await b.view(look) == {"code": "new"}
    assert FRESH_SECONDS <= 1
    await a.close()
    await b.close()
    databases.drop()


async def test_text_may_have_any_character(databases: Databases) -> None:
    place = await store.open(databases.new())
    text = "\0 ä \uf8ff \uf8ff0 \U0001f600"
    await place.update(lambda tx: log_events.ensure_stream(tx, "s", "g", "st", NOW))
    await place.update(lambda tx: log_events.append(tx, "s", "g", "st", [(1, text)], 2))
    [event] = await place.view(lambda tx: log_events.tail(tx, "s", "g", 0, 10))
    assert event.message == text
    await place.close()
    databases.drop()


def test_statements_are_translated_once() -> None:
    sql = "SELECT a FROM b WHERE c = ? AND d > ?"
    assert translated(sql) == b"SELECT a FROM b WHERE c = $1 AND d > $2"
    assert translated(sql) is translated(sql)


@pytest.fixture
def link(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Link]:
    """A connection that keeps four statements."""
    monkeypatch.setattr(link_module, "PREPARED_MAX", 4)
    made = Link(databases.new_undivided())
    yield made
    made.close()
    databases.drop()


def ask(link: Link, *statements: str) -> None:
    """Send statements one by one."""
    for statement in statements:
        link.add(statement)
        link.exchange()


def kept(link: Link) -> dict[str, int]:
    """The statements that the server has kept for a connection, and how often each was run without being parsed."""
    link.add("SELECT statement, generic_plans + custom_plans FROM pg_prepared_statements WHERE statement <> 'COMMIT'")
    [answer] = link.exchange()
    return {text: runs for text, runs in answer.rows if "pg_prepared_statements" not in text}


def test_what_comes_again_and_again_is_prepared_whatever_came_before(link: Link) -> None:
    ask(link, *(f"SELECT {number}" for number in range(100)))
    ask(link, *["SELECT 'hot'"] * 10)
    assert kept(link)["SELECT 'hot'"] == 9
    ask(link, *(statement for number in range(100) for statement in (f"SELECT {number}", "SELECT 'hot'")))
    found = kept(link)
    assert found["SELECT 'hot'"] == 109
    assert len(found) <= 4, "what nobody asks any more has gone"


def test_what_comes_once_takes_nobodys_place(link: Link) -> None:
    ask(link, *(f"SELECT {number}" for number in range(4)))
    ask(link, *(f"SELECT {number}" for number in range(4, 100)))
    assert kept(link).keys() == {f"SELECT {number}" for number in range(4)}


def test_a_statement_goes_for_one_whose_transaction_begins_and_one_that_is_refused(link: Link) -> None:
    """A BEGIN is refused its isolation behind any other statement; what is refused leaves everything as it was."""
    ask(link, *(f"SELECT {number}" for number in range(4)))
    for _ in range(3):
        link.add("BEGIN ISOLATION LEVEL SERIALIZABLE", check=True)
        link.add("SELECT current_setting('transaction_isolation')")
        link.add("COMMIT", check=True)
        [answer] = link.exchange()
        assert answer.rows == [("serializable",)]
        with pytest.raises(Refused, match="division by zero"):
            ask(link, "SELECT 1 / 0")
        with pytest.raises(Refused, match="does not exist"):
            ask(link, "SELECT missing")
    assert len(kept(link)) <= 4
    ask(link, *["SELECT 'after'"] * 3)
    assert kept(link)["SELECT 'after'"]


def test_tables_are_made_in_the_words_of_each_database() -> None:
    made = "CREATE TABLE leases (n INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT, r REAL, b BLOB) WITHOUT ROWID"
    assert in_words_of(dialects.POSTGRESQL, made) == (
        "CREATE TABLE leases (n BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, "
        't TEXT COLLATE "C", r DOUBLE PRECISION, b BYTEA) WITH (fillfactor = 50)'
    )
    cockroach = dialects.of("CockroachDB CCL v25.2.1 (x86_64-pc-linux-gnu)")
    assert (cockroach.name, cockroach.advisory, cockroach.listens) == ("CockroachDB", False, False)
    assert in_words_of(cockroach, "CREATE TABLE leases (t TEXT)") == "CREATE TABLE leases (t TEXT)"
    assert dialects.of("PostgreSQL 15.4 on x86_64") is dialects.POSTGRESQL
