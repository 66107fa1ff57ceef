"""How a database is reached for the first time: what it is, its tables made or brought up to date, or divided."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tailrace.store.engine import StoreUnavailable
from tailrace.store.postgresql import dialects, distribution, tables
from tailrace.store.postgresql.dialects import Dialect
from tailrace.store.postgresql.documents import Documents
from tailrace.store.postgresql.holding import Mode
from tailrace.store.postgresql.link import Link, LinkLost, Refused
from tailrace.store.postgresql.transactions import Writing

PREPARING_SECONDS_MAX = 3600.0  # what one statement of a new schema may take
SETTINGS: dict[str, Any] = {
    "application_name": "tailrace",
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def database_version(data: str) -> str:
    """What the database of a URL says that it is. Raises StoreUnavailable."""
    link = _connected({**SETTINGS, **conninfo_to_dict(data)})
    link.add("SELECT version()")
    try:
        return " ".join(str(link.exchange()[0].rows[0][0]).split()[:2])
    finally:
        link.close()


def prepared(data: str) -> tuple[str, str, Dialect]:
    """The database's tables made or brought up to date; what to connect with, the channel of its nodes, its dialect."""
    given = {**SETTINGS, **conninfo_to_dict(data)}
    link = _connected(given)
    try:
        link.add("SELECT version()")
        version = link.exchange()[0].rows[0][0]
        dialect = dialects.CITUS if distribution.is_distributed(link) else dialects.of(version)
        tables.prepare(link, dialect)
        link.add("SELECT current_database() || '.' || current_schema()")
        [answer] = link.exchange()
    except (Refused, LinkLost) as problem:
        raise StoreUnavailable(f"the tables can't be made: {problem}") from problem
    finally:
        link.close()
    # Stores in several schemas of one database share its channels.
    channel = "tailrace_" + blake2b(answer.rows[0][0].encode(), digest_size=8).hexdigest()
    options = f"{dialect.settings} {given.pop('options', '')}".strip()
    return make_conninfo("", **given, options=options), channel, dialect


def distribute(data: str, check: Callable[[Any], None]) -> bool:
    """Divide the store in the database of a URL, filled or empty, over the workers of its Citus; False where it is.

    `check` raises where somebody uses it. Raises StoreUnavailable where that can't be.
    """
    _, _, dialect = prepared(data)
    if dialect.parts > 1:
        return False
    link = _connected({**SETTINGS, **conninfo_to_dict(data)})
    tx = Writing(link, Documents(), Mode.LOCKED, dialect)
    try:
        distribution.check_possible(link)
        check(tx)
        for statement in distribution.statements():
            tx.do(statement)
        tx.commit()
    except (Refused, LinkLost) as problem:
        raise StoreUnavailable(f"the tables can't be distributed: {problem}") from problem
    finally:
        link.close()  # which undoes what isn't committed
    return True


def _connected(given: dict[str, Any]) -> Link:
    try:
        return Link(make_conninfo("", **given), PREPARING_SECONDS_MAX)
    except LinkLost as lost:
        raise StoreUnavailable(f"the database can't be reached: {lost}") from lost
