"""Queries over a handful of log lines."""

from __future__ import annotations

import pytest

from tailrace.log_query.aggregates import TooMany
from tailrace.log_query.nodes import Problem
from tailrace.log_query.parser import parse
from tailrace.log_query.patterns import TooSlow
from tailrace.log_query.pipeline import Pipeline
from tailrace.log_query.record import Record

T = 1_700_000_000_000  # 2023-11-14 22:13:20
RUN = "1b8c5a9e-5bc2-4286-94f4-59898c838037"
LINES = (
    '{"level":"error","n":5,"a":{"b":[1,true]},"user":"ann"}',
    '{"level":"info","n":7,"user":"bob"}',
    "plain text user=carl, took 12 ms",
    f"START RequestId: {RUN} Version: 1",
    f"REPORT RequestId: {RUN}\tDuration: 12.50 ms\tBilled Duration: 13 ms\t"
    "Memory Size: 128 MB\tMax Memory Used: 40 MB\t",
    f'2026-01-01T00:00:00.000Z\t{RUN}\tINFO\tgot {{"x":{{"y":2}}}} tail',
)


def run(text: str, lines: tuple[str, ...] = LINES, limit: int | None = None) -> list[dict[str, str]]:
    """The rows without their pointers. A line a minute, the last one the newest."""
    pipeline = Pipeline(parse(text), T / 1000, limit)
    for place in reversed(range(len(lines))):
        at = T + place * 60_000
        pipeline.add(Record(lines[place], at, at + 1, "s", "/aws/lambda/f", "0", f"pointer {place}"))
    rows = [dict(row) for row in pipeline.rows()]
    for row in rows:
        row.pop("@ptr", None)
    return rows


def one(expression: str, line: str = LINES[0]) -> str | None:
    """The value of an expression in a row."""
    return run(f"display {expression} as it", (line,))[0].get("it")


def test_the_newest_events_come_first_with_the_default_columns() -> None:
    first, *_ = run("limit 2")
    assert first == {"@timestamp": "2023-11-14 22:18:20.000", "@message": LINES[5]}
    assert len(run("limit 2")) == 2
    assert len(run("fields n", limit=3)) == 3
    assert run("fields @message | sort @timestamp asc | limit 1") == [{"@message": LINES[0]}]


def test_json_is_taken_apart() -> None:
    assert run("filter ispresent(a.b.0) | display a.b.0, a.b.1, level, nothing") == [
        {"a.b.0": "1", "a.b.1": "1", "level": "error"}
    ]
    assert run("filter x.y = 2 | display @requestId") == [{"@requestId": RUN}]


def test_lines_of_lambda_are_understood() -> None:
    columns = "@requestId, @duration, @billedDuration, @memorySize, @maxMemoryUsed"
    assert run(f"filter @type = 'REPORT' | fields {columns}") == [
        {
            "@requestId": RUN,
            "@duration": "12.50",
            "@billedDuration": "13",
            "@memorySize": "1.28E8",
            "@maxMemoryUsed": "4.0E7",
        }
    ]
    computed = (
        "stats max(@memorySize / 1000 / 1000) as size, max(@maxMemoryUsed / 1000 / 1000) as used, size - used as over"
    )
    assert run(computed) == [{"size": "128", "used": "40", "over": "88"}]
    assert len(run(f"filter @requestId = '{RUN}'")) == 3


def test_system_fields() -> None:
    (row,) = run("fields @log, @logStream, @ingestionTime | limit any 1")
    assert row == {"@log": "0:/aws/lambda/f", "@logStream": "s", "@ingestionTime": "2023-11-14 22:18:20.001"}


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("n > 5", 1),
        ("n >= 5 and n < 6 or user = 'bob'", 2),
        ("not ispresent(n)", 4),
        ("level in ['error', \"info\"]", 2),
        ("level not in ['error']", 5),
        ("level != 'error'", 5),
        ("@message like 'user='", 1),
        ("@message like /(?i)REPORT|start/", 2),
        ("@message =~ /^REPORT/", 1),
        ("@message not like /RequestId/", 4),
        ("n = 5.0", 1),
        ("n = '5'", 1),
        ("a.b.1 = true", 1),
        ("user > 'anna'", 1),
        ("nothing < 5", 0),
    ],
)
def test_filter(condition: str, count: int) -> None:
    assert run(f"filter {condition} | stats count(*) as it")[0]["it"] == str(count)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("n + 2 * 3", "11"),
        ("(n + 2) * 3", "21"),
        ("n / 2", "2.5"),
        ("n / 0", None),
        ("2 ^ 3 ^ 2", "512"),
        ("10 % 3", "1"),
        ("-n", "-5"),
        ("user + 1", None),
        ("abs(-3)", "3"),
        ("ceil(1.2)", "2"),
        ("floor(1.8)", "1"),
        ("greatest(1, n, 3)", "5"),
        ("least(1, n)", "1"),
        ("sqrt(16)", "4"),
        ("log(1)", "0"),
        ("log(0)", None),
        ("strlen(user)", "3"),
        ("toupper(user)", "ANN"),
        ("tolower('ÄB')", "äb"),
        ("substr(user, 1)", "nn"),
        ("substr(user, 0, 1)", "a"),
        ("replace(user, 'n', 'm')", "amm"),
        ("strcontains(user, 'nn')", "1"),
        ("concat(user, '-', n)", "ann-5"),
        ("trim('  x ')", "x"),
        ("ltrim('xxa', 'x')", "a"),
        ("rtrim('axx', 'x')", "a"),
        ("isempty('')", "1"),
        ("isblank(' ')", "1"),
        ("isempty(nothing)", "1"),
        ("coalesce(nothing, user)", "ann"),
        ("if(n > 4, 'big', 'small')", "big"),
        ("bin(1h)", "2023-11-14 22:00:00.000"),
        ("datefloor(@timestamp, 1d)", "2023-11-14 00:00:00.000"),
        ("dateceil(@timestamp, 1mo)", "2023-12-01 00:00:00.000"),
        ("toMillis(@timestamp)", str(T)),
        ("fromMillis(0)", "1970-01-01 00:00:00.000"),
        ("now()", str(T // 1000)),
        ("isIpv4InSubnet('10.1.2.3', '10.0.0.0/8')", "1"),
        ("isValidIpV6('10.1.2.3')", "0"),
        ("`level`", "error"),
    ],
)
def test_functions(expression: str, value: str | None) -> None:
    assert one(expression) == value


def test_stats_groups_rows_and_newer_groups_come_first() -> None:
    assert run("stats count(*), sum(n) by bin(2m)") == [
        {"bin(2m)": "2023-11-14 22:18:00.000", "count(*)": "1", "sum(n)": "0"},
        {"bin(2m)": "2023-11-14 22:16:00.000", "count(*)": "2", "sum(n)": "0"},
        {"bin(2m)": "2023-11-14 22:14:00.000", "count(*)": "2", "sum(n)": "7"},
        {"bin(2m)": "2023-11-14 22:12:00.000", "count(*)": "1", "sum(n)": "5"},
    ]


def test_aggregations() -> None:
    lines = tuple(f'{{"n":{n},"who":"{who}"}}' for n, who in ((1, "b"), (2, "a"), (3, "a"), (10, "c")))
    asked = (
        "stats count(n) as c, count_distinct(who) as d, avg(n) as a, min(n) as l, max(n) as m, pct(n, 50) as p, "
        "stddev(n) as s, earliest(who) as e, latest(who) as t, sortsFirst(who) as f, sortsLast(who) as g, "
        "median(n) as h"
    )
    (row,) = run(asked, lines)
    assert row.pop("s").startswith("3.5355")
    assert row == {
        "c": "4",
        "d": "3",
        "a": "4",
        "l": "1",
        "m": "10",
        "p": "2.5",
        "e": "b",
        "t": "c",
        "f": "a",
        "g": "c",
        "h": "2.5",
    }
    assert run("stats avg(n) as a, count(n) as c", ()) == [{"c": "0"}]


def test_rows_of_stats_go_on() -> None:
    assert run("stats count(*) as c by level | filter ispresent(level) | sort level desc | limit 1") == [
        {"level": "info", "c": "1"}
    ]


def test_sort_puts_numbers_behind_texts() -> None:
    lines = ('{"v":10}', '{"v":"x"}', '{"v":9}', "none")
    assert [row.get("v") for row in run("fields v | sort v", lines)] == [None, "x", "9", "10"]
    assert [row.get("v") for row in run("fields v | sort v desc | limit 2", lines)] == ["10", "9"]


def test_parse() -> None:
    assert run("parse 'user=*, took * ms' as who, ms | filter ispresent(who) | display who, ms * 2 as twice") == [
        {"who": "carl", "twice": "24"}
    ]
    assert run(r"parse @message /user=(?<who>\w+)/ | filter who = 'carl' | display who") == [{"who": "carl"}]
    assert run(r"parse @message /took (\d+)/ as ms | filter ispresent(ms) | display ms") == [{"ms": "12"}]


def test_dedup_keeps_the_newest() -> None:
    assert run("filter ispresent(@requestId) | fields @type, x.y | dedup @requestId") == [{"x.y": "2"}]


def test_display_takes_the_place_of_fields() -> None:
    assert run("fields @timestamp, user | display n | limit any 1", LINES[:1]) == [{"n": "5"}]


def test_what_matched_is_counted_before_anything_is_held_back() -> None:
    pipeline = Pipeline(parse("filter n > 0 | limit 1"), 0)
    for line in LINES:
        pipeline.add(Record(line, T, T, "s", "g", "0", "p"))
    assert (len(pipeline.rows()), pipeline.matched) == (1, 2)


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("fields @timestamp | count()", "unexpected symbol found count at line 1 and position 20", (20, 25)),
        ("fields a\n| sort b c", "unexpected symbol found c at line 2 and position 9", (18, 19)),
        ("filter x = ", "unexpected end of the query", (11, 11)),
        ("fields nosuch(1)", "Unknown function: nosuch", (7, 16)),
        ("fields strlen(1, 2)", "Invalid number of arguments of the function strlen: 2", (7, 19)),
        ("stats level by x", "Unknown symbols found in or after stats: level", (0, 0)),
        ("pattern @message", "Tailrace does not have the command pattern", (0, 7)),
        ("limit 0", "The limit must be a number from 1 to 100000", (6, 7)),
        ("parse 'a*b*' as x", "The pattern has 2 wildcards, but 1 names are given", (0, 17)),
        ("parse @message /x/", "The regular expression has no named group", (0, 18)),
        (" ", "The query is empty.", (0, 0)),
    ],
)
def test_what_is_no_query_says_where(text: str, message: str, place: tuple[int, int]) -> None:
    with pytest.raises(Problem) as raised:
        Pipeline(parse(text), 0)
    assert (raised.value.message, (raised.value.start, raised.value.end)) == (message, place)


def test_hostile_queries_are_bounded() -> None:
    with pytest.raises(Problem):
        parse("filter " + "(" * 5000 + "1" + ")" * 5000)
    with pytest.raises(Problem):
        parse("filter " + "not " * 5000 + "x")
    with pytest.raises(Problem):
        Pipeline(parse("filter @message like /(/"), 0)
    with pytest.raises(TooSlow):
        run("filter @message like /(x+x+)+y/", ("x" * 5000,))
    with pytest.raises(TooMany):
        run("fields @message | sort n", tuple("y" * 1_000_000 for _ in range(70)))
    assert one("9 ^ 9 ^ 9 ^ 9") is None
