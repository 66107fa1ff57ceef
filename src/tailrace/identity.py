"""Who holds which key, and who may do what: the one place where credentials and policies meet the store.

```
lookup   key id, session token -> Credentials(secret, Principal)      decide   Principal, action, resource -> Decision
mint     Principal -> SessionCredentials (stateless)                  denial   Decision -> AWS's sentence
```
Nothing is remembered between calls but what `resources.derived` compiled from a version of a document, and what
`kept_decisions.py` decided over versions of several: a policy that changes, on this node or another, counts from the
next call on.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, NamedTuple

from tailrace import resource_policies
from tailrace.auth import aws_managed, request_context, session_token
from tailrace.auth import principal as principals
from tailrace.auth.evaluate import (
    ALLOWED_ROOT,
    AccessRequest,
    Decision,
    NamedPolicy,
    evaluate,
    trust,
)
from tailrace.auth.policy import parse
from tailrace.auth.principal import Principal, Session
from tailrace.auth.sigv4 import EXPIRED_TOKEN, UNKNOWN_KEY, SignatureProblem
from tailrace.auth.vault import Vault, new_key
from tailrace.base import arn, ids
from tailrace.base.clock import Clock
from tailrace.base.config import Config
from tailrace.base.errors import Missing
from tailrace.store import resource_tags, resources
from tailrace.store.engine import Transaction

# The kinds of IAM's documents. Their scope is the account; entities are kept under their lower-case name, since IAM
# does not tell names apart by case.
USER, GROUP, ROLE, POLICY, ACCESS_KEY = "iam:user", "iam:group", "iam:role", "iam:policy", "iam:access-key"

ContextKeys = Mapping[str, str | list[str]]


class Credentials(NamedTuple):
    """What a key id stands for."""

    secret: str
    principal: Principal


class SessionCredentials(NamedTuple):
    """Temporary credentials; `expiration` in epoch seconds."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: float


class Grants(NamedTuple):
    """A user's, role's or group's document, compiled: what it is granted and what conditions may ask about it."""

    inline: tuple[NamedPolicy, ...]
    attached: tuple[str, ...]
    boundary: str | None
    groups: tuple[str, ...]
    tags: dict[str, str]
    arn: str
    unique_id: str


def key_of(name: str) -> str:
    """Under which name an IAM entity is kept."""
    return name.lower()


def grants_of(document: dict[str, Any]) -> Grants:
    """Compile a user's, role's or group's document; each policy once by its text."""
    inline = tuple(NamedPolicy(name, parse(text)) for name, text in document.get("Inline", {}).items())
    tags = {f"aws:principaltag/{key.lower()}": value for key, value in document.get("Tags", {}).items()}
    unique_id = document.get("UserId") or document.get("RoleId") or document.get("GroupId") or ""
    return Grants(
        inline,
        tuple(document.get("Attached", ())),
        document.get("PermissionsBoundary"),
        tuple(document.get("Groups", ())),
        tags,
        document["Arn"],
        unique_id,
    )


def default_version(document: dict[str, Any]) -> NamedPolicy:
    """A customer-managed policy's document, compiled from its default version."""
    return NamedPolicy(document["Arn"], parse(document["Versions"][document["DefaultVersionId"]]["Document"]))


def trust_policy(document: dict[str, Any]) -> NamedPolicy:
    """A role's trust policy, compiled."""
    return NamedPolicy(document["Arn"], parse(document["AssumeRolePolicyDocument"]))


def managed_policy(tx: Transaction, policy_arn: str) -> NamedPolicy | None:
    """The compiled managed policy of that ARN, AWS's own or the account's; None where there is none."""
    own = aws_managed.compiled(policy_arn)
    if own is not None:
        return own
    parts = arn.parse(policy_arn)
    if parts is None:
        return None
    found = resources.derived(tx, POLICY, parts.account, key_of(policy_arn.rpartition("/")[2]), default_version)
    return found if found is not None and found.name == policy_arn else None


def managed_policy_text(tx: Transaction, policy_arn: str) -> str | None:
    """The document of that ARN's default version; None where there is none."""
    own = aws_managed.all_policies().get(policy_arn)
    parts = arn.parse(policy_arn)
    if own is not None or parts is None:
        return own.document if own else None
    found = resources.get(tx, POLICY, parts.account, key_of(policy_arn.rpartition("/")[2]))
    if found is None or found["Arn"] != policy_arn:
        return None
    text: str = found["Versions"][found["DefaultVersionId"]]["Document"]
    return text


class Identity:
    """The accounts' keys, principals and permissions, read through a Transaction."""

    def __init__(
        self, config: Config, clock: Clock, root_key: tuple[str, str], session_secret: bytes, vault: Vault | None = None
    ) -> None:
        self.vault = vault or Vault(new_key())
        self._account = config.account
        self._clock = clock
        self._secret = session_secret
        self._root_key_id = root_key[0]
        root = Principal("root", config.account, arn.iam(config.account, "root"), config.account, "root")
        self._root = Credentials(root_key[1], root)
        self._unpack = functools.lru_cache(maxsize=2048)(self._unpack_claims)

    def lookup(self, tx: Transaction, access_key_id: str, session_token: str | None) -> Credentials:
        """Whose key this is, and its secret. The root key is a comparison, everything else reads the store.

        Raises SignatureProblem: `unknown-key` (no such key, inactive, its user or role gone, a token that is not its
        own), `expired-token`.
        """
        if session_token:
            return self._session(tx, access_key_id, session_token)
        if access_key_id == self._root_key_id:
            return self._root
        key = resources.get(tx, ACCESS_KEY, self._account, access_key_id)
        if key is None or key["Status"] != "Active":
            raise SignatureProblem("unknown-key", UNKNOWN_KEY)
        principal = resources.derived(tx, USER, self._account, key_of(key["UserName"]), _user_principal)
        if principal is None:
            raise SignatureProblem("unknown-key", UNKNOWN_KEY)
        return Credentials(self.vault.open(key["Sealed"], access_key_id), principal)

    def is_root_key(self, access_key_id: str) -> bool:
        """Whether this is the root's own key id."""
        return access_key_id == self._root_key_id

    def decide(
        self,
        tx: Transaction,
        principal: Principal,
        action: str,
        resource: str,
        context: ContextKeys | None = None,
        *,
        resource_policy: NamedPolicy | None = None,
        asked: set[str] | None = None,
    ) -> Decision:
        """Whether `principal` may do `action` on `resource` (an ARN or `*`).

        Root may everything that no resource's policy denies; such policies themselves it may always put right.
        `context` holds the request's and the service's condition keys; those about the principal are added here.
        `resource_policy` is the policy of the resource itself, where it isn't the one that the resource has now.
        The names of the condition keys that the policies asked for are added to `asked`.
        """
        resource_policy = resource_policy or resource_policies.of(tx, resource)
        if principal.kind == "root" and (resource_policy is None or action.endswith(_PUTS_RIGHT)):
            return ALLOWED_ROOT
        grants = self._grants(tx, principal)
        if grants is None:
            return Decision(False, "identity")
        boundary = managed_policy(tx, grants.boundary) if grants.boundary else None
        if grants.boundary and boundary is None:
            return Decision(False, "boundary")
        own, session = self._identity_policies(tx, principal.account, grants), _session_policies(principal)
        involved = [*own, *(session or ()), *(p for p in (boundary, resource_policy) if p is not None)]
        # Most policies ask nothing about the request, so its condition keys need not be gathered.
        conditional = any(policy.policy.conditional for policy in involved)
        keys = self._context(tx, principal, grants, resource, context) if conditional else {}
        return evaluate(
            AccessRequest(action, resource, keys if asked is None else request_context.Asked(keys, asked)),
            own,
            boundary=boundary,
            session=session,
            resource=resource_policy,
            caller=principal.caller if resource_policy else None,
        )

    def role_principal(self, tx: Transaction, role_arn: str, session_name: str) -> Principal:
        """The principal of a session of that role, as a service assumes it. Raises Missing."""
        role = self.role(tx, role_arn)
        if role is None:
            raise Missing(role_arn)
        return principals.role_session(role, session_name, self._clock.now())

    def role(self, tx: Transaction, role_arn: str) -> dict[str, Any] | None:
        """The role's document (shared, never to be changed), or None where there is no role of that very ARN."""
        parts = arn.parse(role_arn)
        if parts is None or not parts.resource.startswith("role/"):
            return None
        found = resources.get(tx, ROLE, parts.account, key_of(parts.resource.rpartition("/")[2]))
        return found if found is not None and found["Arn"] == role_arn else None

    def may_assume(
        self, tx: Transaction, principal: Principal, role_arn: str, context: ContextKeys, action: str = "sts:AssumeRole"
    ) -> Decision:
        """Whether the role's trust policy and the caller's own policies let `principal` assume the role."""
        role = self.role(tx, role_arn)
        if role is None:
            return Decision(False, "trust")
        trusted = resources.derived(tx, ROLE, role["Account"], key_of(role["RoleName"]), trust_policy)
        assert trusted
        grants = self._grants(tx, principal)
        keys = self._context(tx, principal, grants, role_arn, context)
        decision = trust(AccessRequest(action, role_arn, keys), trusted, principal.caller)
        if not decision.allowed or principal.kind in ("service", "root"):
            return decision
        # A trust policy that names the account leaves the choice to the account's own policies.
        return self.decide(tx, principal, action, role_arn, context, resource_policy=trusted)

    def mint(self, principal: Principal, duration_s: float, subject_id: str = "") -> SessionCredentials:
        """Temporary credentials for `principal`, good for `duration_s` on the node's clock. Nothing is stored.

        `subject_id` is the unique id of the user behind a federated session.
        """
        access_key_id = ids.access_key_id("ASIA")
        expiration = float(int(self._clock.now() + duration_s))
        # The role or user that the session ends with; root's own sessions end by time alone.
        subject = subject_id or (principal.user_id.partition(":")[0] if principal.kind in ("user", "role") else "")
        claims = {"key": access_key_id, "expires": expiration, "subject": subject}
        claims |= {"principal": principals.to_claims(principal)}
        token = session_token.pack(self._secret, claims)
        secret = session_token.secret_access_key(self._secret, access_key_id)
        return SessionCredentials(access_key_id, secret, token, expiration)

    def denial(self, principal: Principal, decision: Decision, action: str, resource: str) -> str:
        """AWS's AccessDenied sentence."""
        said = f"User: {principal.arn} is not authorized to perform: {action} on resource: {resource}"
        article, what = _POLICY_KINDS.get(decision.source, ("", ""))
        if not what:
            return said
        if decision.explicit:
            return f"{said} with an explicit deny in {article} {what}"
        return f"{said} because no {what} allows the {action} action"

    def _session(self, tx: Transaction, access_key_id: str, token: str) -> Credentials:
        found = self._unpack(token)
        if found is None or found[0] != access_key_id:
            raise SignatureProblem("unknown-key", UNKNOWN_KEY)
        _, expiration, subject, credentials = found
        if self._clock.now() >= expiration:
            raise SignatureProblem("expired-token", EXPIRED_TOKEN)
        principal = credentials.principal
        if subject:
            kind = ROLE if principal.kind == "role" else USER
            grants = resources.derived(tx, kind, principal.account, key_of(principal.name), grants_of)
            if grants is None or grants.unique_id != subject:
                raise SignatureProblem("unknown-key", UNKNOWN_KEY)
        return credentials

    def _unpack_claims(self, token: str) -> tuple[str, float, str, Credentials] | None:
        claims = session_token.unpack(self._secret, token)
        if claims is None:
            return None
        access_key_id = claims["key"]
        secret = session_token.secret_access_key(self._secret, access_key_id)
        return (
            access_key_id,
            claims["expires"],
            claims["subject"],
            Credentials(secret, principals.from_claims(claims["principal"])),
        )

    def _grants(self, tx: Transaction, principal: Principal) -> Grants | None:
        if principal.kind == "service":
            return None
        if principal.name == "root" and principal.kind in ("federated", "root"):
            return _ROOT
        kind = ROLE if principal.kind == "role" else USER
        return resources.derived(tx, kind, principal.account, key_of(principal.name), grants_of)

    def _identity_policies(self, tx: Transaction, account: str, grants: Grants) -> list[NamedPolicy]:
        found = list(grants.inline)
        attached = list(grants.attached)
        for group in grants.groups:
            granted = resources.derived(tx, GROUP, account, key_of(group), grants_of)
            if granted is not None:
                found += granted.inline
                attached += granted.attached
        found += [policy for policy in (managed_policy(tx, name) for name in attached) if policy is not None]
        return found

    def _context(
        self, tx: Transaction, principal: Principal, grants: Grants | None, resource: str, given: ContextKeys | None
    ) -> request_context.Keys:
        """Every condition key of the request, by its lower-case name."""
        own_arn = grants.arn if grants and principal.kind == "role" else principal.arn
        keys = request_context.global_keys(
            principal, own_arn, grants.tags if grants else {}, resource, self._clock.now()
        )
        # IAM's own resources have their tags under a second name, too.
        names = ("aws", "iam") if resource.startswith("arn:aws:iam:") else ("aws",)
        for key, value in resource_tags.of(tx, resource).items():
            keys.update((f"{name}:resourcetag/{key.lower()}", value) for name in names)
        if given:
            keys.update(_lower(given))
        return keys


# The root's federated users may whatever their session's policies say: the other side of the intersection is all.
_ROOT = Grants((), ("arn:aws:iam::aws:policy/AdministratorAccess",), None, (), {}, "", "")
# The actions by which the root may put a resource's policy right, whatever it says; a queue's is one of its attributes.
_PUTS_RIGHT = ("ResourcePolicy", "sqs:SetQueueAttributes", "sqs:RemovePermission")
_POLICY_KINDS = {
    "identity": ("an", "identity-based policy"),
    "boundary": ("a", "permissions boundary"),
    "session": ("a", "session policy"),
    "resource": ("a", "resource-based policy"),
}


def assume_role_for_service(
    identity: Identity, tx: Transaction, role_arn: str, service: str, context: ContextKeys | None = None
) -> bool:
    """Whether the role exists and its trust policy lets `service` (lambda.amazonaws.com) assume it.

    `context` holds what the service says about itself: aws:SourceArn, aws:SourceAccount.
    """
    return identity.may_assume(tx, principals.service(service), role_arn, context or {}).allowed


def _user_principal(document: dict[str, Any]) -> Principal:
    account = document["Account"]
    return Principal("user", account, document["Arn"], document["UserId"], document["UserName"])


def _session_policies(principal: Principal) -> list[NamedPolicy] | None:
    session = principal.session
    if session is None or session.policies is None:
        return None
    return [NamedPolicy(f"session policy {n}", parse(text)) for n, text in enumerate(session.policies)]


def _lower(context: ContextKeys) -> dict[str, str | list[str]]:
    return {key.lower(): value for key, value in context.items()}


__all__ = [
    "ACCESS_KEY",
    "GROUP",
    "POLICY",
    "ROLE",
    "USER",
    "Credentials",
    "Decision",
    "Grants",
    "Identity",
    "Principal",
    "Session",
    "SessionCredentials",
    "assume_role_for_service",
    "key_of",
    "managed_policy",
    "managed_policy_text",
]
