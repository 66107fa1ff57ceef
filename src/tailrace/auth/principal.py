"""Who calls: users, sessions, services; how policies may name them, and how a session token writes them down."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from tailrace.auth.evaluate import Caller
from tailrace.base import arn

Kind = Literal["root", "user", "role", "federated", "service", "anonymous"]


@dataclass(frozen=True, slots=True)
class Session:
    """What temporary credentials carry. `policies` is None where no session policy narrows the session."""

    name: str
    issued: float
    policies: tuple[str, ...] | None = None
    tags: tuple[tuple[str, str], ...] = ()
    transitive: tuple[str, ...] = ()
    source_identity: str | None = None
    issuer: str = ""
    """The ARN of the role, or of the user who asked for the session."""
    source_function: str | None = None
    """The ARN of the function whose environment was given these credentials."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls. `arn` is what GetCallerIdentity says; `name` the user's, role's or service's."""

    kind: Kind
    account: str
    arn: str
    user_id: str
    name: str
    session: Session | None = None

    @property
    def type(self) -> str:
        """The value of aws:PrincipalType."""
        return _TYPES[self.kind]

    @property
    def caller(self) -> Caller:
        """The names under which a resource or trust policy may speak of this principal."""
        if self.kind == "anonymous":
            return Caller({"AWS": frozenset()})
        if self.kind == "service":
            return Caller({"Service": frozenset({self.name})}, frozenset({self.name}))
        account_names = {self.account, arn.iam(self.account, "root")}
        names = {self.arn, *account_names}
        if self.session and self.session.issuer:
            names.add(self.session.issuer)
        return Caller({"AWS": frozenset(names)}, frozenset({self.arn} - account_names), self.account)


_TYPES: dict[Kind, str] = {
    "root": "Account",
    "user": "User",
    "role": "AssumedRole",
    "federated": "FederatedUser",
    "service": "Service",
    "anonymous": "Anonymous",
}


def service(name: str) -> Principal:
    """An AWS service such as lambda.amazonaws.com."""
    return Principal("service", "", name, name, name)


def anonymous(account: str) -> Principal:
    """Whoever sent a request without a signature, to an operation of `account` that needs none."""
    return Principal("anonymous", account, "*", "anonymous", "anonymous")


def role_session(role: dict[str, Any], session_name: str, now: float, **session: Any) -> Principal:
    """A session of a role (its stored document). `session` are further members of Session."""
    account, name = role["Account"], role["RoleName"]
    return Principal(
        "role",
        account,
        f"arn:aws:sts::{account}:assumed-role/{name}/{session_name}",
        f"{role['RoleId']}:{session_name}",
        name,
        Session(session_name, now, issuer=role["Arn"], **session),
    )


def to_claims(principal: Principal) -> dict[str, Any]:
    """The principal as JSON, without what is empty."""
    claims = {key: value for key, value in asdict(principal).items() if value}
    if principal.session:
        always = ("issued", "policies")  # no policies and an empty list of them are two things
        kept = {k: v for k, v in asdict(principal.session).items() if v or (k in always and v is not None)}
        claims["session"] = kept
    return claims


def from_claims(claims: dict[str, Any]) -> Principal:
    """What `to_claims` wrote down."""
    given = claims.get("session")
    session = None
    if given is not None:
        policies = given.get("policies")
        session = Session(
            given.get("name", ""),
            given["issued"],
            None if policies is None else tuple(policies),
            tuple((key, value) for key, value in given.get("tags", ())),
            tuple(given.get("transitive", ())),
            given.get("source_identity"),
            given.get("issuer", ""),
            given.get("source_function"),
        )
    return Principal(claims["kind"], claims["account"], claims["arn"], claims["user_id"], claims["name"], session)
