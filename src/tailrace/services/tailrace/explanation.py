"""Turns a record into words: which statement decided, what was missing, and what would have been enough.

All of it is read off the decisions as they were made; nothing is decided again, for the policies may have changed.
"""

from __future__ import annotations

from typing import Any

import orjson

from tailrace.audit.search import Record
from tailrace.base.clock import iso_seconds
from tailrace.services.tailrace import smallest_policy

# What each kind of policy is called, and where an allowing statement would have to stand.
KINDS = {
    "identity": ("identity-based policy", "an identity-based policy of {}"),
    "boundary": (
        "permissions boundary",
        "the permissions boundary of {}; its identity-based policies must allow it too",
    ),
    "session": ("session policy", "the session policy that {} was given; the role's own policies must allow it too"),
    "resource": ("resource-based policy", "the resource's policy"),
    "trust": ("trust policy", "the trust policy of the role, which has a Principal in place of the Resource: {}"),
}


def explain(record: Record) -> dict[str, Any]:
    """The members of ExplainRequest's answer."""
    asked = [_explained(permission) for permission in record.get("Permissions", ())]
    lacking = [permission for permission in asked if not permission["Allowed"]]
    answer: dict[str, Any] = {"Activity": record, "Summary": _summary(record, lacking), "Permissions": asked}
    if lacking:
        answer["Missing"] = [_missing(permission, _whose(record, permission)) for permission in lacking]
    helped = [permission for permission in lacking if not permission.get("ExplicitDeny")]
    if helped and len(helped) == len(lacking):
        # An explicit deny isn't outweighed by any allow, so beside one no policy would be enough.
        wanted = smallest_policy.document((each["Action"], each["Resource"]) for each in helped)
        answer["PolicyDocument"] = orjson.dumps(wanted, option=orjson.OPT_INDENT_2).decode()
        places = [KINDS[each["Source"]][1].format(_whose(record, each)) for each in helped if each["Source"] in KINDS]
        answer["AttachTo"] = "; ".join(dict.fromkeys(places))
    return answer


def _explained(permission: dict[str, Any]) -> dict[str, Any]:
    kind = KINDS.get(permission["Source"], (permission["Source"], ""))[0]
    if permission.get("Policy"):
        verb = "allowed" if permission["Allowed"] else "denied"
        reason = f"{verb} by statement {permission['Statement']} of the {kind} {permission['Policy']}"
    elif permission["Allowed"]:
        reason = "the account's root may do everything"
    else:
        reason = f"no {kind} allows it"
    return {**permission, "Reason": reason}


def _missing(permission: dict[str, Any], whose: str) -> str:
    what = f"{permission['Action']} on {permission['Resource']}"
    kind = KINDS.get(permission["Source"], (permission["Source"], ""))[0]
    if permission.get("ExplicitDeny"):
        return (
            f"{what} is denied to {whose} by statement {permission['Statement']} of the {kind} "
            f"{permission['Policy']}. No allow outweighs a deny: that statement has to change, or not to apply"
        )
    near = "".join(f"; {_near(each)}" for each in permission.get("Near", ()))
    return f"{what}: no statement of any {kind} allows it to {whose}{near}"


def _near(miss: dict[str, Any]) -> str:
    named = f"statement {miss['Statement']} of {miss['Policy']}"
    if miss["Resources"]:
        return f"{named} allows the action, but on {', '.join(miss['Resources'])}"
    return f"{named} allows the action, but its condition did not hold"


def _whose(record: Record, permission: dict[str, Any]) -> str:
    found: str = permission.get("PrincipalArn") or record.get("PrincipalArn", "an unknown caller")
    return found


def _summary(record: Record, lacking: list[dict[str, Any]]) -> str:
    who = record.get("PrincipalArn") or "Somebody whose signature did not prove who it is"
    asked = f"{who} asked for {record['Service']}:{record['Operation']} at {iso_seconds(record['Time'])}"
    error = record.get("ErrorCode")
    if lacking:
        names = ", ".join(dict.fromkeys(permission["Action"] for permission in lacking))
        explicit = any(permission.get("ExplicitDeny") for permission in lacking)
        return f"{asked} and was denied: {names} {'is denied by a statement' if explicit else 'is not allowed'}."
    if record["Decision"] == "Undecided":
        failed = f" It failed with {error} before a policy was asked." if error else " It needs no permission."
        return f"{asked}.{failed}"
    if error:
        return f"{asked}. The policies allowed it; it was refused with {error}, for a reason of its own."
    return f"{asked}, and was allowed."
