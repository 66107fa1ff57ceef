"""Bytes from a function's pipe, as log events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.runtime.output import EVENT_BYTES_MAX, Assembler


def frame(text: str, kind: int = 0x03) -> bytes:
    message = text.encode()
    return bytes((0xA5, 0x5A, 0x00, kind)) + len(message).to_bytes(4, "big") + bytes(8) + message


def events(data: bytes, step: int) -> list[str]:
    assembler = Assembler()
    found = []
    for at in range(0, len(data), step):
        found += assembler.feed(data[at : at + step])
    return found + assembler.rest()


@pytest.mark.parametrize("step", [1, 3, 16, 10_000])
def test_lines_and_frames_in_their_order(step: int) -> None:
    data = b"one\ntwo\n" + frame("three\nlines\n") + "fünf".encode() + frame("six", 0x17) + b"seven"
    assert events(data, step) == ["one\n", "two\n", "three\nlines\n", "fünf", "six", "seven"]


def test_a_carriage_return_stays_within_its_event() -> None:
    assert events(b"a\rb\r\nc\n", 100) == ["a\rb\r\n", "c\n"]


def test_a_mark_inside_a_character_is_text() -> None:
    text = "\u00e5Z\0\x03 and on"  # the second byte of this first letter is a frame's first
    assert events(text.encode() + b"\n", 100) == [text + "\n"]


def test_what_is_not_utf8_becomes_the_replacement_character() -> None:
    assert events(b"\xff\xfe\n", 100) == ["\ufffd\ufffd\n"]


@pytest.mark.parametrize("data", [b"x" * (EVENT_BYTES_MAX + 5), frame("x" * (EVENT_BYTES_MAX + 5))])
def test_an_event_is_no_longer_than_cloudwatch_takes(data: bytes) -> None:
    assert [len(event) for event in events(data, 65_536)] == [EVENT_BYTES_MAX, 5]


def test_a_frame_without_text_is_an_empty_event_at_most() -> None:
    assert events(frame("") + b"x\n", 100) == ["x\n"]


@given(st.lists(st.tuples(st.booleans(), st.text(max_size=30))), st.integers(1, 40))
def test_any_mixture_comes_out_as_it_went_in(parts: list[tuple[bool, str]], step: int) -> None:
    data, expected = b"", []
    for framed, text in parts:
        line = text.replace("\n", "") + "\n"
        data += frame(line) if framed else line.encode()
        expected.append(line)
    assert events(data, step) == expected
