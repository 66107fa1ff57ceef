"""JSON of which one long text is nearly all: what is read of it is what orjson gives."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tailrace.base import long_text
from tailrace.base.long_text import REST_BYTES_MAX, TEXT_BYTES_MIN

LONG = b"x" * TEXT_BYTES_MIN
PLACES = (
    b'{"Item": {"pk": {"S": "17"}, "page": {"S": "%b"}}}',
    b'{"Item": {"page": {"S": "%b"}, "n": {"N": "1"}, "tags": {"L": [{"S": ""}, {"NULL": true}]}}}',
    b'{"a": [1, [], {}, ["%b"], {"b": null}]}',
    b'["%b", "%b"]',
    b'"%b"',
    b'{"%b": "a member\'s name"}',
    b'{"twice": "%b", "twice": "the last one counts"}',
    b'{"twice": "the last one counts", "twice": "%b"}',
    b'{"twice": "%b", "twice": "%b"}',
    b'{"text": "with an \\n escape", "long": "%b"}',
    b'{"like the place": "\\u0000", "long": "%b"}',
    b'{"text": "ends too early", "long": "%b',
    b'{"text": "goes on", "long": "%b"}}',
    b'{"between two texts": 1%b}',
    b'{"behind":"it","":%b,"a":"b"}',
)
PIECES = (
    b"",
    b"letters",
    "müßig \U0001f600 \u2028".encode(),
    b'"',
    b"\\",
    b"\\u0000",
    b"\x00",
    b"\x1f",
    b"\x7f",
    b"\xff",
    b"\n",
)


def outcome(loads: Any, data: bytes) -> tuple[str, Any]:
    """What is read, in the order in which it is, or what is said of it."""
    try:
        found = loads(data)
    except orjson.JSONDecodeError as error:
        return str(error), None
    return repr(found), found


@given(st.sampled_from(PLACES), st.sampled_from(PIECES), st.sampled_from(PIECES), st.integers(0, 2), st.binary())
@example(PLACES[0], b"", b"", 0, b'{"text": "\\')
def test_it_reads_what_orjson_reads(place: bytes, first: bytes, last: bytes, where: int, before: bytes) -> None:
    text = [first + last + LONG, first + LONG + last, LONG + first + last][where]
    data = place.replace(b"%b", text)
    expected = outcome(orjson.loads, data)
    assert outcome(long_text.loads, data) == expected
    assert outcome(lambda data: long_text.loads(before + data, len(before)), data) == expected


@given(st.integers(0, len(PLACES[1]) + TEXT_BYTES_MIN), st.binary(max_size=2))
def test_a_document_that_is_wrong_anywhere_is_refused_as_by_orjson(at: int, put: bytes) -> None:
    data = PLACES[1].replace(b"%b", LONG)
    data = data[:at] + put + data[at + 1 :]
    assert outcome(long_text.loads, data) == outcome(orjson.loads, data)


@pytest.mark.parametrize("place", PLACES[:3])
def test_a_plain_long_text_is_put_in_its_place(place: bytes) -> None:
    """Else all of it would be orjson's, and nothing of the other tests would be about the module."""
    data = place.replace(b"%b", LONG)
    for before in (b"", b'{"quotes": "and \\ escapes'):
        for is_ours in (False, True):
            assert long_text._read(before + data, len(before), is_ours) == orjson.loads(data)


def test_what_is_short_or_has_much_beside_it_is_left_to_orjson() -> None:
    short = b'["%b"]' % LONG[1:]
    beside = b'["%b", "%b"]' % (LONG, b"y" * REST_BYTES_MAX)
    for data in (short, beside):
        assert long_text._read(data, 0, False) is None
        assert long_text.loads(data) == orjson.loads(data)
