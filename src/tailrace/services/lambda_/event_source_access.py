"""Which role reads a stream for a function, and whether it may: asked when a mapping is made, and at each poll."""

from __future__ import annotations

from tailrace.audit.entry import Decided
from tailrace.auth.principal import Principal
from tailrace.base.errors import ApiError
from tailrace.identity import Identity
from tailrace.services.lambda_ import function_document
from tailrace.services.lambda_.function_names import FunctionName
from tailrace.store.engine import Transaction

READ_ACTIONS = ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream")
LIST_ACTION = "dynamodb:ListStreams"


def role_of(tx: Transaction, function: FunctionName) -> str | None:
    """The ARN of the execution role of the function's version or alias; None where there is no such function."""
    try:
        document, _ = function_document.find_version(tx, function)
    except ApiError:
        return None
    return str(document["Role"])


def refusal(identity: Identity, tx: Transaction, reader: Principal, stream_arn: str) -> str | None:
    """AWS's sentence about the first read action that the role lacks on the stream; None if it may read it."""
    for action in READ_ACTIONS:
        decision = identity.decide(tx, reader, action, stream_arn)
        if not decision.allowed:
            return identity.denial(reader, decision, action, stream_arn)
    return None


def decisions(identity: Identity, tx: Transaction, reader: Principal, stream_arn: str) -> list[Decided]:
    """What the policies say to the four actions that a mapping needs, for the audit and its explanations.

    Policies grant ListStreams on `*` or on the table's streams, and AWS takes both.
    """
    whose = reader.session.issuer if reader.session else reader.arn
    found = [Decided(a, stream_arn, identity.decide(tx, reader, a, stream_arn), whose) for a in READ_ACTIONS]
    on_all, on_stream = (
        Decided(LIST_ACTION, resource, identity.decide(tx, reader, LIST_ACTION, resource), whose)
        for resource in ("*", stream_arn)
    )
    found.append(on_stream if on_stream.decision.allowed and not on_all.decision.allowed else on_all)
    return found


def cannot_access(stream_arn: str) -> str:
    """What CreateEventSourceMapping answers where the role lacks one of the four actions."""
    return (
        f"Cannot access stream {stream_arn}. Please ensure the role can perform the GetRecords, GetShardIterator, "
        "DescribeStream, and ListStreams Actions on your stream in IAM."
    )
