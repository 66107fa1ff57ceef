"""Secrets as they are kept: sealed with AES-GCM under a key that lies beside the data and not in it.

    v1: base64( nonce, 12 bytes | ciphertext and tag )

What a secret is about (a key id) is sealed with it, so a sealed text copied to another document does not open there.
"""

from __future__ import annotations

import base64
import functools

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tailrace.base import ids

KEY_BYTES = 32
NONCE_BYTES = 12
PREFIX = "v1:"
OPENED_MAX = 4096  # kept open in memory: each request of a user needs one


class WrongKey(Exception):
    """A sealed text does not open: another key has sealed it, or for another purpose, or somebody has changed it."""


class Vault:
    """Seals and opens texts with one key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self.open = functools.lru_cache(maxsize=OPENED_MAX)(self._open)
        """`open(sealed, about)`: the text that `seal` was given. Raises WrongKey."""

    def seal(self, text: str, about: str) -> str:
        """The text, sealed; a different one each time."""
        nonce = ids.random_bytes(NONCE_BYTES)
        return PREFIX + base64.b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), about.encode())).decode()

    def _open(self, sealed: str, about: str) -> str:
        try:
            raw = base64.b64decode(sealed.removeprefix(PREFIX), validate=True)
            return self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], about.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise WrongKey(about) from error


def new_key() -> bytes:
    """A random key."""
    return ids.random_bytes(KEY_BYTES)
