"""What the audit keeps of a mapping's polls: the first answer of the policies, and each one that differs from the last.

A poll asks the policies every time, many times a second; a record of each would bury everything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tailrace.audit.entry import Decided, Entry
from tailrace.auth.principal import Principal
from tailrace.base.errors import Missing
from tailrace.services.lambda_ import event_source_access as access
from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.store import resources
from tailrace.store.engine import Transaction
from tailrace.workers.trigger_access import session_name
from tailrace.workers.trigger_settings import compile_settings

if TYPE_CHECKING:
    from tailrace.workers.shard_reader import ShardReader


async def note_poll(reader: ShardReader, problem: str) -> None:
    """Record the role's decisions, unless the last record of this shard was about the same `problem` ("": none)."""
    if reader.audited == problem:
        return
    reader.audited = problem
    node = reader.context.node
    asked = await node.store.view(lambda tx: _asked(tx, reader))
    if asked is not None:
        role, decisions = asked
        region = reader.scope.split("/")[1]
        node.audit.add(Entry.by_lambda(node.clock.now(), role, "dynamodbstreams", "GetRecords", region, decisions))


def _asked(tx: Transaction, reader: ShardReader) -> tuple[Principal, list[Decided]] | None:
    """The role's session and the decisions about it; None where function or role are gone."""
    settings = resources.derived(tx, mappings.KIND, reader.scope, reader.mapping, compile_settings)
    role = access.role_of(tx, settings.target) if settings else None
    if settings is None or role is None:
        return None
    identity = reader.context.node.identity
    try:
        session = identity.role_principal(tx, role, session_name(reader.mapping))
    except Missing:
        return None
    return session, [
        each._replace(principal=None) for each in access.decisions(identity, tx, session, settings.stream_arn)
    ]
