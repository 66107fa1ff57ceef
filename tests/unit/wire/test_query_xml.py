"""The query protocol: forms in, XML out."""

from __future__ import annotations

from typing import Any

import pytest

from tailrace.base.errors import ApiError
from tailrace.wire.http import HttpRequest
from tailrace.wire.protocol import Route
from tailrace.wire.query_xml import QUERY_XML


def parse(service: str, operation: str, form: str) -> dict[str, Any]:
    return QUERY_XML.parse(Route(service, QUERY_XML, operation), HttpRequest("POST", "/", "", {}, form.encode()))


def body(service: str, operation: str, answer: dict[str, Any]) -> str:
    return QUERY_XML.serialize(Route(service, QUERY_XML, operation), answer, "ID").body.decode()


def test_lists_of_structures_in_the_order_of_their_numbers() -> None:
    form = "Tags.member.10.Key=b&Tags.member.2.Key=a&Tags.member.2.Value=+x%26y&UserName=u"
    assert parse("iam", "TagUser", form) == {"UserName": "u", "Tags": [{"Key": "a", "Value": " x&y"}, {"Key": "b"}]}


def test_an_empty_list_is_how_botocore_sends_none() -> None:
    assert parse("iam", "TagUser", "Tags=&UserName=u") == {"UserName": "u", "Tags": []}


def test_maps_are_entries_with_key_and_value() -> None:
    form = "Attributes.entry.1.key=DisplayName&Attributes.entry.1.value=x&TopicArn=t"
    assert parse("sns", "CreateTopic", form) == {"Attributes": {"DisplayName": "x"}}


@pytest.mark.parametrize("text", ["x", "", "1.5", str(2**31), "9" * 40])
def test_a_number_must_be_one(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse("sts", "GetSessionToken", f"DurationSeconds={text}")
    assert caught.value.code == "MalformedInput"


def test_a_name_nested_without_end_is_refused() -> None:
    with pytest.raises(ApiError) as caught:
        parse("iam", "GetUser", ".".join("a" * 5000) + "=1")
    assert caught.value.code == "MalformedQueryString"


def test_an_answer_to_the_byte() -> None:
    assert body("sts", "GetCallerIdentity", {"UserId": "U", "Account": "000000000000", "Arn": "a<b"}) == (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n'
        "  <GetCallerIdentityResult><UserId>U</UserId><Account>000000000000</Account><Arn>a&lt;b</Arn>"
        "</GetCallerIdentityResult>\n"
        "  <ResponseMetadata>\n    <RequestId>ID</RequestId>\n  </ResponseMetadata>\n"
        "</GetCallerIdentityResponse>\n"
    )


def test_lists_booleans_and_timestamps_in_an_answer() -> None:
    user = {"UserName": "u", "CreateDate": 1689508624.9}
    assert (
        "<Users><member><UserName>u</UserName><CreateDate>2023-07-16T11:57:04Z</CreateDate></member></Users>"
        "<IsTruncated>false</IsTruncated>"
    ) in body("iam", "ListUsers", {"IsTruncated": False, "Users": [user]})


def test_an_operation_without_output_answers_its_request_id_alone() -> None:
    assert body("iam", "DeleteUser", {}) == (
        '<DeleteUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">\n'
        "  <ResponseMetadata>\n    <RequestId>ID</RequestId>\n  </ResponseMetadata>\n</DeleteUserResponse>\n"
    )


def test_what_xml_cannot_hold_is_replaced_and_a_carriage_return_survives() -> None:
    text = body("iam", "GetUser", {"User": {"UserName": "a\x00b\rc"}})
    assert "<UserName>a\ufffdb&#xD;c</UserName>" in text
