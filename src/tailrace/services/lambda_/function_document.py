"""A function as it is kept, and as AWS shows it.

Kept under `lambda:function` (name) and, once published, `lambda:version` (name:0000000007): the configuration's
members as the API names them, and besides

    Digest          the blob of its code                    ReadyAt          when its last change takes effect
    LayerDigests    the blobs of its layers, in order       Unpacked         bytes of its code; LayersUnpacked
    Created         whether that change was its creation    PendingRevision  the revision until then
    LastVersion     the newest published version            Tags, ReservedConcurrency, Policy
"""

from __future__ import annotations

import hashlib
from typing import Any

from tailrace.base import ids
from tailrace.base.clock import iso_milliseconds
from tailrace.base.errors import ApiError
from tailrace.operation import Shape
from tailrace.services.lambda_.function_names import LATEST, FunctionName, function_arn
from tailrace.services.lambda_.refusals import conflict, function_not_found, stale_revision
from tailrace.store import resources
from tailrace.store.engine import Transaction

FUNCTION, VERSION, ALIAS = "lambda:function", "lambda:version", "lambda:alias"
EVENT_CONFIG = "lambda:event-config"  # name:qualifier, see event_invoke_config
URL_CONFIG = "lambda:url-config"  # name:qualifier, see url_config
URL = "lambda:url"  # the id of a URL, in no scope: whose it is
READY_SECONDS = 0.1  # how long a change is under way, so that clients which wait for it meet both states

Document = dict[str, Any]

SHOWN = (
    *("Runtime", "Role", "Handler", "CodeSize", "Description", "Timeout", "MemorySize", "CodeSha256"),
    *("DeadLetterConfig", "Environment", "TracingConfig", "PackageType", "Architectures", "EphemeralStorage"),
    *("SnapStart", "LoggingConfig"),
)


def version_name(name: str, version: str) -> str:
    """Under which name a published version is kept: versions sort as numbers."""
    return f"{name}:{int(version):010d}"


def alias_name(name: str, alias: str) -> str:
    """Under which name an alias is kept."""
    return f"{name}:{alias}"


def find(tx: Transaction, name: FunctionName) -> Document:
    """The function's own document, whatever its qualifier. Raises AWS's ResourceNotFoundException."""
    found = resources.get(tx, FUNCTION, name.scope, name.name)
    if found is None:
        raise function_not_found(name.arn)
    return found


def find_version(tx: Transaction, name: FunctionName) -> tuple[Document, str]:
    """The document that the qualifier means ($LATEST, a version, an alias), and its version."""
    qualifier = name.qualifier or LATEST
    latest = find(tx, name)
    if qualifier == LATEST:
        return latest, LATEST
    if not qualifier.isdigit():
        alias = resources.get(tx, ALIAS, name.scope, alias_name(name.name, qualifier))
        if alias is None:
            raise function_not_found(name.arn)
        qualifier = alias["FunctionVersion"]
        if qualifier == LATEST:
            return latest, LATEST
    found = resources.get(tx, VERSION, name.scope, version_name(name.name, qualifier))
    if found is None:
        raise function_not_found(name.arn)
    return found, qualifier


def forget_qualifier(tx: Transaction, name: FunctionName, qualifier: str) -> None:
    """Drop what stands on a version or alias that is deleted: its policy, its settings of events, and its URL."""
    resources.delete(tx, EVENT_CONFIG, name.scope, alias_name(name.name, qualifier))
    forget_url(tx, name.scope, alias_name(name.name, qualifier))
    document = resources.get(tx, FUNCTION, name.scope, name.name)
    if document is not None and qualifier in document.get("Policy", {}):
        left = {which: policy for which, policy in document["Policy"].items() if which != qualifier}
        resources.put(tx, FUNCTION, name.scope, name.name, {**document, "Policy": left})


def forget_url(tx: Transaction, scope: str, kept_name: str) -> bool:
    """Drop a function's or alias's URL; False where there is none."""
    config = resources.get(tx, URL_CONFIG, scope, kept_name)
    if config is None:
        return False
    resources.delete(tx, URL, "-", config["UrlId"])
    return resources.delete(tx, URL_CONFIG, scope, kept_name)


def find_routed(tx: Transaction, name: FunctionName, draw: float) -> tuple[Document, str]:
    """The document and version that a call through `name` runs; `draw` (0 up to 1) picks one of a weighted alias's."""
    qualifier = name.qualifier or LATEST
    if qualifier == LATEST or qualifier.isdigit():
        return find_version(tx, name)
    alias = resources.get(tx, ALIAS, name.scope, alias_name(name.name, qualifier))
    for version, weight in (alias or {}).get("Weights", {}).items():
        if draw < weight:
            return find_version(tx, name._replace(qualifier=version))
        draw -= weight
    return find_version(tx, name)


def changed(document: Document, now: float, *, created: bool = False, **members: Any) -> Document:
    """A new document with those members, under way until a moment from `now`, with its two new revisions."""
    return {
        **document,
        **members,
        "LastModified": now,
        "Created": created,
        "ReadyAt": now + READY_SECONDS,
        "PendingRevision": ids.uuid(),
        "RevisionId": ids.uuid(),
    }


def under_way(document: Document, now: float) -> bool:
    """Whether the last change has not taken effect yet."""
    ready_at: float = document["ReadyAt"]
    return now < ready_at


def check_changeable(document: Document, function: FunctionName, now: float, revision: str | None) -> None:
    """Refuse a change while another is under way, or one that was made for another revision."""
    if under_way(document, now):
        what = "The function is currently in the following state: Pending"
        if not document["Created"]:
            what = f"An update is in progress for resource: {function.unqualified_arn}"
        raise conflict(f"The operation cannot be performed at this time. {what}")
    if revision is not None and revision != document["RevisionId"]:
        raise stale_revision()


def show(document: Document, version: str, function: FunctionName, now: float, *, listed: bool = False) -> Shape:
    """A function's configuration as the API answers it; `listed` entries have neither states nor the runtime's ARN."""
    pending = under_way(document, now)
    answer: Shape = {
        "FunctionName": function.name,
        "FunctionArn": function.arn,
        **{member: document[member] for member in SHOWN if member in document},
        "LastModified": iso_milliseconds(document["LastModified"], suffix="+0000"),
        "Version": version,
        "RevisionId": document["PendingRevision" if pending else "RevisionId"],
    }
    if document.get("Layers"):
        answer["Layers"] = document["Layers"]
    if version != LATEST and "VersionDescription" in document:
        answer["Description"] = document["VersionDescription"]
    if listed:
        return answer
    answer["RuntimeVersionConfig"] = {"RuntimeVersionArn": runtime_version_arn(function.scope, document["Runtime"])}
    if pending and document["Created"]:
        reasons = {"StateReason": "The function is being created.", "StateReasonCode": "Creating"}
        return {**answer, "State": "Pending", **reasons}
    if pending:
        answer["LastUpdateStatusReason"] = "The function is being created."
        answer["LastUpdateStatusReasonCode"] = "Creating"
    return {**answer, "State": "Active", "LastUpdateStatus": "InProgress" if pending else "Successful"}


def runtime_version_arn(scope: str, runtime: str) -> str:
    """The ARN of a runtime's version; it has no account. The same runtime always has the same."""
    region = scope.split("/")[1]
    return f"arn:aws:lambda:{region}::runtime:{hashlib.sha256(runtime.encode()).hexdigest()}"


def own_arn(scope: str, name: str) -> str:
    """The unqualified ARN of a kept function."""
    return function_arn(scope, name)


def missing(function: FunctionName) -> ApiError:
    """AWS's answer about a function that isn't there."""
    return function_not_found(function.arn)
