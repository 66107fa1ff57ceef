"""`tailrace distribute URL`: a store on PostgreSQL, divided over the workers of a Citus cluster."""

from __future__ import annotations

from tailrace.base.clock import SystemClock
from tailrace.store import copying, postgresql
from tailrace.store.copying import users

NotPossible = copying.NotPossible


def run(database: str) -> str:
    """Divide it; what to tell the operator. Raises NotPossible where servers use it, and StoreUnavailable."""
    if not database.startswith(("postgresql://", "postgres://")):
        raise NotPossible("only a store on PostgreSQL with the extension citus can be distributed")
    now = SystemClock().now()
    if not postgresql.distribute(database, lambda tx: users.check_none(tx, now)):
        return "The store is distributed already."
    return "The store is distributed over the workers: start its servers as before."
