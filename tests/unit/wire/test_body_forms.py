"""The form of a client's bodies: what is read by it is what orjson, the model's types and constraints would give."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tailrace.wire.body_forms import BYTES_MAX, FORMS_MAX, LEARNED_MAX, MISSES_MAX, TEXTS_MAX, BodyForms, form_of
from tailrace.wire.http import HttpRequest
from tailrace.wire.json_rpc import JSON_RPC
from tailrace.wire.protocol import Route, Shape

GET = Route("dynamodb", JSON_RPC, "GetItem")
QUERY = Route("dynamodb", JSON_RPC, "Query")


def read(route: Route, body: bytes) -> Shape:
    """What a body holds, the way all are read that have no form."""
    shape = JSON_RPC.parse(route, HttpRequest("POST", "/", "", {}, body))
    route.validate(shape)
    return shape


def get(*texts: str, **more: Any) -> bytes:
    key = {f"k{place}": {"S": text} for place, text in enumerate(texts)}
    return json.dumps({"TableName": "Music", "Key": key, **more}).encode()


def query(partition: str, start: str) -> bytes:
    values = {":p": {"S": partition}, ":n": {"N": "5"}, ":s": {"S": start}, ":t": {"BOOL": True}}
    names = {"#p": "pk", "#s": "sk"}
    condition = "#p = :p and #s > :s"
    return json.dumps(
        {
            "TableName": "Music",
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "Limit": 10,
            "ScanIndexForward": False,
        },
        separators=(",", ":"),
    ).encode()


@given(st.text(max_size=12), st.text(max_size=12))
@example("", "")
@example('with "quotes"', "and \\ escapes")
@example("müßig", "\u00a0\u200b\x7f")
@example('", "k1": {"S": "', "}}")
def test_a_body_of_the_form_has_the_members_that_orjson_finds(first: str, second: str) -> None:
    for ascii_only in (True, False):
        form = form_of(get("one", "other"), read(GET, get("one", "other")))
        assert form is not None
        body = json.dumps(json.loads(get(first, second)), ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        found = form.read(body)
        if found is None:
            assert not (first + second).isprintable() or set(first + second) & {'"', "\\"} or b"\\" in body
        else:
            assert found == read(GET, body)


@given(st.binary(max_size=20), st.binary(max_size=20))
@example(b'17"}, "k2": {"S": "18', b"x")
@example(b'17"}}}', b"")
@example(b"\xff", b"\xc3\xbc")
@example(b"\xed\xa0\x80", b"a")
def test_no_bytes_are_taken_for_the_form_that_mean_something_else(first: bytes, second: bytes) -> None:
    form = form_of(get("one", "other"), read(GET, get("one", "other")))
    assert form is not None
    body = get("one", "other").replace(b'"one"', b'"%b"' % first).replace(b'"other"', b'"%b"' % second)
    found = form.read(body)
    if found is not None:
        assert found == orjson.loads(body)


def test_several_texts_come_to_their_places_whatever_their_order() -> None:
    shape = read(QUERY, query("artist", "song"))
    form = form_of(query("artist", "song"), shape)
    assert form is not None
    other = query("zz top", "")
    assert form.read(other) == read(QUERY, other)
    assert list(form.read(other) or ()) == list(read(QUERY, other)), "the members come in the order that they were sent"


def test_what_a_handler_does_to_a_request_reaches_no_later_one() -> None:
    first = read(QUERY, query("artist", "song"))
    form = form_of(query("artist", "song"), first)
    assert form is not None
    for shape in (first, form.read(query("a", "b")) or {}):
        for member in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
            shape[member].clear()
        shape.clear()
    assert form.read(query("c", "d")) == read(QUERY, query("c", "d"))


@pytest.mark.parametrize(
    "body",
    [
        get("one", ConsistentRead=True),
        get("one", "two", "three"),
        get("one").replace(b"Music", b"Movie"),
        get("one").replace(b'{"S": "one"}', b'{"N": "1"}'),
        get("one").replace(b'"S"', b'"\\u0053"'),
        get("one").replace(b'"TableName": "Music", ', b""),
        get("one")[:-1],
        get("one") + b" ",
        get("one").replace(b'"one"', b'"one'),
        get("one").replace(b'"one"', b'"o\nne"'),
        get("one").replace(b'"one"', b'"one\xff"'),
        b"",
        b"{}",
        get("one")[: get("one").index(b"one")],
        get("one")[: get("one").index(b"one") - 1] + get("one")[get("one").index(b'"}') :],
    ],
)
def test_other_bodies_have_not_this_form(body: bytes) -> None:
    form = form_of(get("two"), read(GET, get("two")))
    assert form is not None
    assert form.read(get("three")) is not None
    assert form.read(body) is None


@pytest.mark.parametrize(
    ("route", "body"),
    [
        (GET, get("Music")),  # stands twice
        (GET, get("same", "same")),
        (GET, get("")),
        (GET, get(", ")),
        (GET, get(" : ")),
        (GET, get("a\\b")),
        (GET, get("tab\t")),
        (GET, get("x" * BYTES_MAX)),
        (GET, get(*map(str, range(TEXTS_MAX + 1)))),
        (GET, b'{"TableName": "Music", "Key": {"k0": {"N": "17"}}}'),
        (GET, b'{"TableName": "Music", "Key": {"k0": {"S": "k"}, "k1": {"L": [{"S": "v"}]}}}'),
        (GET, b'{"TableName": "Music", "Key": {"k0": {"S": "k"}, "k1": {"S": "v", "N": "1"}}}'),
        (GET, b'{"TableName": "Music", "Key": {"k0": {"S": "\\u002c"}, "k1": {"S": "v"}}}'),
        (
            QUERY,
            b'{"TableName": "T", "QueryFilter": {"a": {"ComparisonOperator": "NULL"}}, '
            b'"ExclusiveStartKey": {"k": {"S": "v"}}}',
        ),
    ],
)
def test_what_could_be_taken_for_something_else_has_no_form(route: Route, body: bytes) -> None:
    assert form_of(body, read(route, body)) is None


def test_the_form_that_was_used_last_is_tried_first_and_few_are_kept() -> None:
    forms = BodyForms()
    kinds = [{"ReturnConsumedCapacity": "TOTAL"}, {"ConsistentRead": True}, {"ConsistentRead": False}, {}]
    kinds += [{"ProjectionExpression": "a"}]
    for kind in kinds:
        body = get("one", **kind)
        assert forms.read(body) is None
        forms.learn(body, read(GET, body))
    assert len(kinds) == FORMS_MAX + 1
    assert forms.read(get("two", **kinds[0])) is None, "the oldest has gone"
    for kind in kinds[1:]:
        assert forms.read(get("two", **kind)) == read(GET, get("two", **kind))


def test_who_asks_something_else_each_time_is_no_longer_looked_at() -> None:
    forms = BodyForms()
    for count in range(LEARNED_MAX):
        body = get("one", ProjectionExpression=f"a{count}")
        forms.learn(body, read(GET, body))
    late = get("one", ProjectionExpression="late")
    forms.learn(late, read(GET, late))
    assert forms.read(get("two", ProjectionExpression="late")) is None
    last = get("two", ProjectionExpression=f"a{LEARNED_MAX - 1}")
    assert forms.read(last) is not None
    for _ in range(MISSES_MAX + 1):
        forms.learn(late, read(GET, late))
    assert forms.read(last) is None, "nor are the forms that were known"
