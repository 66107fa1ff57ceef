"""What differs between the databases that speak PostgreSQL's wire: one table, with the reason for each line.

Only PostgreSQL is tested. For the others this is what their documentation says; docs/scaling.md says so, too.
"""

from __future__ import annotations

from dataclasses import dataclass

# A node that was cut off in the middle of a transaction must not hold its locks for long. A statement ends before the
# node takes the database for gone (ANSWER_SECONDS_MAX in link.py), so a longer silence is the network's.
_TIMES = "-c idle_in_transaction_session_timeout=8000 -c statement_timeout=6000"


@dataclass(frozen=True, slots=True)
class Dialect:
    """`advisory`: documents are held by advisory locks, which wait in line, instead of by their rows. `listens`: nodes
    can be told of changes. `bytewise`: what makes text sort by its bytes. `settings`: sent with each connection.
    `table_options`: room beside rows that change all the time.
    """

    name: str
    sign: str
    advisory: bool = True
    listens: bool = True
    bytewise: str = ' COLLATE "C"'
    settings: str = f"{_TIMES} -c client_encoding=UTF8"
    table_options: str = " WITH (fillfactor = 50)"


POSTGRESQL = Dialect("PostgreSQL", "PostgreSQL")
DIALECTS = (
    # No LISTEN: https://www.cockroachlabs.com/docs/stable/postgresql-compatibility. Advisory locks do nothing:
    # https://www.cockroachlabs.com/docs/stable/functions-and-operators (pg_advisory_xact_lock). Text sorts by bytes.
    Dialect("CockroachDB", "CockroachDB", False, False, "", _TIMES, ""),
    # LISTEN and advisory locks are recent and behind flags: https://docs.yugabyte.com/stable/api/ysql/the-sql-language/
    # Its storage has no pages to keep room on.
    Dialect("YugabyteDB", "-YB-", False, False, table_options=""),
    POSTGRESQL,  # Citus is an extension of it, and its coordinator takes all of this
)


def of(version: str) -> Dialect:
    """The dialect of a database that gives this answer to `SELECT version()`."""
    return next((each for each in DIALECTS if each.sign in version), POSTGRESQL)
