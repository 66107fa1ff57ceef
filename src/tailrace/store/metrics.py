"""Metrics over time: what was measured of a series in a minute, for fifteen days.

```
metric_series    which there are: scope, namespace, name, dimensions, unit      named by a digest of these
metric_minutes   a row for each series, minute and part; several parts of a minute are added up when they are read
```
Each server writes what it has counted itself, as a part of its own, so servers of one database never wait for each
other, and writing a minute down is a list of inserts that ask for nothing. A digest as the series' key needs no look-up
either. The rejected alternative, one row a minute that all servers add to, has all of them write the same rows in the
same second, and can't add up the spread of values in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

import orjson

from tailrace.base.measurements import UNITS, Sample, Series
from tailrace.store.engine import Row, Transaction

Dimensions = tuple[tuple[str, str], ...]

PUBLISHED = 0
"""The part of what was published by PutMetricData: one for all servers, added to in its transaction."""
LEVEL = -1
"""The part of what all servers would measure alike, such as how many messages a queue has: the last of them counts."""
_DIGEST_BYTES = 15


def id_of(series: Series) -> bytes:
    """The key of a series: a digest of what names the metric, and a byte for the unit."""
    return metric_id(series) + bytes((UNITS.index(series.unit),))


def metric_id(series: Series) -> bytes:
    """What the keys of a metric's series begin with, whatever their unit."""
    return blake2b(orjson.dumps(series[:4]), digest_size=_DIGEST_BYTES).digest()


def keep(tx: Transaction, minute: int, part: int, samples: Mapping[Series, Sample]) -> None:
    """Write down a part of a minute, which no other transaction writes."""
    for series in sorted(samples, key=id_of):  # all transactions lock series in one order
        _write(tx, series, minute, part, samples[series])


def publish(tx: Transaction, series: Series, minute: int, sample: Sample) -> None:
    """Add to what was published of a minute."""
    row = tx.row(
        "SELECT samples, total, low, high, spread FROM metric_minutes "  # noqa: S608 - a constant of the engine
        f"WHERE series = ? AND minute = ? AND part = ?{tx.lock}",
        *(id_of(series), minute, PUBLISHED),
    )
    _write(tx, series, minute, PUBLISHED, sample if row is None else _sample(row).plus(sample))


def _write(tx: Transaction, series: Series, minute: int, part: int, sample: Sample) -> None:
    key = id_of(series)
    tx.do(
        "INSERT INTO metric_series (series, scope, namespace, name, dimensions, unit, last) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (series) DO UPDATE SET last = "
        "CASE WHEN excluded.last > metric_series.last THEN excluded.last ELSE metric_series.last END",
        *(key, series.scope, series.namespace, series.name, _packed(series.dimensions), series.unit, minute),
    )
    tx.do(
        "INSERT INTO metric_minutes (series, minute, part, samples, total, low, high, spread) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (series, minute, part) DO UPDATE SET samples = excluded.samples, "
        "total = excluded.total, low = excluded.low, high = excluded.high, spread = excluded.spread",
        *(key, minute, part, sample.count, sample.total, sample.low, sample.high, _packed_spread(sample)),
    )


def read(tx: Transaction, series: Iterable[bytes], first: int, end: int, width: int) -> dict[int, Sample]:
    """What was measured of these series in the minutes first <= minute < end, by spans of `width` minutes from `first`
    on: the span's number, and its Sample without a spread.
    """
    found: dict[int, Sample] = {}
    for key in series:
        for span, *values in tx.rows(
            "SELECT (minute - ?) / ?, sum(samples), sum(total), min(low), max(high) FROM metric_minutes "
            "WHERE series = ? AND minute >= ? AND minute < ? GROUP BY 1",
            *(first, width, key, first, end),
        ):
            sample = _sample((*values, None))
            found[span] = found[span].plus(sample) if span in found else sample
    return found


def read_spread(tx: Transaction, series: Iterable[bytes], first: int, end: int, width: int) -> dict[int, Sample]:
    """As `read`, with the spreads: every row is looked at."""
    found: dict[int, Sample] = {}
    for key in series:
        for minute, *values in tx.rows(
            "SELECT minute, samples, total, low, high, spread FROM metric_minutes "
            "WHERE series = ? AND minute >= ? AND minute < ?",
            *(key, first, end),
        ):
            span, sample = (minute - first) // width, _sample(tuple(values))
            found[span] = found[span].plus(sample) if span in found else sample
    return found


def of(tx: Transaction, series: Series) -> list[tuple[bytes, str]]:
    """The series of this metric and these dimensions, by unit, whatever unit is named: key and unit."""
    first = metric_id(series)
    return [
        (key, unit)
        for key, unit in tx.rows(
            "SELECT series, unit FROM metric_series WHERE series >= ? AND series < ? ORDER BY series",
            *(first + b"\0", first + b"\xff"),
        )
    ]


def listed(
    tx: Transaction, scope: str, after: tuple[str, str, bytes], since: int, limit: int, **wanted: str
) -> list[tuple[bytes, Series]]:
    """At most `limit` series behind `after` (namespace, name, key) in which something was measured in the minute
    `since` or later, in their order. `wanted` are the namespace and the name, where only these are.
    """
    asked = "".join(f" AND {column} = ?" for column in wanted)
    rows = tx.rows(
        "SELECT series, scope, namespace, name, dimensions, unit FROM metric_series WHERE scope = ? "  # noqa: S608
        f"AND (namespace, name, series) > (?, ?, ?) AND last >= ?{asked} ORDER BY namespace, name, series LIMIT ?",
        *(scope, *after, since, *wanted.values(), limit),
    )
    return [(key, _series(rest)) for key, *rest in rows]


def measured(tx: Transaction, scope: str, namespace: str, names: Sequence[str], since: int) -> set[Dimensions]:
    """The dimensions with which any of these metrics was measured in the minute `since` or later."""
    marks = ", ".join("?" * len(names))
    rows = tx.rows(
        f"SELECT DISTINCT dimensions FROM metric_series WHERE scope = ? AND namespace = ? AND name IN ({marks}) "  # noqa: S608
        "AND last >= ?",
        *(scope, namespace, *names, since),
    )
    return {_dimensions(row[0]) for row in rows}


def trim(tx: Transaction, before: int, limit: int) -> int:
    """Forget at most `limit` rows of minutes before that one, and series without any later; how many they were."""
    gone = tx.run(
        "DELETE FROM metric_minutes WHERE (series, minute, part) IN "
        "(SELECT series, minute, part FROM metric_minutes WHERE minute < ? ORDER BY minute LIMIT ?)",
        *(before, limit),
    )
    return gone + tx.run(
        "DELETE FROM metric_series WHERE series IN (SELECT series FROM metric_series WHERE last < ? LIMIT ?)",
        *(before, limit),
    )


def _series(row: list[object]) -> Series:
    scope, namespace, name, dimensions, unit = row
    return Series(str(scope), str(namespace), str(name), _dimensions(str(dimensions)), str(unit))


def _dimensions(packed: str) -> Dimensions:
    return tuple((name, value) for name, value in orjson.loads(packed))


def _packed(dimensions: tuple[tuple[str, str], ...]) -> str:
    return orjson.dumps(dimensions).decode()


def _sample(row: Row) -> Sample:
    count, total, low, high, spread = row
    sample = Sample()
    sample.count, sample.total, sample.low, sample.high = count, total, low, high
    sample.spread = None
    if spread is not None:
        sample.spread = {int(bucket): count for bucket, count in orjson.loads(spread)}
    elif low == high:  # not written down: all are in one bucket
        alike = Sample()
        alike.add(low, count)
        sample.spread = alike.spread
    return sample


def _packed_spread(sample: Sample) -> bytes | None:
    if sample.spread is None or sample.low == sample.high:
        return None
    return orjson.dumps(sorted(sample.spread.items()))
