"""The function that a mapping calls: named in any of Lambda's forms, with or without a version or alias."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tailrace.base import arn
from tailrace.operation import Call
from tailrace.services.lambda_.event_source_options import invalid
from tailrace.store import resources
from tailrace.store.engine import Transaction

FUNCTION_KIND = "lambda:function"
_FORMS = re.compile(
    r"(?:arn:[^:]+:lambda:)?(?:(?P<region>[a-z][a-z-]+-\d):)?(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[A-Za-z0-9_.-]+)(?::(?P<qualifier>\$LATEST|[A-Za-z0-9_-]+))?"
)


@dataclass(frozen=True, slots=True)
class Target:
    """A function, and the version or alias that is called where one was named."""

    scope: str
    name: str
    qualifier: str | None

    @classmethod
    def of(cls, document: Mapping[str, str | None]) -> Target:
        """Read back what `document` wrote."""
        return cls(str(document["Scope"]), str(document["Name"]), document.get("Qualifier"))

    def document(self) -> dict[str, str | None]:
        """As a mapping keeps it."""
        return {"Scope": self.scope, "Name": self.name, "Qualifier": self.qualifier}

    @property
    def arn(self) -> str:
        """The ARN, qualified exactly if the request was."""
        account, region = self.scope.split("/")
        return arn.function(region, account, self.name, self.qualifier)

    @property
    def unqualified_arn(self) -> str:
        """The function's own ARN."""
        account, region = self.scope.split("/")
        return arn.function(region, account, self.name)


def resolve(call: Call, text: str) -> Target:
    """The function that a name, a partial or a full ARN means; one of another account or region doesn't exist."""
    found = _FORMS.fullmatch(text)
    if found is None:
        raise invalid("Function does not exist")
    region, account = found["region"] or call.region, found["account"] or call.account
    return Target(f"{account}/{region}", found["name"], found["qualifier"])


def role_of(tx: Transaction, target: Target) -> str | None:
    """The ARN of the function's execution role; None where there is no such function."""
    document = resources.get(tx, FUNCTION_KIND, target.scope, target.name)
    return None if document is None else str(document["Role"])
