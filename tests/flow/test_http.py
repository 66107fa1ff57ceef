"""The bytes of HTTP on a real server: what a client may send besides what AWS's SDKs do, and what comes back."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import zlib
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.conftest import RunningServer
from tests.flow.functions import make_table

JSON = {"Content-Type": "application/x-amz-json-1.0"}
Answer = tuple[int, http.client.HTTPMessage, bytes]


class Wire:
    """One TCP connection to the server, on which bytes go out and answers are read."""

    def __init__(self, server: RunningServer) -> None:
        address = urlsplit(server.endpoint)
        self.server = server
        self.socket = socket.create_connection((address.hostname, address.port), timeout=120)
        self.file = self.socket.makefile("rb")

    def signed(self, operation: str, body: bytes, /, **headers: str) -> dict[str, str]:
        """The headers of a request, signed."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        target = {"X-Amz-Target": f"DynamoDB_20120810.{operation}"}
        request = AWSRequest("POST", self.server.endpoint + "/", {**JSON, **target, **named}, body)
        SigV4Auth(Credentials("test", "test"), "dynamodb", "us-east-1").add_auth(request)
        prepared = request.prepare()
        return {"Host": urlsplit(self.server.endpoint).netloc, **prepared.headers}

    def send(self, body: bytes, headers: dict[str, str], line: str = "POST / HTTP/1.1") -> None:
        """A request as it stands."""
        if not {name.lower() for name in headers} & {"content-length", "transfer-encoding"}:
            headers = {**headers, "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.socket.sendall(f"{line}\r\n{head}\r\n".encode() + body)

    def answer(self, method: str = "POST") -> Answer:
        """The next answer."""
        status = int(self.file.readline().split()[1])
        headers = http.client.parse_headers(self.file)
        return status, headers, b"" if method == "HEAD" else self.file.read(int(headers["content-length"]))

    def ask(self, operation: str, document: object, /, **headers: str) -> Answer:
        """A signed request, and its answer."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send(body, self.signed(operation, body, **headers))
        return self.answer()


@pytest.fixture
def wire(server: RunningServer) -> Iterator[Wire]:
    opened = Wire(server)
    with closing(opened.socket), closing(opened.file):
        yield opened


@pytest.fixture
def table(server: RunningServer) -> str:
    """A table with a small item (`pk` = small), one of 5 KB (middling) and one of 300 KB (large)."""
    name, dynamodb = make_table(server, "wire"), server.client("dynamodb")
    for key, text in (("small", "x"), ("middling", "x" * 5000), ("large", "x" * 300_000)):
        dynamodb.put_item(TableName=name, Item={"pk": {"S": key}, "text": {"S": text}})
    return name


@pytest.mark.parametrize("key", ["middling", "large"])
def test_a_long_answer_is_compressed_for_who_asks_and_its_checksum_is_of_what_is_sent(
    wire: Wire, table: str, key: str
) -> None:
    request = {"TableName": table, "Key": {"pk": {"S": key}}}
    _, headers, plain = wire.ask("GetItem", request, Accept_Encoding="identity")
    assert headers["content-encoding"] is None
    status, headers, body = wire.ask("GetItem", request, Accept_Encoding="deflate, gzip;q=0.5")
    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert int(headers["x-amz-crc32"]) == zlib.crc32(body)
    assert int(headers["content-length"]) == len(body) < 4000
    assert gzip.decompress(body) == plain


@pytest.mark.parametrize("accepted", ["gzip;q=0", "br", "", "x-gzip-like"])
def test_who_does_not_take_gzip_gets_none(wire: Wire, table: str, accepted: str) -> None:
    _, headers, body = wire.ask(
        "GetItem", {"TableName": table, "Key": {"pk": {"S": "large"}}}, Accept_Encoding=accepted
    )
    assert headers["content-encoding"] is None
    assert len(body) > 300_000


def test_a_short_answer_and_a_refusal_stay_as_they_are(wire: Wire, table: str) -> None:
    for name, status in ((table, 200), ("nothing", 400)):
        request = {"TableName": name, "Key": {"pk": {"S": "small"}}}
        found, headers, body = wire.ask("GetItem", request, Accept_Encoding="gzip")
        assert (found, headers["content-encoding"]) == (status, None)
        assert json.loads(body)


def test_members_that_the_model_does_not_have_are_passed_over(wire: Wire, table: str) -> None:
    key = {"pk": {"S": "small", "Z": "later"}}
    status, _, body = wire.ask("GetItem", {"TableName": table, "Key": key, "Unheard": {"Of": [1]}, "key": 1})
    assert (status, json.loads(body)["Item"]["text"]) == (200, {"S": "x"})


def test_header_names_may_be_written_in_any_case(wire: Wire) -> None:
    for change in (str.lower, str.upper):
        headers = {change(name): value for name, value in wire.signed("ListTables", b"{}").items()}
        wire.send(b"{}", headers)
        assert wire.answer()[0] == 200


def test_a_chunked_request_is_put_together(wire: Wire) -> None:
    headers = {**wire.signed("ListTables", b'{"Limit": 1}'), "Transfer-Encoding": "chunked"}
    headers.pop("Content-Length", None)
    wire.send(b'5\r\n{"Lim\r\n7;ext=1\r\nit": 1}\r\n0\r\nTrailer: x\r\n\r\n', headers)
    assert wire.answer()[0] == 200


def test_pipelined_requests_are_answered_in_order_on_one_connection(wire: Wire, table: str) -> None:
    for number in range(40):
        body = json.dumps({"TableName": table, "Item": {"pk": {"S": "n"}, "n": {"N": str(number)}}}).encode()
        wire.send(body, wire.signed("PutItem", body.replace(b'"n"', b'"m"')))
    refused = [wire.answer()[0] for _ in range(40)]
    assert refused == [400] * 40  # each was signed for another body, and none of them upset the ones behind it
    for number in range(40):
        item = {"pk": {"S": "n"}, "n": {"N": str(number)}}
        body = json.dumps({"TableName": table, "Item": item, "ReturnValues": "ALL_OLD"}).encode()
        wire.send(body, wire.signed("PutItem", body))
    olds = [json.loads(wire.answer()[2]) for _ in range(40)]
    assert [int(old["Attributes"]["n"]["N"]) for old in olds[1:]] == list(range(39))


def test_who_only_looks_is_told_that_the_server_is_up(wire: Wire) -> None:
    wire.send(b"", {"Host": "localhost"}, "GET / HTTP/1.1")
    status, headers, body = wire.answer("GET")
    assert (status, body) == (200, b"healthy: dynamodb.us-east-1.amazonaws.com ")
    assert len(headers["x-amzn-requestid"]) == 52
    assert int(headers["x-amz-crc32"]) == zlib.crc32(body)
    assert headers["date"].endswith(" GMT")
    assert headers["connection"] == "keep-alive"
    wire.send(b"", {"Host": "localhost"}, "HEAD / HTTP/1.1")
    assert wire.answer("HEAD")[::2] == (200, b"")


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "POST"])
def test_what_is_for_nobody_is_not_found(wire: Wire, method: str) -> None:
    headers = {"Host": "localhost", "Origin": "http://elsewhere", "Access-Control-Request-Method": "POST"}
    wire.send(b"hi", headers, f"{method} / HTTP/1.1")
    status, headers_back, body = wire.answer(method)
    assert (status, body) == (404, b"<UnknownOperationException/>\n")
    assert not [name for name in headers_back if name.lower().startswith("access-control-")]


def test_a_request_without_a_target_is_for_no_operation(wire: Wire) -> None:
    wire.send(b"{}", {"Host": "localhost", **JSON})
    status, _, body = wire.answer()
    assert (status, json.loads(body)) == (400, {"__type": "com.amazon.coral.service#UnknownOperationException"})


def test_dynamodb_takes_sixteen_megabytes(wire: Wire) -> None:
    largest = 16 * 1024 * 1024
    body = b'{"Limit": 1' + b" " * (largest - 12) + b"}"
    assert len(body) == largest
    assert wire.ask("ListTables", body)[0] == 200
    assert wire.ask("ListTables", body + b" ")[::2] == (413, b"")
    assert wire.ask("ListTables", {})[0] == 200


def test_compressed_bodies_are_opened_one_after_the_other(wire: Wire, table: str) -> None:
    for key in ("small", "middling", "nobody", "small"):
        body = gzip.compress(json.dumps({"TableName": table, "Key": {"pk": {"S": key}}}).encode(), mtime=0)
        status, _, answer = wire.ask("GetItem", body, Content_Encoding="gzip")
        assert (status, json.loads(answer).get("Item", {}).get("pk")) == (200, None if key == "nobody" else {"S": key})
