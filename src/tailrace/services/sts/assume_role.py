"""AssumeRole: the trust policy says who may, the role says for how long, the request may only narrow."""

from __future__ import annotations

from typing import Any

from tailrace.audit.entry import Decided
from tailrace.auth.principal import Principal, role_session
from tailrace.base.errors import ApiError
from tailrace.identity import SessionCredentials
from tailrace.operation import Call, ContextKeys, Shape, anything, operation
from tailrace.services.sts import session_policies
from tailrace.store.engine import Transaction

CHAINED_SECONDS_MAX = 3600
SECONDS_DEFAULT = 3600
WITHOUT_DEVICES = dict.fromkeys(("SerialNumber", "TokenCode"), "there are no MFA devices")


def credentials_shown(credentials: SessionCredentials) -> Shape:
    """Temporary credentials as answers show them."""
    return {
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
        "Expiration": credentials.expiration,
    }


def _context(call: Call, request: Shape, tags: tuple[tuple[str, str], ...]) -> ContextKeys:
    """The condition keys that trust policies ask about."""
    keys: dict[str, str | list[str]] = {
        "aws:SourceIp": call.source_ip,
        "aws:UserAgent": call.user_agent,
        "aws:RequestedRegion": call.region,
        "aws:SecureTransport": "true" if call.secure else "false",
        "sts:RoleSessionName": request["RoleSessionName"],
    }
    for member, key in (("ExternalId", "sts:ExternalId"), ("SourceIdentity", "sts:SourceIdentity")):
        if member in request:
            keys[key] = request[member]
    if tags:
        keys["aws:TagKeys"] = [key for key, _ in tags]
        keys.update((f"aws:RequestTag/{key}", value) for key, value in tags)
    if request.get("TransitiveTagKeys"):
        keys["sts:TransitiveTagKeys"] = list(request["TransitiveTagKeys"])
    return keys


# The permission is decided in the handler, with the role's trust policy, which no operation-wide check could read.
@operation(
    "sts",
    "AssumeRole",
    needs=None,
    on=anything,
    without={**WITHOUT_DEVICES, "ProvidedContexts": "there is no identity provider whose context could be trusted"},
)
async def assume_role(call: Call, request: Shape) -> Shape:
    """Credentials of a session of the role.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    tags = session_policies.tags_of(request)
    packed = session_policies.packed_size(request, tags)
    if call.principal.kind == "root":
        raise ApiError("AccessDenied", "Roles may not be assumed by root accounts.", status=403)

    def assume(tx: Transaction) -> tuple[Principal, int]:
        role = _authorized_role(call, tx, request, _context(call, request, tags), bool(tags))
        seconds = _duration(call, role, request)
        kept = _transitive_tags(call.principal, tags)
        session: dict[str, Any] = {
            "policies": session_policies.collect(tx, request),
            "tags": (*kept.items(), *tags),
            "transitive": tuple(dict.fromkeys((*kept, *request.get("TransitiveTagKeys", ())))),
            "source_identity": _source_identity(call, request),
        }
        return role_session(role, request["RoleSessionName"], call.clock.now(), **session), seconds

    principal, seconds = await call.store.view(assume)
    credentials = call.node.identity.mint(principal, seconds)
    answer: Shape = {
        "Credentials": credentials_shown(credentials),
        "AssumedRoleUser": {"AssumedRoleId": principal.user_id, "Arn": principal.arn},
    }
    if packed is not None:
        answer["PackedPolicySize"] = packed
    if principal.session and principal.session.source_identity:
        answer["SourceIdentity"] = principal.session.source_identity
    return answer


def _authorized_role(call: Call, tx: Transaction, request: Shape, context: ContextKeys, tagged: bool) -> dict[str, Any]:
    """The role's document, if the caller may have a session of it. Raises AccessDenied; it hides unknown roles."""
    identity, principal, role_arn = call.node.identity, call.principal, request["RoleArn"]
    actions = ["sts:AssumeRole"]
    if tagged:
        actions.append("sts:TagSession")
    if "SourceIdentity" in request:
        actions.append("sts:SetSourceIdentity")
    asked: list[Decided] = []
    call.note(asked)
    for action in actions:
        decision = identity.may_assume(tx, principal, role_arn, context, action)
        asked.append(Decided(action, role_arn, decision))
        if not decision.allowed:
            text = identity.denial(principal, decision, action, role_arn)
            raise ApiError("AccessDenied", text, status=403)
    role = identity.role(tx, role_arn)
    assert role is not None
    return role


def _transitive_tags(principal: Principal, tags: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The tags that the calling session hands on. Raises InvalidParameterValue where the request sets one anew."""
    session = principal.session
    kept = {key: value for key, value in session.tags if key in session.transitive} if session else {}
    if {key.lower() for key in kept} & {key.lower() for key, _ in tags}:
        raise ApiError(
            "InvalidParameterValue",
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key "
            "from the calling session.",
        )
    return kept


def _duration(call: Call, role: dict[str, Any], request: Shape) -> int:
    """Seconds of the session. Raises ValidationError beyond the role's longest, and beyond an hour when chained."""
    seconds: int = request.get("DurationSeconds", SECONDS_DEFAULT)
    if call.principal.kind == "role" and seconds > CHAINED_SECONDS_MAX:
        raise ApiError(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        )
    if seconds > role.get("MaxSessionDuration", SECONDS_DEFAULT):
        raise ApiError(
            "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    return seconds


def _source_identity(call: Call, request: Shape) -> str | None:
    """The session's source identity; once set it stays through every further role."""
    held = call.principal.session.source_identity if call.principal.session else None
    given: str | None = request.get("SourceIdentity")
    if held and given and held != given:
        raise ApiError("AccessDenied", "The source identity of a session cannot be changed.", status=403)
    return given or held
