"""What IAM refuses to keep: documents that are no policy, too long, or of the wrong kind.

The texts are AWS's, in the order in which it finds fault: syntax, version, statement ids, actions, resources.
"""

from __future__ import annotations

import re
from typing import Any

from tailrace.auth import policy
from tailrace.auth.policy import MalformedPolicy
from tailrace.base.errors import ApiError

MANAGED_BYTES_MAX = 6144
TRUST_BYTES_MAX = 2048
TRUST_ACTIONS = frozenset(
    {
        "sts:assumerole",
        "sts:assumerolewithsaml",
        "sts:assumerolewithwebidentity",
        "sts:tagsession",
        "sts:setsourceidentity",
        "sts:setcontext",
        "sts:*",
        "*",
    }
)
_VENDOR = re.compile(r"[A-Za-z0-9.*?-]+")
_SPACES = re.compile(r"\s+")
_IAM_RESOURCES = (
    "user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, "
    "saml-provider/, oidc-provider/, report/, access-report/"
)


def malformed(text: str) -> ApiError:
    """MalformedPolicyDocument, 400."""
    return ApiError("MalformedPolicyDocument", text)


def size(document: str) -> int:
    """The length of a policy as quotas count it: without white space."""
    return len(_SPACES.sub("", document))


def identity_policy(document: str) -> None:
    """Check a policy for a user, group or role. Raises MalformedPolicyDocument."""
    try:
        loaded = policy.load(document)
        statements = policy.statements_of(loaded)
        policy.parse(document)
    except MalformedPolicy as error:
        raise malformed(str(error)) from None
    if loaded.get("Version") != policy.VARIABLES_SINCE:
        raise malformed("Policy document must be version 2012-10-17 or greater.")
    if any("Principal" in s or "NotPrincipal" in s for s in statements):
        raise malformed("Policy document should not specify a principal.")
    sids = [s["Sid"] for s in statements if s.get("Sid")]
    if len(set(sids)) < len(sids):
        raise malformed("Statement IDs (SID) in a single policy must be unique.")
    if not all(s.get("Action") or s.get("NotAction") for s in statements):
        raise malformed("Policy statement must contain actions.")
    if not all(s.get("Resource") or s.get("NotResource") for s in statements):
        raise malformed("Policy statement must contain resources.")
    for statement in statements:
        for name in policy.texts(statement.get("Resource", statement.get("NotResource"))):
            _resource(name)
        for name in policy.texts(statement.get("Action", statement.get("NotAction"))):
            _action(name)


def _action(name: str) -> None:
    if name == "*":
        return
    vendor, colon, rest = name.partition(":")
    if not colon:
        raise malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
    if ":" in rest:
        raise malformed("Actions/Condition can contain only one colon.")
    if not _VENDOR.fullmatch(vendor):
        raise malformed(f"Vendor {vendor} is not valid")


def _resource(name: str) -> None:
    if name == "*":
        return
    head, colon, rest = name.partition(":")
    if not colon or head != "arn":
        raise malformed(f'Resource {name} must be in ARN format or "*".')
    partition, _, rest = rest.partition(":")
    if partition not in ("aws", "aws-cn", "aws-us-gov", "*") and not partition.startswith("${"):
        parts = [*rest.split(":", 3), "*", "*", "*", "*"][:4]
        raise malformed(f'Partition "{partition}" is not valid for resource "arn:{partition}:{":".join(parts)}".')
    service, colon, rest = rest.partition(":")
    if not colon and service != "*":
        raise malformed("The policy failed legacy parsing")
    if service == "iam":
        region, _, rest = rest.partition(":")
        if region:
            raise malformed(f"IAM resource {name} cannot contain region information.")
        path = rest.partition(":")[2]
        if path and path != "*" and not path.startswith(tuple(_IAM_RESOURCES.split(", "))) and path[0] not in "*?$":
            raise malformed(f'IAM resource path must either be "*" or start with {_IAM_RESOURCES}.')


def trust_policy(document: str) -> None:
    """Check a role's trust policy. Raises MalformedPolicyDocument, LimitExceeded."""
    try:
        loaded = policy.load(document)
    except MalformedPolicy:
        raise malformed("This policy contains invalid Json") from None
    try:
        statements = policy.statements_of(loaded)
        for statement in statements:
            _trust_statement(statement)
        policy.parse(document)
    except MalformedPolicy as error:
        raise malformed(str(error)) from None
    if size(document) > TRUST_BYTES_MAX:
        raise ApiError("LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {TRUST_BYTES_MAX}", status=409)


def _trust_statement(statement: dict[str, Any]) -> None:
    for prohibited in ("Resource", "NotResource", "NotPrincipal"):
        if prohibited in statement:
            raise malformed(f"Has prohibited field {prohibited}")
    for required in ("Effect", "Principal", "Action"):
        if required not in statement and f"Not{required}" not in statement:
            raise malformed(f"Missing required field {required}")
    names = policy.texts(statement.get("Action", statement.get("NotAction")))
    if not all(name.lower() in TRUST_ACTIONS or "*" in name for name in names):
        raise malformed("AssumeRole policy may only specify STS AssumeRole actions.")
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    if isinstance(principal, dict):
        for kind, given in principal.items():
            for name in policy.texts(given):
                _trust_principal(kind, name)
    elif principal != "*":
        raise malformed("Invalid principal in policy: " + f'"{principal}"')


_AWS_PRINCIPAL = re.compile(r"\*|[0-9]{12}|arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:[^*?]+|A[A-Z0-9]{16,}")
_SERVICE_PRINCIPAL = re.compile(r"[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|amazon\.com|internal)")


def _trust_principal(kind: str, name: str) -> None:
    patterns = {"AWS": _AWS_PRINCIPAL, "Service": _SERVICE_PRINCIPAL}
    pattern = patterns.get(kind)
    if pattern is not None and not pattern.fullmatch(name):
        raise invalid_principal(kind, name)


def invalid_principal(kind: str, name: str) -> ApiError:
    """MalformedPolicyDocument for a principal that cannot be one, or that does not exist."""
    return malformed(f'Invalid principal in policy: "{kind.upper()}":"{name}"')


def named_principals(document: str) -> list[str]:
    """Every AWS principal that a checked trust policy names."""
    found: list[str] = []
    for statement in policy.statements_of(policy.load(document)):
        principal = statement.get("Principal", statement.get("NotPrincipal"))
        if isinstance(principal, dict):
            found += policy.texts(principal.get("AWS", []))
    return found
