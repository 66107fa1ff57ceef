"""Whose work it is: the name under which a node holds its leases and claims its deliveries.

One process owns an embedded store, so nobody else can want what it holds: a restarted process, by the same name, takes
over at once what its former self has left. Nodes that share a database have a name for each start, and wait.
"""

from __future__ import annotations

from tailrace.base import ids
from tailrace.operation import Node
from tailrace.store.engine import EMBEDDED

EMBEDDED_OWNER = "embedded"


def is_alone(node: Node) -> bool:
    """Whether this process is the only one that the store ever has at a time."""
    return node.store.kind in EMBEDDED


def owner_of(node: Node) -> str:
    """The name of this start of the node; always the same one where the node is alone."""
    return EMBEDDED_OWNER if is_alone(node) else ids.uuid()
