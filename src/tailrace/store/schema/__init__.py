"""The tables, a file an engine, and the way from one version to the next.

The version stands in the database (`meta`), every step runs in one transaction with the version that it leads to, and
a database newer than this program is refused rather than guessed at. Steps are only ever added. The rejected
alternative, `CREATE TABLE IF NOT EXISTS` at each start, can't change a table that is there.
"""

from __future__ import annotations

from collections.abc import Sequence

from tailrace.store.engine import StoreUnavailable, Transaction

Step = tuple[str, ...]


def migrate(tx: Transaction, steps: Sequence[Step], version: int) -> int:
    """Bring the database from `version` (0: empty) to the last of `steps`; returns that version.

    Raises StoreUnavailable where `version` is newer than this program.
    """
    if version > len(steps):
        raise StoreUnavailable(
            f"this data was written by a newer Tailrace (schema {version}, this one knows {len(steps)}): "
            "start that version, or give another data folder"
        )
    for step in steps[version:]:
        for statement in step:
            tx.run(statement)
    if version < len(steps):
        tx.run(
            "INSERT INTO meta (name, value) VALUES ('schema', ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            str(len(steps)),
        )
    return len(steps)
