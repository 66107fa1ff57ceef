"""Floor 4: the loops that do what no request waits for: triggers, deliveries, expiry, retention.

Whatever is owed stands in the store before the request that caused it is answered: a worker holds nothing that a
restart would miss, and is woken by the commit itself. What a loop decides is decided by pure functions (`batching`,
`outcome`); the loops only read, call and save. The rejected alternative, an event bus in memory with handlers, loses
what it carries when the process ends, and hides who waits for whom.
"""
