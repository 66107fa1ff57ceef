"""What messages are sent to in tests: an HTTP endpoint and a mail server, both real, both remembering what came."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, cast

from aiosmtpd.controller import Controller

from tests.postgres import free_port


class Posted(NamedTuple):
    """A request that an endpoint has got; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: str


class Endpoint:
    """Made by `endpoint`. Answers with the next of `statuses`, and with 200 when there are no more."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[Posted] = []
        self.statuses: list[int] = []
        self.location = ""

    def of_type(self, kind: str) -> list[Posted]:
        return [one for one in self.requests if one.headers["x-amz-sns-message-type"] == kind]


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """A web server on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.requests.append(Posted(self.path, headers, body))
            status = made.statuses.pop(0) if made.statuses else 200
            self.send_response(status)
            if made.location:
                self.send_header("location", made.location)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as web:
        made = Endpoint(f"http://127.0.0.1:{web.server_port}")
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield made
        web.shutdown()
        thread.join()


class Mailbox:
    """What a mail server has taken. Addresses in `unknown` are refused for good; `busy` refuses once, for now."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.unknown: set[str] = set()
        self.busy = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.unknown:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.busy:
            self.busy -= 1
            return "451 try again later"
        self.mails.append(cast("EmailMessage", message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, str]]:
    """A mail server on a free port, and its address."""
    box = Mailbox()
    # aiosmtpd doesn't take a port of the machine's choice.
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), ready_timeout=120)
    controller.start()
    try:
        yield box, f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()
