"""What is kept of requests that are alike is right for all of them, and proves nothing for those that differ."""

from __future__ import annotations

import datetime

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tailrace.auth import sigv4
from tailrace.auth.sigv4 import SignatureProblem
from tailrace.gateway.forms import Forms
from tailrace.wire.http import COPIED_BYTES_MAX, HttpRequest

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
LARGE = COPIED_BYTES_MAX + 1
NOON = datetime.datetime(2026, 11, 30, 12, 0, 0, tzinfo=datetime.UTC)
INVOCATION, OTHER_INVOCATION = "5d1a0f3e-5f66-4a3c-8ab2-7c3f2b1f9f10", "00000000-5f66-4a3c-8ab2-7c3f2b1f9f10"
BODIES = [b'{"a":"%d"}' % number for number in range(10)]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime.datetime]:
    """The time at which botocore signs, to be moved."""
    now = [NOON]
    monkeypatch.setattr(auth, "get_current_datetime", lambda: now[0])
    return now


class Client:
    """Sends signed requests on one connection; `read` is what the server makes of them."""

    def __init__(self, *, sign_invocation: bool = False) -> None:
        self.sign_invocation = sign_invocation
        self.forms = Forms()

    def sign(self, body: bytes, invocation: str = INVOCATION) -> HttpRequest:
        own = {"X-Amz-Target": "DynamoDB_20120810.GetItem", "Content-Type": "application/x-amz-json-1.0"}
        told = {"amz-sdk-invocation-id": invocation}
        request = AWSRequest("POST", "http://localhost:4566/", {**own, **(told if self.sign_invocation else {})}, body)
        auth.SigV4Auth(Credentials(KEY, SECRET), "dynamodb", "eu-central-1").add_auth(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        return HttpRequest(
            "POST", "/", "", {"host": "localhost:4566", **told, **headers, "content-length": str(len(body))}, body
        )

    def read(self, request: HttpRequest) -> HttpRequest:
        """The request as it is read of its bytes: by its form, where one of its kind came before."""
        lines = [f"{name}: {value}\r\n" for name, value in request.headers.items()]
        data = f"POST / HTTP/1.1\r\n{''.join(lines)}\r\n".encode() + request.body
        found = self.forms.read(data)
        if found is None:
            self.forms.learn(data, request)
            return request
        assert found.alike is not None
        return found


def holds(request: HttpRequest, secret: str = SECRET, at: datetime.datetime = NOON) -> bool:
    try:
        sigv4.verify(sigv4.read(request), request, secret, at.timestamp())
    except SignatureProblem as problem:
        return problem.kind != "mismatch"
    return True


@pytest.mark.parametrize("sign_invocation", [False, True])
@pytest.mark.usefixtures("clock")
def test_what_differs_from_one_that_was_proven_is_proven_anew(sign_invocation: bool) -> None:
    client = Client(sign_invocation=sign_invocation)
    good = [client.read(client.sign(body)) for body in BODIES]
    assert good[1].alike is good[2].alike is not None
    for request in good:
        assert holds(request)
        assert not holds(request, "another secret")
    changed = client.sign(BODIES[0])
    changed.body = BODIES[1]
    assert not holds(client.read(changed))
    changed = client.sign(BODIES[0])
    digest = changed.headers["authorization"][-64:]
    changed.headers["authorization"] = changed.headers["authorization"][:-64] + digest[::-1]
    assert not holds(client.read(changed))
    changed = client.sign(BODIES[0])
    changed.headers["amz-sdk-invocation-id"] = OTHER_INVOCATION
    assert holds(client.read(changed)) is not sign_invocation, "a header that isn't signed may be anything"
    assert holds(client.read(client.sign(BODIES[0], OTHER_INVOCATION)))


def test_each_second_claims_anew(clock: list[datetime.datetime]) -> None:
    client = Client()
    first = [client.read(client.sign(body)) for body in BODIES[:3]]
    assert all(map(holds, first))
    clock[0] = NOON + datetime.timedelta(seconds=1)
    later = [client.read(client.sign(body)) for body in BODIES[:3]]
    assert later[0].alike is first[1].alike
    assert all(holds(request, at=clock[0]) for request in later)
    assert sigv4.read(later[1]).claim.amz_date == "20261130T120001Z"
    assert all(map(holds, first)), "those of the second before still hold"
    forged = client.sign(BODIES[0])
    forged.headers["x-amz-date"] = "20261130T120000Z"
    assert not holds(client.read(forged))
    assert not holds(later[0], at=NOON + datetime.timedelta(minutes=16))


@pytest.mark.usefixtures("clock")
def test_of_a_large_body_each_byte_is_proven() -> None:
    """It is hashed where it lies, behind the head."""
    client = Client()
    client.read(client.sign(b"1" * LARGE))
    request = client.read(client.sign(b"2" * LARGE))
    assert request.alike is not None
    assert holds(request)
    for place in (0, LARGE // 2, LARGE - 1):
        signed = client.sign(b"2" * LARGE)
        signed.body = signed.body[:place] + b"1" + signed.body[place + 1 :]
        assert not holds(client.read(signed))
