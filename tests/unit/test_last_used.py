"""What is noted of uses, and what of it is written down."""

from __future__ import annotations

from tailrace.auth.last_used import LastUsed, Use
from tailrace.auth.principal import Principal, Session

BOB = Principal("user", "1", "arn:aws:iam::1:user/bob", "AIDA1", "bob")


def test_a_users_key_is_noted_by_its_id_and_a_session_of_a_role_by_the_roles() -> None:
    noted = LastUsed()
    noted.note(BOB, "AKIA1", 5.0, "dynamodbstreams", "eu-west-1")
    role = Principal("role", "1", "arn:aws:sts::1:assumed-role/r/s", "AROA1:s", "r", Session("s", 0))
    noted.note(role, "ASIA1", 6.0, "lambda", "us-east-1")
    uses = {"AKIA1": Use(5.0, "dynamodb", "eu-west-1", "bob"), "AROA1": Use(6.0, "lambda", "us-east-1", "r")}
    assert noted.snapshot() == uses


def test_nothing_is_noted_of_the_root_of_sessions_of_users_and_of_requests_without_a_key() -> None:
    noted = LastUsed()
    noted.note(Principal("root", "1", "arn:aws:iam::1:root", "1", "root"), "AKIA1", 1.0, "iam", "us-east-1")
    noted.note(Principal("user", "1", "arn", "AIDA1", "bob", Session("", 0)), "AKIA1", 1.0, "iam", "us-east-1")
    noted.note(BOB, "", 1.0, "iam", "us-east-1")
    assert noted.snapshot() == {}


def test_a_use_that_comes_while_an_earlier_one_is_written_down_stays() -> None:
    noted = LastUsed()
    noted.note(BOB, "AKIA1", 1.0, "iam", "us-east-1")
    written = noted.snapshot()
    noted.note(BOB, "AKIA1", 2.0, "iam", "us-east-1")
    noted.kept(written)
    assert noted.get("AKIA1") == Use(2.0, "iam", "us-east-1", "bob")
    noted.kept(noted.snapshot())
    assert noted.get("AKIA1") is None
