"""A long poll ends when nobody waits for its answer any more: a message must not be handed to who has gone."""

from __future__ import annotations

import json
import socket
from http.client import HTTPResponse

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.conftest import RunningServer
from tests.flow.functions import unique


def poll_on_a_socket(server: RunningServer, url: str) -> socket.socket:
    """Send a receive that would wait for twenty seconds; the open connection."""
    body = f'{{"QueueUrl": "{url}", "WaitTimeSeconds": 20}}'.encode()
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.ReceiveMessage"}
    request = AWSRequest("POST", server.endpoint + "/", headers, body)
    SigV4Auth(Credentials(server.access_key, server.secret_key), "sqs", "us-east-1").add_auth(request)
    host, _, port = server.endpoint.removeprefix("http://").partition(":")
    lines = [
        "POST / HTTP/1.1",
        f"host: {host}:{port}",
        f"content-length: {len(body)}",
        *(f"{k}: {v}" for k, v in request.headers.items()),
    ]
    connection = socket.create_connection((host, int(port)))
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
    return connection


def test_a_message_is_not_hidden_by_a_poll_whose_client_has_gone(server: RunningServer) -> None:
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName=unique("gone"))["QueueUrl"]
    connection = poll_on_a_socket(server, url)
    sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])  # by its answer the poll waits
    connection.close()
    sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])  # by its answer the end is known
    sqs.send_message(QueueUrl=url, MessageBody="for the living")
    received = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2).get("Messages", [])
    assert [m["Body"] for m in received] == ["for the living"]


def test_the_end_of_the_server_answers_open_polls(durable_server: RunningServer) -> None:
    sqs = durable_server.client("sqs")
    url = sqs.create_queue(QueueName="ending")["QueueUrl"]
    with poll_on_a_socket(durable_server, url) as connection:
        connection.settimeout(120)
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])  # by its answer the poll waits
        assert durable_server.stop() == 0
        answer = HTTPResponse(connection)
        answer.begin()
        assert (answer.status, json.loads(answer.read())) == (200, {})
