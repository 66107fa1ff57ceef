"""Conditions: keys that exist, values that an operator can compare, and blocks that can never hold."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import Any

from tailrace.auth.conditions import date, number
from tailrace.auth.lint import actions, definitions
from tailrace.auth.lint.finding import Problem, Statement
from tailrace.auth.positions import Path

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
_GLOBAL = """
AssumedRoot CalledVia CalledViaFirst CalledViaLast CurrentTime Ec2InstanceSourcePrivateIPv4 Ec2InstanceSourceVpc
EpochTime FederatedProvider MultiFactorAuthAge MultiFactorAuthPresent PrincipalAccount PrincipalArn
PrincipalIsAWSService PrincipalOrgID PrincipalOrgPaths PrincipalServiceName PrincipalServiceNamesList PrincipalType
referer RequestedRegion ResourceAccount ResourceOrgID ResourceOrgPaths SecureTransport SourceAccount SourceArn
SourceIdentity SourceIp SourceOrgID SourceOrgPaths SourceVpc SourceVpcArn SourceVpce TagKeys TokenIssueTime UserAgent
userid username ViaAWSService VpceAccount VpceOrgID VpceOrgPaths VpcSourceIp
"""
GLOBAL_KEYS = {f"aws:{name}".lower(): f"aws:{name}" for name in _GLOBAL.split()}
TAGGED = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/")
ANYWHERE = ("lambda:sourcefunctionarn", "ec2:sourceinstancearn", "identitystore:userid", "ecs:")
_WILD = re.compile(r"(?<!\$\{)[*?]")


def problems(statement: Statement) -> Iterator[Problem]:
    """Unknown keys, values that never match, wildcards that are none, ForAllValues that lets in the keyless."""
    block: dict[str, Any] = statement.given.get("Condition", {})
    absent = {
        key.lower()
        for key, value in block.get("Null", {}).items()
        if {str(v).lower() for v in _list(value)} == {"true"}
    }
    for operator, keys in block.items():
        for key, value in keys.items():
            path = (*statement.path, "Condition", operator, key)
            yield from _key(statement, key, path)
            yield from _values(operator, key, [str(each) for each in _list(value)], path)
            yield from _absent(operator, key, absent, path)
            null = {name.lower() for name in block.get("Null", {})}
            if operator.startswith("ForAllValues:") and statement.allows and key.lower() not in null:
                sentence = f"ForAllValues holds where a request has no {key} at all, so this allows such requests, too."
                suggestion = f'Add "Null": {{"{key}": "false"}} if the key must be there.'
                yield Problem("for-all-values-of-nothing", "hint", path, sentence, suggestion)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _absent(operator: str, key: str, absent: set[str], path: Path) -> Iterator[Problem]:
    plain = operator.rpartition(":")[2]
    positive = "Not" not in plain and not plain.endswith("IfExists") and not operator.startswith("ForAllValues:")
    if key.lower() in absent and positive and operator != "Null":
        sentence = f"{operator} needs {key}, and Null says that it must not be there: this never holds."
        yield Problem("never-holds", "error", path, sentence)


def _key(statement: Statement, key: str, path: Path) -> Iterator[Problem]:
    lower = key.lower()
    if lower.startswith("aws:"):
        if lower not in GLOBAL_KEYS and not lower.startswith(TAGGED):
            near = definitions.did_you_mean(key, GLOBAL_KEYS.values())
            yield Problem("unknown-key", "warning", path, f"AWS has no global condition key {key}.", near)
        return
    if lower.startswith(ANYWHERE) or ":" not in lower:
        return
    prefix = lower.partition(":")[0]
    service = definitions.service(prefix)
    granted = list(actions.granted(statement))
    if service is None or "Action" not in statement.given or not granted:
        return
    every = {known for other, _, _, _ in granted for known in other.condition_keys} | service.condition_keys
    if not any(_same(lower, known) for known in every):
        near = definitions.did_you_mean(key, sorted(service.condition_keys))
        yield Problem("unknown-key", "warning", path, f"{prefix} has no condition key {key}.", near)
        return
    knowing = {
        text
        for other, found, text, _ in granted
        for action in found
        if any(
            _same(lower, known)
            for known in action.condition_keys.union(*(other.resource_keys.get(k, ()) for k in action.resource_types))
        )
    }
    if not knowing and statement.allows:
        names = ", ".join(text for _, _, text, _ in granted)
        sentence = f"None of this statement's actions ({names}) comes with {key}."
        yield Problem("key-without-action", "warning", path, sentence)


def _same(key: str, known: str) -> bool:
    """Whether a key is the known one, in which `${TagKey}` stands for anything."""
    head, variable, _ = known.partition("${")
    return key.startswith(head) if variable else key == known


def _values(operator: str, key: str, values: list[str], path: Path) -> Iterator[Problem]:
    plain = operator.rpartition(":")[2].removesuffix("IfExists").replace("Not", "")
    if plain in ("StringEquals", "StringEqualsIgnoreCase") and any(_WILD.search(value) for value in values):
        sentence = f"{operator} takes * and ? as they stand; they are no wildcards here."
        like = operator.replace("EqualsIgnoreCase", "Like").replace("Equals", "Like")
        yield Problem("wildcard-in-equals", "warning", path, sentence, f"Use {like} if they are meant as wildcards.")
    for prefix, known, kind in _KINDS:
        if plain.startswith(prefix):
            wrong = [value for value in values if not known(value)]
            if wrong:
                sentence = f"{wrong[0]} is no {kind}, so {operator} never matches it."
                yield Problem("value-never-matches", "error", path, sentence)


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


_KINDS: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    ("Numeric", lambda text: number(text) is not None, "number"),
    ("Date", lambda text: date(text) is not None, "date"),
    ("IpAddress", _is_network, "address or network"),
    ("Bool", lambda text: text.lower() in ("true", "false") or "${" in text, "boolean"),
    ("Null", lambda text: text.lower() in ("true", "false"), "boolean"),
    ("Arn", lambda text: text.startswith(("arn:", "*", "${")), "ARN"),
)
