"""Resources: named documents, and the cache of their parsed form."""

from __future__ import annotations

import pytest

from tailrace.base.errors import AlreadyExists
from tailrace.store import resources
from tailrace.store.engine import Store, Transaction


async def test_create_get_put_delete(place: Store) -> None:
    def lives(tx: Transaction) -> None:
        assert resources.get(tx, "t", "s", "a") is None
        resources.create(tx, "t", "s", "a", {"v": 1})
        assert resources.get(tx, "t", "s", "a") == {"v": 1}
        resources.put(tx, "t", "s", "a", {"v": 2})
        assert resources.get(tx, "t", "s", "a") == {"v": 2}
        assert resources.get(tx, "t", "other", "a") is None
        assert resources.delete(tx, "t", "s", "a")
        assert not resources.delete(tx, "t", "s", "a")
        assert resources.get(tx, "t", "s", "a") is None

    await place.update(lives)


async def test_create_refuses_a_name_that_is_taken(place: Store) -> None:
    await place.update(lambda tx: resources.create(tx, "t", "s", "a", {"v": 1}))
    with pytest.raises(AlreadyExists):
        await place.update(lambda tx: resources.create(tx, "t", "s", "a", {"v": 2}))
    assert await place.view(lambda tx: resources.get(tx, "t", "s", "a")) == {"v": 1}


async def test_what_the_caller_keeps_of_a_document_is_not_what_is_kept(place: Store) -> None:
    document = {"list": [1]}
    await place.update(lambda tx: resources.put(tx, "t", "s", "a", document))
    document["list"].append(2)
    assert await place.view(lambda tx: resources.get(tx, "t", "s", "a")) == {"list": [1]}


async def test_a_document_is_parsed_once_and_derived_once_per_version(place: Store) -> None:
    built = []

    def build(document: dict[str, int]) -> int:
        built.append(document)
        return document["v"] * 10

    def derive(tx: Transaction) -> int | None:
        return resources.derived(tx, "t", "s", "a", build)

    assert await place.view(derive) is None
    for value in (1, 2):
        await place.update(lambda tx, v=value: resources.put(tx, "t", "s", "a", {"v": v}))
        assert [await place.view(derive) for _ in range(3)] == [value * 10] * 3
    assert built == [{"v": 1}, {"v": 2}]
    documents = [await place.view(lambda tx: resources.get(tx, "t", "s", "a")) for _ in range(2)]
    assert documents[0] is documents[1]


async def test_pages_by_name_within_a_prefix(place: Store) -> None:
    names = ["a", "aa", "ab", "b", "B", "a\U0001f600"]

    def fill(tx: Transaction) -> None:
        for name in names:
            resources.create(tx, "t", "s", name, {"name": name})
        resources.create(tx, "t", "z", "a", {})
        resources.create(tx, "u", "s", "a", {})

    await place.update(fill)
    whole = await place.view(lambda tx: resources.page(tx, "t", "s", None, 100))
    assert [name for name, _ in whole] == sorted(names)
    assert all(document == {"name": name} for name, document in whole)
    part = await place.view(lambda tx: resources.page(tx, "t", "s", "a", 2, "a"))
    assert [name for name, _ in part] == ["aa", "ab"]
    assert await place.view(lambda tx: resources.page(tx, "t", "s", "ab", 9, "a")) == [
        ("a\U0001f600", {"name": "a\U0001f600"})
    ]


async def test_everywhere_walks_all_scopes(place: Store) -> None:
    def fill(tx: Transaction) -> None:
        for scope in ("2/r", "1/r"):
            for name in ("b", "a"):
                resources.create(tx, "t", scope, name, {})

    await place.update(fill)
    found: list[tuple[str, str]] = []
    while True:
        after = found[-1] if found else None
        slice_ = await place.view(lambda tx, after=after: resources.everywhere(tx, "t", after, 3))
        found += [(scope, name) for scope, name, _ in slice_]
        if len(slice_) < 3:
            break
    assert found == [("1/r", "a"), ("1/r", "b"), ("2/r", "a"), ("2/r", "b")]


async def test_numbers_have_no_gap_even_after_an_undone_update(place: Store) -> None:
    def undone(tx: Transaction) -> None:
        resources.next_number(tx, "c")
        raise ValueError

    assert await place.update(lambda tx: resources.next_number(tx, "c")) == 1
    with pytest.raises(ValueError):
        await place.update(undone)
    assert await place.update(lambda tx: resources.next_number(tx, "c")) == 2
    assert await place.update(lambda tx: resources.next_number(tx, "d")) == 1
