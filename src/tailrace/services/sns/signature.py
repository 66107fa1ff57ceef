"""Signatures of notifications, and the certificate to check them by.

AWS signs with a key of its own, whose certificate stands below sns.REGION.amazonaws.com. Here each store makes a key of
its own at the first message that needs one, and serves the certificate below /_tailrace/sns/. What is signed, and how,
is AWS's: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tailrace.operation import Node
from tailrace.store import resources
from tailrace.store.engine import Transaction

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

KIND = "sns:signing-key"
BITS = 2048
VALID_DAYS = 3650
PAGES = "sns/"
# What is signed of each message, in this order.
NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


class Signer(NamedTuple):
    """A key, and the address of its certificate."""

    key_pem: str
    certificate_url: str

    def sign(self, members: dict[str, str], version: str) -> str:
        """The signature of a notification or confirmation: SHA-1 in version 1, SHA-256 in version 2, as base64."""
        return _sign(self.key_pem, text(members), version)


def text(members: dict[str, str]) -> str:
    """What is signed: each member's name and value on lines of their own."""
    names = NOTIFICATION if members["Type"] == "Notification" else CONFIRMATION
    return "".join(f"{name}\n{members[name]}\n" for name in names if name in members)


async def signer(node: Node) -> Signer:
    """The store's signer; made by whoever needs it first."""
    found: dict[str, str] | None = await node.store.view(lambda tx: resources.get(tx, KIND, "-", "current"))
    if found is None:
        key, signed = await asyncio.to_thread(_make, node.clock.machine())  # judged by others, by their clocks
        made = {"Sealed": node.identity.vault.seal(key, KIND), "Certificate": signed}

        def keep(tx: Transaction) -> dict[str, str]:
            # Another delivery may have made one meanwhile: that one counts.
            current: dict[str, str] | None = resources.get(tx, KIND, "-", "current")
            if current is None:
                resources.put(tx, KIND, "-", "current", made)
            return current or made

        found = await node.store.update(keep)
    key = node.identity.vault.open(found["Sealed"], KIND)
    return Signer(key, f"{node.endpoint}/_tailrace/{PAGES}{page(found['Certificate'])}")


def page(certificate: str) -> str:
    """The name of the certificate's page, which changes with the certificate."""
    return f"SimpleNotificationService-{hashlib.sha256(certificate.encode()).hexdigest()[:32]}.pem"


def certificate(tx: Transaction, name: str) -> str | None:
    """The certificate (PEM) of that page; None where there is no such page."""
    found = resources.get(tx, KIND, "-", "current")
    return found["Certificate"] if found is not None and page(found["Certificate"]) == name else None


@functools.lru_cache(maxsize=64)  # a message's signature is the same for all its subscribers
def _sign(pem: str, signed_text: str, version: str) -> str:
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256

    digest = SHA256() if version == "2" else SHA1()  # noqa: S303 - what version 1 is
    return base64.b64encode(_load(pem).sign(signed_text.encode(), padding.PKCS1v15(), digest)).decode()


@functools.lru_cache(maxsize=4)
def _load(pem: str) -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def _make(now: float) -> tuple[str, str]:
    """A new key and the certificate that it has signed itself, as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(65537, BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.tailrace")])
    begin = datetime.fromtimestamp(now, UTC) - timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    valid = builder.not_valid_before(begin).not_valid_after(begin + timedelta(days=VALID_DAYS))
    signed = valid.sign(key, SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private.decode(), signed.public_bytes(Encoding.PEM).decode()
