"""Whether a mapping may read from its source now: its function's role is asked at each poll, as AWS does."""

from __future__ import annotations

from collections.abc import Callable

from tailrace.auth.principal import Principal
from tailrace.base.errors import Missing
from tailrace.identity import Identity
from tailrace.services.lambda_ import event_source_access as access
from tailrace.services.lambda_.function_names import FunctionName
from tailrace.store.engine import Transaction

NO_FUNCTION = "PROBLEM: Function not found: "
NO_ROLE = "PROBLEM: The role defined for the function cannot be assumed by Lambda."

Refusal = Callable[[Identity, Transaction, Principal, str], str | None]


def problem(
    tx: Transaction, identity: Identity, target: FunctionName, mapping: str, refusal: Refusal, source: str
) -> str | None:
    """Why nothing may be delivered now; None if it may. `refusal` says what the role lacks on the source's ARN."""
    role = access.role_of(tx, target)
    if role is None:
        return f"{NO_FUNCTION}{target.arn}"
    try:
        reader = identity.role_principal(tx, role, session_name(mapping))
    except Missing:
        return NO_ROLE
    refused = refusal(identity, tx, reader, source)
    return f"PROBLEM: {refused}" if refused else None


def session_name(mapping: str) -> str:
    """The name of the session in which Lambda reads for a mapping."""
    return f"awslambda_{mapping[:8]}"
