"""Code.Location of GetFunction: a link to the package that is good for ten minutes, signed as the server signs.

On AWS it is a presigned link to S3. Here it is a page of the same endpoint, so that whoever follows it needs nothing
but the link.
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qs, urlencode

from tailrace.base import ids
from tailrace.base.errors import Missing
from tailrace.operation import Node
from tailrace.store import blobs, resources
from tailrace.store.engine import Transaction

SECONDS = 600
SECRET = "lambda:link-secret"  # noqa: S105 - a kind of document


def secret(tx: Transaction) -> bytes:
    """The key that links are signed with, made once for each store."""
    found = resources.get(tx, SECRET, "-", "key")
    if found is None:
        found = {"Key": ids.random_bytes(32).hex()}
        resources.put(tx, SECRET, "-", "key", found)
    return bytes.fromhex(found["Key"])


def sign(key: bytes, digest: str, expires: int) -> str:
    """The signature of a link."""
    return hmac.new(key, f"{digest} {expires}".encode(), hashlib.sha256).hexdigest()


async def make(node: Node, digest: str) -> str:
    """The URL of a package, for the next ten minutes of the node's clock."""
    key = await node.store.view(lambda tx: resources.get(tx, SECRET, "-", "key"))
    secret_key = bytes.fromhex(key["Key"]) if key else await node.store.update(secret)
    expires = int(node.clock.now()) + SECONDS
    query = urlencode({"Expires": expires, "Signature": sign(secret_key, digest, expires)})
    return f"{node.endpoint}/_tailrace/code/{digest}?{query}"


async def download(node: Node, digest: str, query: str) -> bytes | None:
    """The package's bytes for who has a link that is still good, else None."""
    fields = parse_qs(query, max_num_fields=10)
    expires, signature = fields.get("Expires", [""])[0], fields.get("Signature", [""])[0]
    if not (expires.isascii() and expires.isdigit()) or int(expires[:15]) < node.clock.now():
        return None

    def read(tx: Transaction) -> bytes | None:
        key = resources.get(tx, SECRET, "-", "key")
        if key is None or not hmac.compare_digest(sign(bytes.fromhex(key["Key"]), digest, int(expires)), signature):
            return None
        try:
            return blobs.get(tx, digest)
        except Missing:
            return None

    return await node.store.view(read)
