"""Mails as they leave: what is in their raw text."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest

from tailrace.services.sns.mail import Mail
from tailrace.workers.mail_server import compose

LINK = "http://127.0.0.1:4566/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-east-1:1:t&Token=" + "0f" * 144


def sent(text: str) -> bytes:
    return compose(Mail("anna@example.org", "The shop", "news", text, LINK), "news@example.org", 0.0).as_bytes()


def test_a_link_stays_whole_so_that_it_can_be_followed_in_the_raw_text() -> None:
    assert LINK.encode() in sent(f"Confirm it by this link:\n{LINK}\n")


@pytest.mark.parametrize("text", ["Schöne Grüße: ☃\n", "x" * 2000 + "\n", "é" * 2000 + "\n"])
def test_what_no_line_can_hold_is_encoded_and_comes_back(text: str) -> None:
    raw = sent(text)
    assert max(map(len, raw.splitlines())) <= 998
    read = cast(EmailMessage, message_from_bytes(raw, policy=policy.default))
    assert read.get_content() == text
