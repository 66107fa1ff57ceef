"""Floor 5: what may be shown beyond this machine: no server whose root key everybody knows or guesses."""

from __future__ import annotations

import ipaddress

SECRET_LENGTH_MIN = 16
# Keys out of documentation, which are long enough.
WELL_KNOWN = frozenset(("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"))


class WeakKey(Exception):
    """The server would be open to its network under a key that is no secret."""


def check(host: str, secret_access_key: str, *, allow_weak: bool) -> None:
    """Raise WeakKey where the address is open to other machines and the root's secret is well known or short."""
    weak = len(secret_access_key) < SECRET_LENGTH_MIN or secret_access_key in WELL_KNOWN
    if weak and not allow_weak and not is_loopback(host):
        raise WeakKey(
            f"{host or 'every address'} can be reached from other machines, and the root's secret key is well known or "
            f"shorter than {SECRET_LENGTH_MIN} characters. Set TAILRACE_SECRET_ACCESS_KEY to a secret, or leave it out "
            "and one is made; --allow-weak-keys insists"
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens on `host`. Names but localhost may be anything."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
