"""Packages in the store: each kept once, for as long as a function, a version or a layer has it."""

from __future__ import annotations

from typing import Any

from tailrace.store import blobs, resources
from tailrace.store.engine import Transaction

HOLDERS = "lambda:code"  # how many have a package; the last one to go takes it along


def keep(tx: Transaction, data: bytes) -> str:
    """Keep a package for one more holder; its digest."""
    digest = blobs.put(tx, data)
    hold(tx, digest)
    return digest


def hold(tx: Transaction, digest: str) -> None:
    """Count one more holder of a package that is kept."""
    count = (resources.get(tx, HOLDERS, "-", digest) or {"Count": 0})["Count"]
    resources.put(tx, HOLDERS, "-", digest, {"Count": count + 1})


def release(tx: Transaction, digest: str) -> None:
    """Count one holder less, and forget a package that nobody has any more."""
    count = (resources.get(tx, HOLDERS, "-", digest) or {"Count": 1})["Count"]
    if count > 1:
        resources.put(tx, HOLDERS, "-", digest, {"Count": count - 1})
        return
    resources.delete(tx, HOLDERS, "-", digest)
    blobs.delete(tx, digest)


def hold_all(tx: Transaction, document: dict[str, Any]) -> None:
    """Count a function or version as one more holder of its code and its layers."""
    for digest in (document["Digest"], *document.get("LayerDigests", ())):
        hold(tx, digest)


def release_all(tx: Transaction, document: dict[str, Any]) -> None:
    """Count a function or version that goes as a holder less of its code and its layers."""
    for digest in (document["Digest"], *document.get("LayerDigests", ())):
        release(tx, digest)
