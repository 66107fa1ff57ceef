"""Secrets at rest: sealed, opened by their own key alone, and sealed where an earlier version kept them plain."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tailrace import app, kept_secrets, store
from tailrace.auth.vault import Vault, WrongKey, new_key
from tailrace.base.config import Config
from tailrace.identity import ACCESS_KEY
from tailrace.store import StoreUnavailable, resources
from tailrace.store.engine import Store

ACCOUNT = "000000000000"


@pytest.fixture
async def place() -> AsyncIterator[Store]:
    opened = await store.open("memory:")
    yield opened
    await opened.close()


def test_a_sealed_text_opens_with_its_key_and_purpose_alone() -> None:
    vault = Vault(new_key())
    sealed = vault.seal("secret", "AKIA1")
    assert "secret" not in sealed
    assert vault.open(sealed, "AKIA1") == "secret"
    assert vault.seal("secret", "AKIA1") != sealed
    for wrong in (lambda: vault.open(sealed, "AKIA2"), lambda: Vault(new_key()).open(sealed, "AKIA1")):
        with pytest.raises(WrongKey):
            wrong()
    for text in ("", "v1:", "v1:AAAA", sealed[:-8] + "AAAAAAA=", "\u00e9"):
        with pytest.raises(WrongKey):
            vault.open(text, "AKIA1")


async def test_the_session_secret_is_made_once_and_kept_sealed(place: Store) -> None:
    vault = Vault(new_key())
    first = await place.update(lambda tx: kept_secrets.session_secret(tx, vault))
    assert len(first) == 32
    assert await place.update(lambda tx: kept_secrets.session_secret(tx, vault)) == first
    kept = await place.view(lambda tx: resources.get(tx, kept_secrets.SESSION_SECRET, "-", "current"))
    assert first.hex() not in str(kept)
    with pytest.raises(WrongKey):
        await place.update(lambda tx: kept_secrets.session_secret(tx, Vault(new_key())))


async def test_what_was_kept_plain_is_sealed_at_the_next_start(place: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_secrets, "PAGE", 2)
    vault, names = Vault(new_key()), [f"AKIA{n}" for n in range(5)]

    def plain(tx: Any) -> None:
        resources.put(tx, kept_secrets.SESSION_SECRET, "-", "current", {"Secret": "ab" * 32})
        for name in names:
            key = {"UserName": "bob", "AccessKeyId": name, "SecretAccessKey": f"secret of {name}", "Status": "Active"}
            resources.put(tx, ACCESS_KEY, ACCOUNT, name, key)

    await place.update(plain)
    assert await place.update(lambda tx: kept_secrets.session_secret(tx, vault)) == bytes.fromhex("ab" * 32)
    for name in names:
        kept = await place.view(lambda tx, name=name: resources.get(tx, ACCESS_KEY, ACCOUNT, name))
        assert kept is not None
        assert vault.open(kept["Sealed"], name) == f"secret of {name}"
        assert "secret of" not in str(kept)


async def test_the_sealing_key_is_its_owners_alone_and_a_lost_one_is_told(tmp_path: Path) -> None:
    config = Config(port=0, data=str(tmp_path / "data"), access_key_id="test", secret_access_key="test")
    await (await app.Server.start(config)).stop()
    file = tmp_path / "data" / app.KEY_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    await (await app.Server.start(config)).stop()
    file.unlink()
    with pytest.raises(StoreUnavailable, match="sealed with another"):
        await app.Server.start(config)
