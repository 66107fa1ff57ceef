"""DynamoDB: tables, items, queries, batches, transactions.

```
items, batches, transactions ──> writes (Put, Delete, Update, Check) ──> store.items.change, the one write path
query ──> read_plan (what) ──> paging (how far)
backups, restore ──> copy_table ──> store.history, what writes have replaced
throttle ──> tally, what a request takes: in metrics, of the buckets, and, where insights count a table, by which key
table_streams (on, off) ──> stream_shards (their children) ──> store.lineage
tables, table_updates ──> table_rules (may it) ──> document ──> table (compiled) and table_description (shown)
```
What a request can be refused for alone is refused before a table is looked up, as AWS does it; what needs the table is
refused inside the transaction that would have done the work. A table's status is told from stored times, never by a
task that has to run. The rejected alternative, one class with the tables in its memory, can't survive its process.
"""

from tailrace.services.dynamodb import (
    backups,
    batches,
    continuous_backups,
    insights,
    items,
    limits,
    never_there,
    partiql,
    partiql_transactions,
    query,
    refusals,
    resource_policy,
    restore,
    stream_shards,
    table_updates,
    tables,
    tags,
    transactions,
    ttl,
)

__all__ = [
    "backups",
    "batches",
    "continuous_backups",
    "insights",
    "items",
    "limits",
    "never_there",
    "partiql",
    "partiql_transactions",
    "query",
    "refusals",
    "resource_policy",
    "restore",
    "stream_shards",
    "table_updates",
    "tables",
    "tags",
    "transactions",
    "ttl",
]
