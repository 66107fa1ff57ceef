"""What differs between the databases that speak PostgreSQL's wire: one table, with the reason for each line.

PostgreSQL and Citus are tested. For the others this is what their documentation says; docs/scaling.md says so, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tailrace.store.postgresql.parts import PARTS, Statement, routed

# A node that was cut off in the middle of a transaction must not hold its locks for long. A statement ends before the
# node takes the database for gone (ANSWER_SECONDS_MAX in link.py), so a longer silence is the network's.
_TIMES = "-c idle_in_transaction_session_timeout=8000 -c statement_timeout=6000"


@dataclass(frozen=True, slots=True)
class Dialect:
    """`advisory`: documents are held by advisory locks, which wait in line, instead of by their rows. `listens`: nodes
    can be told of changes. `bytewise`: what makes text sort by its bytes. `settings`: sent with each connection.
    `table_options`: room beside rows that change all the time. `parts`: into how many the rows are divided, over
    several machines where it isn't one. `route`: what sends a statement to its part.
    """

    name: str
    sign: str
    advisory: bool = True
    listens: bool = True
    bytewise: str = ' COLLATE "C"'
    settings: str = f"{_TIMES} -c client_encoding=UTF8"
    table_options: str = " WITH (fillfactor = 50)"
    parts: int = 1
    route: Callable[[str, tuple[object, ...]], Statement] | None = None


POSTGRESQL = Dialect("PostgreSQL", "PostgreSQL")
DIALECTS = (
    # No LISTEN: https://www.cockroachlabs.com/docs/stable/postgresql-compatibility. Advisory locks do nothing:
    # https://www.cockroachlabs.com/docs/stable/functions-and-operators (pg_advisory_xact_lock). Text sorts by bytes.
    Dialect("CockroachDB", "CockroachDB", False, False, "", _TIMES, ""),
    # LISTEN and advisory locks are recent and behind flags: https://docs.yugabyte.com/stable/api/ysql/the-sql-language/
    # Its storage has no pages to keep room on.
    Dialect("YugabyteDB", "-YB-", False, False, table_options=""),
    POSTGRESQL,
)
# An extension of PostgreSQL, whose coordinator takes all of this. It knows of no isolation and no snapshot that holds
# on several machines: https://docs.citusdata.com/en/stable/develop/reference_workarounds.html, docs/scaling.md
CITUS = Dialect("Citus", "PostgreSQL", parts=PARTS, route=routed)


def of(version: str) -> Dialect:
    """The dialect of a database that gives this answer to `SELECT version()`, unless its tables are distributed."""
    return next((each for each in DIALECTS if each.sign in version), POSTGRESQL)
