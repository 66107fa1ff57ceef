"""Published versions: a function's code and configuration as they were, under a number."""

from __future__ import annotations

from typing import Any

from tailrace.operation import Call, Shape, operation
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_ import packages
from tailrace.services.lambda_.function_names import LATEST, FunctionName, named, permission_arn
from tailrace.services.lambda_.refusals import conflict, invalid, stale_revision
from tailrace.store import resources
from tailrace.store.engine import Transaction

PAGE_MAX = 50
VERSIONS_MAX = 10_000  # looked at when one function's versions are listed with all functions
NOT_FROZEN = ("Tags", "ReservedConcurrency", "LastVersion", "Policy", "VersionRevision")


@operation("lambda", "PublishVersion", needs="lambda:PublishVersion", on=permission_arn)
async def publish_version(call: Call, request: Shape) -> Shape:
    """Freeze the function as it is now; without a change since the last version, that version is the answer.

    https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
    """
    function = named(call, request)

    def change(tx: Transaction) -> Shape:
        document = documents.find(tx, function)
        if request.get("RevisionId", document["RevisionId"]) != document["RevisionId"]:
            raise stale_revision()
        if request.get("CodeSha256", document["CodeSha256"]) != document["CodeSha256"]:
            raise invalid(
                f"CodeSHA256 ({request['CodeSha256']}) is different from current CodeSHA256 in $LATEST "
                f"({document['CodeSha256']}). Please try again with the CodeSHA256 in $LATEST."
            )
        return publish(tx, function, document, call.clock.now(), request.get("Description"))

    return await call.store.update(change)


def publish(
    tx: Transaction, function: FunctionName, document: dict[str, Any], now: float, description: str | None = None
) -> Shape:
    """Make the next version of a kept function, or find the one that is the same; the version's configuration."""
    number = document["LastVersion"]
    if not number or document.get("VersionRevision") != document["RevisionId"]:
        number += 1
        frozen = {name: value for name, value in document.items() if name not in NOT_FROZEN}
        if description is not None:
            frozen["VersionDescription"] = description
        kept = {**document, "LastVersion": number, "VersionRevision": document["RevisionId"]}
        resources.put(tx, documents.FUNCTION, function.scope, function.name, kept)
        name = documents.version_name(function.name, str(number))
        resources.create(tx, documents.VERSION, function.scope, name, frozen)
        packages.hold_all(tx, document)
    return shown_version(tx, function, str(number), now)


def shown_version(tx: Transaction, function: FunctionName, version: str, now: float) -> Shape:
    """One version's configuration, under its qualified ARN."""
    qualified = function._replace(qualifier=version)
    document, _ = documents.find_version(tx, qualified)
    return documents.show(document, version, qualified, now)


def versions_of(tx: Transaction, function: FunctionName, now: float) -> list[Shape]:
    """All published versions as lists show them, oldest first."""
    prefix = f"{function.name}:"
    found = resources.page(tx, documents.VERSION, function.scope, None, VERSIONS_MAX, prefix)
    return [listed(function, name, document, now) for name, document in found]


def listed(function: FunctionName, kept_name: str, document: dict[str, Any], now: float) -> Shape:
    """A version's entry in a list."""
    version = str(int(kept_name.rpartition(":")[2]))
    return documents.show(document, version, function._replace(qualifier=version), now, listed=True)


def drop_version(tx: Transaction, function: FunctionName, version: str) -> None:
    """Delete one version; one that an alias points to stays. One that isn't there is no mistake."""
    aliases = resources.page(tx, documents.ALIAS, function.scope, None, VERSIONS_MAX, f"{function.name}:")
    users = [
        name.rpartition(":")[2]
        for name, alias in aliases
        if version == alias["FunctionVersion"] or version in alias.get("Weights", {})
    ]
    if users:
        raise conflict(f"Version {version} cannot be deleted as it is being referenced by aliases: {users}")
    name = documents.version_name(function.name, version)
    document = resources.get(tx, documents.VERSION, function.scope, name)
    if document is not None:
        resources.delete(tx, documents.VERSION, function.scope, name)
        documents.forget_qualifier(tx, function, version)
        packages.release_all(tx, document)


@operation("lambda", "ListVersionsByFunction", needs="lambda:ListVersionsByFunction", on=permission_arn)
async def list_versions_by_function(call: Call, request: Shape) -> Shape:
    """$LATEST and the published versions, oldest first.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html
    """
    function = named(call, request)._replace(qualifier=None)
    limit = min(request.get("MaxItems", PAGE_MAX), PAGE_MAX)
    marker, now = request.get("Marker"), call.clock.now()

    def read(tx: Transaction) -> Shape:
        latest = documents.find(tx, function)
        shown: list[Shape] = []
        if marker is None:
            shown.append(
                documents.show(latest, LATEST, function._replace(qualifier=LATEST), now, listed=True),
            )
        prefix = f"{function.name}:"
        found = resources.page(tx, documents.VERSION, function.scope, marker, limit + 1, prefix)
        room = limit - len(shown)
        shown += [listed(function, name, document, now) for name, document in found[:room]]
        more = len(found) > room
        return {"Versions": shown, **({"NextMarker": found[room - 1][0] if room else prefix} if more else {})}

    return await call.store.view(read)
