"""Outgoing mail, by the SMTP server that the command line names."""

from __future__ import annotations

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from tailrace.services.sns.mail import Mail

SECONDS_MAX = 30.0
LINE_CHARACTERS_MAX = 998  # RFC 5322, 2.1.1
PORTS = {"smtp": 587, "smtps": 465}


class Undeliverable(Exception):
    """The server will never take this mail: the address is wrong, or refused for good."""


class MailServer(NamedTuple):
    """Where mails are handed over, by whom, and how. `encrypted`: TLS from the first byte, not after STARTTLS."""

    host: str
    port: int
    user: str | None
    password: str | None
    encrypted: bool


def parse(url: str) -> MailServer:
    """The server of smtp://user:password@host:port or smtps://. Raises ValueError for what is neither."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("a mail server is smtp://user:password@host:port, or smtps://")
    user, password = (unquote(text) if text else None for text in (parts.username, parts.password))
    return MailServer(parts.hostname, parts.port or PORTS[parts.scheme], user, password, parts.scheme == "smtps")


def compose(mail: Mail, sender: str, now: float) -> EmailMessage:
    """The mail with its headers. Raises Undeliverable where the address can't stand in a header."""
    made = EmailMessage()
    try:
        made["From"] = Address(mail.name, addr_spec=sender)
        made["To"] = Address(addr_spec=mail.to)
    except (ValueError, IndexError) as problem:
        raise Undeliverable(f"{mail.to} is no mail address") from problem
    made["Subject"] = mail.subject
    made["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    # Links are longer than a line of quoted-printable: as they are, they can be followed in a mail's raw text, too.
    plain = mail.text.isascii() and max(map(len, mail.text.splitlines()), default=0) <= LINE_CHARACTERS_MAX
    made.set_content(mail.text, cte="7bit" if plain else None)
    return made


async def send(server: MailServer, mail: Mail, sender: str, now: float) -> None:
    """Hand a mail over. Raises Undeliverable, or OSError where the server can't take it now."""
    import aiosmtplib

    try:
        await aiosmtplib.send(
            compose(mail, sender, now),
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.encrypted,
            timeout=SECONDS_MAX,
        )
    except aiosmtplib.SMTPRecipientsRefused as problem:
        if all(one.code >= 500 for one in problem.recipients):
            raise Undeliverable(str(problem)) from problem
        raise OSError(str(problem)) from problem
    except aiosmtplib.SMTPResponseException as problem:
        if problem.code >= 500 and not isinstance(problem, aiosmtplib.SMTPAuthenticationError):
            raise Undeliverable(str(problem)) from problem
        raise OSError(str(problem)) from problem
    except (aiosmtplib.SMTPException, TimeoutError) as problem:
        raise OSError(str(problem) or type(problem).__name__) from problem
