"""Whom functions trust: the public authorities, and the server's own certificate where it answers https with one.

Two files in the runtime's folder, and the variables by which each language's clients find them. What a function's
configuration sets counts more.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

OWN, ALL = "tailrace-ca.pem", "ca-bundle.pem"


def write(runtime: Path, authority: Path) -> None:
    """Put the server's certificate into the runtime's folder, alone and after the public authorities."""
    own = authority.read_bytes()
    (runtime / OWN).write_bytes(own)
    (runtime / ALL).write_bytes(_public() + b"\n" + own)


def variables(runtime: Path, seen_as: str) -> dict[str, str]:
    """The variables for a runtime's folder that the code inside sees as `seen_as`; none where the server needs none."""
    if not (runtime / ALL).exists():
        return {}
    bundle = f"{seen_as}/{ALL}"  # boto and OpenSSL want all in one file; Node.js adds one to those that it has
    return {"AWS_CA_BUNDLE": bundle, "SSL_CERT_FILE": bundle, "NODE_EXTRA_CA_CERTS": f"{seen_as}/{OWN}"}


def _public() -> bytes:
    """The authorities that botocore brings along."""
    found = importlib.util.find_spec("botocore")
    folders = list(found.submodule_search_locations or ()) if found else []
    file = Path(folders[0]) / "cacert.pem" if folders else Path()
    return file.read_bytes() if file.is_file() else b""
