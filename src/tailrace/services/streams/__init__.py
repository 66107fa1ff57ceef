"""DynamoDB Streams: what a table's writes have left behind, read shard by shard.

This service only reads: streams are opened and closed with their tables (services/dynamodb), and written by the
store's one write path. An iterator is a sealed text that says everything about where a reader stands, so the server
remembers no reader; the rejected alternative, a table of iterators, would have to be kept and swept.
"""

from tailrace.services.streams import iterators, reading, records, streams

__all__ = ["iterators", "reading", "records", "streams"]
