"""CloudWatch filter patterns: terms, JSON properties and fields."""

from __future__ import annotations

import json

import pytest

from tailrace.base.errors import ApiError
from tailrace.expression.log_pattern import parse

JSON_LINE = json.dumps(
    {
        "level": "error",
        "code": 404,
        "ok": True,
        "none": None,
        "user": {"name": "Ann Lee", "roles": ["admin", "dev"]},
        "odd key": "x",
        "text": "12",
    }
)
ACCESS = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("ERROR", "[ERROR 400] BAD REQUEST", "[Error 400]"),
        ("ERROR 400", "400 is an ERROR", "ERROR 401"),
        ('"BAD REQUEST"', "ERROR BAD REQUEST", "BAD, REQUEST"),
        ('"START RequestId: 1-2"', "START RequestId: 1-2 Version", "START RequestId: 1"),
        (r'"say \"hi\""', 'say "hi" now', "say hi now"),
        ("?ERROR ?WARN", "WARN 1", "INFO 1"),
        ("ERROR -EXIT", "ERROR 1", "ERROR EXIT"),
        ('ERROR -"EXIT 0"', "ERROR EXIT 1", "ERROR EXIT 0"),
        ("ERROR ?WARN", "ERROR", "WARN"),
        ("-EXIT", "anything", "EXIT"),
        ("%AUTH[A-Z]+ %", "UNAUTHORIZED now", "AUTH now"),
        (r"%^\[ERROR%", "[ERROR 1", "x [ERROR"),
    ],
)
def test_terms(pattern: str, yes: str, no: str) -> None:
    assert parse(pattern).test(yes)
    assert not parse(pattern).test(no)


def test_an_empty_pattern_matches_everything() -> None:
    assert parse("").test("")
    assert parse("  ").test("line")


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.level = "error" }',
        "{ $.level = error }",
        '{ $.level = "err*" }',
        "{$.level=err*}",
        "{ $.level = %^err% }",
        "{ $.level != info }",
        "{ $.code = 404 }",
        "{ $.code = 4* }",
        "{ $.code >= 400 && $.code < 4.05e2 }",
        "{ $.text > 11.5 }",
        "{ $.ok IS TRUE }",
        "{ $.none IS NULL }",
        "{ $.nothing NOT EXISTS }",
        '{ $.user.name = "Ann *" }',
        '{ $.user.roles[1] = "dev" }',
        '{ $.user.roles[*] = "dev" }',
        '{ $.["odd key"] = "x" }',
        "{ ($.code = 1) || ($.code = 404 && ($.ok IS TRUE)) }",
        '{ $.code = 1 || $.level = "error" }',
    ],
)
def test_properties_that_match(pattern: str) -> None:
    assert parse(pattern).test(JSON_LINE)


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.level = "Error" }',
        "{ $.level = err }",
        "{ $.code > 404 }",
        "{ $.level > 3 }",
        "{ $.ok IS FALSE }",
        "{ $.missing IS NULL }",
        "{ $.missing != 1 }",
        "{ $.user.roles[2] = dev }",
        "{ $.code = 404 && $.ok IS FALSE }",
        "{ $.code NOT EXISTS }",
    ],
)
def test_properties_that_do_not_match(pattern: str) -> None:
    assert not parse(pattern).test(JSON_LINE)


def test_a_line_that_is_no_json_has_no_properties() -> None:
    assert not parse("{ $.x NOT EXISTS }").test("plain text")


@pytest.mark.parametrize(
    "pattern",
    [
        "[ip, id, user, timestamp, request, status, bytes]",
        "[ip, id, user, timestamp, request, status = 4*, bytes]",
        "[ip, id, user, timestamp, request = *html*, status = 4*, bytes > 1000]",
        "[..., status = 404, bytes]",
        "[ip = 127.0.0.1, ...]",
        "[ip, ..., bytes]",
        '[..., request = "GET *", status = 404 || status = 410, bytes]',
        "[ip=%127\\.0\\.0\\.[0-9]{1,3}%, ...]",
        "[ip, id, user, timestamp, request, status_code=4* && status_code!=403, bytes]",
    ],
)
def test_fields_that_match(pattern: str) -> None:
    assert parse(pattern).test(ACCESS)


@pytest.mark.parametrize(
    "pattern", ["[a, b]", "[..., status = 5*, bytes]", "[..., bytes < 1000]", "[ip != 127.*, ...]"]
)
def test_fields_that_do_not_match(pattern: str) -> None:
    assert not parse(pattern).test(ACCESS)


@pytest.mark.parametrize(
    ("pattern", "term"),
    [
        ("a-b", "a-b"),
        ("user@host", "user@host"),
        ('""', '""'),
        ('"open', '"open'),
        ("%(a)%", "%(a)%"),
        ("%a**%", "%a**%"),
        ("ok $.x", "$.x"),
    ],
)
def test_a_bad_term_is_named(pattern: str, term: str) -> None:
    with pytest.raises(ApiError) as refusal:
        parse(pattern)
    assert refusal.value.code == "InvalidParameterException"
    assert refusal.value.message == f"Invalid filter pattern: Invalid character(s) in term '{term}'"


@pytest.mark.parametrize(
    "pattern",
    ["{ $.x = ", "[a, b", "{ x = 1 }", "{ $.x }", "{ $.x ~ 1 }", "{}", "[..., a, ...]", "{ $.x > abc }", "%a% %b% %c%"]
    + ["{ $.x < %a% }", "{ " + "(" * 40 + "$.x = 1" + ")" * 40 + " }"],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ApiError, match="Invalid filter pattern"):
        parse(pattern)
