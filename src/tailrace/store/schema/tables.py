"""The tables, in SQLite's words; another engine has its own for the types (postgresql/tables.py).

```
resources   named documents            counters      numbers that are never given twice
items       every table and index      collections   how many items and bytes, by sixteenth of the key space
expirations which item is due when
histories   whose writes are kept      history       what they replaced       history_readers  and for whom
streams     a table's stream           shards        its hash ranges, each with the counter of its changes
changes     stream records             deliveries    work owed later          leases   who does what, and how far
log_groups  log_streams  log_events    blobs         packages, by their SHA-256
queues      messages  message_groups   queue_tokens  what a queue remembers of sends and receives
insight_counts  which keys a table's traffic was about, minute by minute
attempts    what became of each call of a function with records, or with an event
metric_series  metric_minutes  what was measured, minute by minute
transaction_tokens  which transactions were done just now, by the tokens of their clients
```
"""

from __future__ import annotations

from tailrace.store.schema import Step

_FIRST: Step = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE resources (
        kind TEXT NOT NULL, scope TEXT NOT NULL, name TEXT NOT NULL,
        version INTEGER NOT NULL, document BLOB NOT NULL,
        PRIMARY KEY (kind, scope, name))""",
    "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE items (
        collection INTEGER NOT NULL, key BLOB NOT NULL, body BLOB NOT NULL, size INTEGER NOT NULL,
        PRIMARY KEY (collection, key))""",
    """CREATE TABLE collections (
        collection INTEGER NOT NULL, stripe INTEGER NOT NULL, items INTEGER NOT NULL, bytes INTEGER NOT NULL,
        PRIMARY KEY (collection, stripe)) WITHOUT ROWID""",
    "CREATE TABLE streams (stream INTEGER PRIMARY KEY, view_type TEXT NOT NULL, opened REAL NOT NULL, closed REAL)",
    # `low` and `high` are decimal text: a bound of 2**64 is beyond what a database calls an integer.
    """CREATE TABLE shards (
        shard INTEGER PRIMARY KEY, stream INTEGER NOT NULL, name TEXT NOT NULL, parent TEXT,
        low TEXT NOT NULL, high TEXT NOT NULL, opened REAL NOT NULL,
        start INTEGER NOT NULL, latest INTEGER NOT NULL, trimmed INTEGER NOT NULL, closed REAL)""",
    "CREATE INDEX shards_by_stream ON shards (stream, shard)",
    # The number holds the shard in its upper bits, so one key orders every shard's records.
    "CREATE TABLE changes (sequence INTEGER PRIMARY KEY, created REAL NOT NULL, body BLOB NOT NULL)",
    """CREATE TABLE deliveries (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, body BLOB NOT NULL,
        attempts INTEGER NOT NULL, due REAL NOT NULL, created REAL NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX deliveries_by_due ON deliveries (kind, due)",
    """CREATE TABLE leases (
        name TEXT PRIMARY KEY, owner TEXT NOT NULL, token INTEGER NOT NULL, expires REAL NOT NULL,
        state BLOB NOT NULL) WITHOUT ROWID""",
    # A dropped group has no scope and name any more, a dropped stream no group, until their events are swept away.
    "CREATE TABLE log_groups (log_group INTEGER PRIMARY KEY, scope TEXT, name TEXT)",
    "CREATE UNIQUE INDEX log_groups_by_name ON log_groups (scope, name)",
    """CREATE TABLE log_streams (
        log_stream INTEGER PRIMARY KEY, log_group INTEGER, name TEXT NOT NULL, created INTEGER NOT NULL,
        first INTEGER, last INTEGER, ingested INTEGER, bytes INTEGER NOT NULL)""",
    "CREATE UNIQUE INDEX log_streams_by_name ON log_streams (log_group, name)",
    "CREATE INDEX log_streams_by_last ON log_streams (log_group, last, name)",
    """CREATE TABLE log_events (
        event INTEGER PRIMARY KEY AUTOINCREMENT, log_group INTEGER NOT NULL, log_stream INTEGER NOT NULL,
        timestamp INTEGER NOT NULL, ingested INTEGER NOT NULL, bytes INTEGER NOT NULL, message TEXT NOT NULL)""",
    "CREATE INDEX log_events_by_stream ON log_events (log_stream, timestamp, event)",
    "CREATE INDEX log_events_by_group ON log_events (log_group, timestamp, event)",
    "CREATE TABLE blobs (digest TEXT PRIMARY KEY, data BLOB NOT NULL)",
)

_EXPIRATIONS: Step = (
    """CREATE TABLE expirations (
        collection INTEGER NOT NULL, due INTEGER NOT NULL, key BLOB NOT NULL,
        PRIMARY KEY (collection, due, key)) WITHOUT ROWID""",
)

_HISTORIES: Step = (
    # A collection's row holds the number of its latest write, as a shard's does.
    """CREATE TABLE histories (
        collection INTEGER PRIMARY KEY, latest INTEGER NOT NULL, trimmed INTEGER NOT NULL,
        written REAL NOT NULL, since REAL NOT NULL, seconds REAL NOT NULL)""",
    """CREATE TABLE history (
        number INTEGER PRIMARY KEY, collection INTEGER NOT NULL, created REAL NOT NULL,
        key BLOB NOT NULL, body BLOB, size INTEGER NOT NULL)""",
    "CREATE INDEX history_by_key ON history (collection, key, number)",
    """CREATE TABLE history_readers (
        reader TEXT PRIMARY KEY, collection INTEGER NOT NULL, position INTEGER NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX history_readers_by_collection ON history_readers (collection, position)",
)

_MESSAGES: Step = (
    # `in_flight` is a bound from above: nobody notices when a visibility timeout ends.
    """CREATE TABLE queues (
        queue INTEGER PRIMARY KEY AUTOINCREMENT, messages INTEGER NOT NULL, in_flight INTEGER NOT NULL,
        retention_s REAL NOT NULL, dropped INTEGER NOT NULL)""",
    """CREATE TABLE messages (
        message INTEGER PRIMARY KEY AUTOINCREMENT, queue INTEGER NOT NULL, due REAL NOT NULL, sent REAL NOT NULL,
        first REAL, receives INTEGER NOT NULL, message_group TEXT, head BLOB NOT NULL, body TEXT NOT NULL)""",
    "CREATE INDEX messages_by_due ON messages (queue, due, message)",
    "CREATE INDEX messages_by_sent ON messages (queue, sent)",
    "CREATE INDEX messages_by_group ON messages (queue, message_group, message) WHERE message_group IS NOT NULL",
    """CREATE TABLE message_groups (
        queue INTEGER NOT NULL, name TEXT NOT NULL, due REAL NOT NULL, PRIMARY KEY (queue, name)) WITHOUT ROWID""",
    "CREATE INDEX message_groups_by_due ON message_groups (queue, due, name)",
    """CREATE TABLE queue_tokens (
        queue INTEGER NOT NULL, token TEXT NOT NULL, until REAL NOT NULL, content BLOB NOT NULL,
        PRIMARY KEY (queue, token)) WITHOUT ROWID""",
    "CREATE INDEX queue_tokens_by_until ON queue_tokens (until)",
)

_INSIGHTS: Step = (
    """CREATE TABLE insight_counts (
        series INTEGER NOT NULL, kind TEXT NOT NULL, minute INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (series, kind, minute)) WITHOUT ROWID""",
    "CREATE INDEX insight_counts_by_minute ON insight_counts (minute)",
)

_CAUSALITY: Step = (
    # The request that wrote a change. It has no index: a request's changes are found by its time.
    "ALTER TABLE changes ADD COLUMN origin TEXT",
    # `first` and `last` are a range of sequence numbers, 0 where an attempt had no records; `wide`: it is a long one.
    """CREATE TABLE attempts (
        attempt INTEGER PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, source TEXT NOT NULL, request TEXT,
        first INTEGER NOT NULL, last INTEGER NOT NULL, wide INTEGER NOT NULL,
        outcome TEXT NOT NULL, created REAL NOT NULL, body BLOB NOT NULL)""",
    "CREATE INDEX attempts_by_source ON attempts (scope, source, attempt)",
    "CREATE INDEX attempts_by_request ON attempts (request, attempt)",
    "CREATE INDEX attempts_by_last ON attempts (last) WHERE last > 0 AND wide = 0",
    "CREATE INDEX attempts_by_last_wide ON attempts (last) WHERE wide = 1",
    "CREATE INDEX attempts_given_up ON attempts (scope, source, attempt) WHERE outcome = 'GivenUp'",
)

_LINEAGE: Step = (
    # Open shards are looked at every other second, and closed ones are many more.
    "CREATE INDEX shards_open ON shards (shard) WHERE closed IS NULL",
    # Who has claimed a delivery; NULL while nobody has.
    "ALTER TABLE deliveries ADD COLUMN owner TEXT",
)

_METRICS: Step = (
    # `series` is a digest of what names it; `last` the latest minute in which something was measured.
    """CREATE TABLE metric_series (
        series BLOB PRIMARY KEY, scope TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
        dimensions TEXT NOT NULL, unit TEXT NOT NULL, last INTEGER NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX metric_series_by_name ON metric_series (scope, namespace, name, series)",
    """CREATE TABLE metric_minutes (
        series BLOB NOT NULL, minute INTEGER NOT NULL, part INTEGER NOT NULL, samples REAL NOT NULL,
        total REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL, spread BLOB,
        PRIMARY KEY (series, minute, part)) WITHOUT ROWID""",
    "CREATE INDEX metric_minutes_by_minute ON metric_minutes (minute)",
)

_TOKENS: Step = (
    """CREATE TABLE transaction_tokens (
        scope TEXT NOT NULL, token TEXT NOT NULL, content TEXT NOT NULL, done REAL NOT NULL,
        PRIMARY KEY (scope, token)) WITHOUT ROWID""",
    "CREATE INDEX transaction_tokens_by_done ON transaction_tokens (done)",
    "DELETE FROM resources WHERE kind = 'dynamodb:transaction'",  # where they were before, for ten minutes each
)

STEPS: tuple[Step, ...] = (
    *(_FIRST, _EXPIRATIONS, _HISTORIES, _MESSAGES, _INSIGHTS, _CAUSALITY, _LINEAGE, _METRICS, _TOKENS),
)
