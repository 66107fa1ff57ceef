"""CloudWatch Logs: groups, their streams, their events, and searching them.

A group is a resource (its settings, tags and creation time), its streams and events are rows of the store. Functions
write their lines straight to the store, not through this API: what is read here is the same rows. The rejected
alternative, a file for every stream, can neither be searched across streams nor trimmed by age.
"""

from tailrace.services.logs import (
    events,
    groups,
    insights,
    live_tail,
    log_records,
    query_definitions,
    search,
    streams,
    tags,
)

__all__ = [
    "events",
    "groups",
    "insights",
    "live_tail",
    "log_records",
    "query_definitions",
    "search",
    "streams",
    "tags",
]
