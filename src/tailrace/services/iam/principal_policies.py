"""All policies of one user, group or role, each with the name that the simulator has for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tailrace.auth import policy
from tailrace.auth.simulation import IAM_POLICY, Source
from tailrace.base import arn
from tailrace.base.arn import Arn
from tailrace.identity import managed_policy_text
from tailrace.operation import Shape
from tailrace.services.iam import entities
from tailrace.services.iam.entities import GROUPS, ROLES, USERS, Document, Noun
from tailrace.store.engine import Transaction

NOUNS = {noun.word: noun for noun in (USERS, GROUPS, ROLES)}


class Held(NamedTuple):
    """A policy that an entity holds, inline (without an ARN) or attached."""

    noun: Noun
    holder: str
    name: str
    arn: str
    text: str

    @property
    def source(self) -> Source:
        """As the simulator takes it: inline policies are named after their holder, managed ones by their name."""
        name = self.name if self.arn else f"{self.noun.word}_{self.holder}_{self.name}"
        return Source(name, IAM_POLICY, self.text, policy.parse(self.text))


def entity_of(tx: Transaction, account: str, entity_arn: str) -> tuple[Noun, Document]:
    """The user, group or role of an ARN. Raises InvalidInput where it can't be one's, NoSuchEntity."""
    parts = arn.parse(entity_arn)
    noun = _noun(parts)
    if parts is None or noun is None:
        text = f"Invalid Entity Arn: {entity_arn} does not clearly define entity type and name."
        raise entities.invalid_input(text)
    name = parts.resource.rpartition("/")[2]
    found = entities.find(tx, noun, account, name)
    if found["Arn"] != entity_arn:
        raise entities.no_such(f"The {noun.word} with name {name} cannot be found.")
    return noun, found


def _noun(parts: Arn | None) -> Noun | None:
    if parts is None or parts.service != "iam":
        return None
    word, slash, name = parts.resource.partition("/")
    return NOUNS.get(word) if slash and name else None


def held(tx: Transaction, account: str, noun: Noun, entity: Document) -> Iterator[Held]:
    """Inline and attached policies of the entity, and of the groups that a user is in."""
    holder = entity[noun.member]
    for name, text in entity.get("Inline", {}).items():
        yield Held(noun, holder, name, "", text)
    for policy_arn in entity.get("Attached", ()):
        attached = managed_policy_text(tx, policy_arn)
        if attached is not None:
            yield Held(noun, holder, policy_arn.rpartition("/")[2], policy_arn, attached)
    for group in entity.get("Groups", ()):
        yield from held(tx, account, GROUPS, entities.find(tx, GROUPS, account, group))


def excluded(exclusions: list[Shape]) -> Callable[[Held], bool]:
    """Whether a PolicyExclusionList leaves out a policy: by its kind, its ARN, or holder and name."""
    kinds = {each["PolicyType"] for each in exclusions if "PolicyType" in each}
    arns = {each["PolicyArn"] for each in exclusions if "PolicyArn" in each}
    inline = {
        (each["AttachmentType"], each["AttachmentName"].lower(), each["PolicyName"])
        for each in (exclusion.get("InlinePolicyIdentifier") for exclusion in exclusions)
        if each
    }

    def test(candidate: Held) -> bool:
        kind = "inline"
        if candidate.arn:
            kind = "aws-managed" if candidate.arn.startswith("arn:aws:iam::aws:") else "user-managed"
        if kind in kinds or candidate.arn in arns:
            return True
        return not candidate.arn and (candidate.noun.word, candidate.holder.lower(), candidate.name) in inline

    return test
