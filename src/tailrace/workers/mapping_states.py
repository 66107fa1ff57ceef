"""The second state of each arrow: what a mapping becomes when what an operation asked for has been done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tailrace.services.lambda_ import event_source_mappings as mappings
from tailrace.services.lambda_ import event_source_positions as positions
from tailrace.store import leases, resources
from tailrace.store.engine import Transaction
from tailrace.workers import replay_job

SETTLED = frozenset(("Creating", "Enabling", "Updating"))
"""States that become Enabled (or Disabled) by being noticed."""
OK = "OK"
PROBLEM = "PROBLEM: "
FAILED = "PROBLEM: Function call failed"


def become(tx: Transaction, scope: str, mapping: str, *states: str) -> None:
    """Enabled or Disabled, as the mapping was told to be; nothing where it is in none of `states` any more."""
    document = resources.get(tx, mappings.KIND, scope, mapping)
    if document is not None and document["State"] in states:
        state = "Enabled" if document["Enabled"] else "Disabled"
        resources.put(tx, mappings.KIND, scope, mapping, {**document, "State": state})


def news(tx: Transaction, scope: str, document: Mapping[str, Any]) -> dict[str, str]:
    """What an enabled mapping is to say of a stream that is off or gone, and doesn't yet; its state stays."""
    arn = document["EventSourceArn"]
    stream = resources.get(tx, mappings.STREAM_KIND, scope, arn.partition(":table/")[2])
    if document["State"] != "Enabled" or (stream is not None and stream["StreamStatus"] == "ENABLED"):
        return {}
    why = f"Stream not found: {arn}" if stream is None else f"Stream is disabled: {arn}"
    wanted = {"LastProcessingResult": f"PROBLEM: {why}", "StateTransitionReason": why}
    return {name: text for name, text in wanted.items() if document[name] != text}


def note_over(tx: Transaction, scope: str, mapping: str, told: Mapping[str, str]) -> None:
    """Write what `news` has found."""
    document = resources.get(tx, mappings.KIND, scope, mapping)
    if document is not None and document["State"] == "Enabled":
        resources.put(tx, mappings.KIND, scope, mapping, {**document, **told})


def forget(tx: Transaction, scope: str, mapping: str) -> None:
    """Delete the mapping and what its readers have kept."""
    resources.delete(tx, mappings.KIND, scope, mapping)
    resources.delete(tx, replay_job.REDRIVEN_KIND, scope, mapping)
    leases.forget(tx, positions.lease_prefix(mapping))


def note_result(tx: Transaction, scope: str, mapping: str, result: str) -> bool:
    """Write LastProcessingResult, if it says something new; whether it does. Why a mapping can't go on, in contrast to
    a call that failed, stands in StateTransitionReason too.

    Mappings of queues have none until something goes wrong, for on AWS they have none.
    """
    document = resources.get(tx, mappings.KIND, scope, mapping)
    if document is None or (result == OK and "LastProcessingResult" not in document):
        return False
    wanted = {"LastProcessingResult": result}
    if document["State"] == "Enabled":
        stopped = result.startswith(PROBLEM) and result != FAILED
        user = mappings.user_action(document["EventSourceArn"])
        wanted["StateTransitionReason"] = result.removeprefix(PROBLEM) if stopped else user
    if all(document.get(name) == text for name, text in wanted.items()):
        return False
    resources.put(tx, mappings.KIND, scope, mapping, {**document, **wanted})
    return True
