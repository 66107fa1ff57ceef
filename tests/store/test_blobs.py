"""Blobs: kept once, under what they are."""

from __future__ import annotations

import hashlib

import pytest

from tailrace.base.errors import Missing
from tailrace.store import blobs
from tailrace.store.engine import Store


async def test_bytes_are_kept_under_their_digest(place: Store) -> None:
    data = bytes(range(256)) * 5000
    digests = [await place.update(lambda tx: blobs.put(tx, data)) for _ in range(2)]
    assert digests == [hashlib.sha256(data).hexdigest()] * 2
    assert await place.view(lambda tx: blobs.get(tx, digests[0])) == data
    assert await place.update(lambda tx: blobs.delete(tx, digests[0]))
    assert not await place.update(lambda tx: blobs.delete(tx, digests[0]))
    with pytest.raises(Missing):
        await place.view(lambda tx: blobs.get(tx, digests[0]))
