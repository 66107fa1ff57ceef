"""GetSessionToken and GetFederationToken: a user's own rights, for a while."""

from __future__ import annotations

from dataclasses import replace

from tailrace.auth.principal import Principal, Session
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.sts import session_policies
from tailrace.services.sts.assume_role import WITHOUT_DEVICES, credentials_shown

SECONDS_DEFAULT = 12 * 3600
ROOT_SECONDS_MAX = 3600


def _duration(call: Call, request: Shape) -> int:
    seconds: int = request.get("DurationSeconds", SECONDS_DEFAULT)
    # Sessions of the root are cut to an hour, whatever was asked for.
    return min(seconds, ROOT_SECONDS_MAX) if call.principal.kind == "root" else seconds


def _refuse_sessions(call: Call) -> None:
    """Only long-term keys may ask. Raises AccessDenied."""
    if call.principal.session is not None:
        text = f"Cannot call {call.operation} with session credentials"
        raise ApiError("AccessDenied", text, status=403)


# AWS asks for no permission here: the session has no more rights than the key that it was asked for with.
@operation("sts", "GetSessionToken", needs=None, on=anything, without=WITHOUT_DEVICES)
async def get_session_token(call: Call, request: Shape) -> Shape:
    """Temporary credentials with the caller's own rights.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
    """
    _refuse_sessions(call)
    principal = replace(call.principal, session=Session("", call.clock.now()))
    return {"Credentials": credentials_shown(call.node.identity.mint(principal, _duration(call, request)))}


@operation(
    "sts",
    "GetFederationToken",
    needs="sts:GetFederationToken",
    on=lambda call, request: f"arn:aws:sts::{call.account}:federated-user/{request['Name']}",
)
async def get_federation_token(call: Call, request: Shape) -> Shape:
    """Temporary credentials that may do what both the caller and the session policies allow.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
    """
    _refuse_sessions(call)
    tags = session_policies.tags_of(request)
    packed = session_policies.packed_size(request, tags)
    # Without a policy a federated user may nothing, unless a resource's policy says otherwise.
    policies = await call.store.view(lambda tx: session_policies.collect(tx, request)) or ()
    user, name = call.principal, request["Name"]
    federated = Principal(
        "federated",
        call.account,
        f"arn:aws:sts::{call.account}:federated-user/{name}",
        f"{call.account}:{name}",
        user.name,
        Session(name, call.clock.now(), policies, tags, issuer=user.arn),
    )
    subject = "" if user.kind == "root" else user.user_id
    credentials = call.node.identity.mint(federated, _duration(call, request), subject)
    return {
        "Credentials": credentials_shown(credentials),
        "FederatedUser": {"FederatedUserId": federated.user_id, "Arn": federated.arn},
        "PackedPolicySize": packed or 0,
    }
