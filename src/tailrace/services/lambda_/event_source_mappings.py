"""Event source mappings: which function gets which stream's records, and how.

```
Creating ──> Enabled ──(Enabled=false)──> Disabling ──> Disabled ──(Enabled=true)──> Enabling ──> Enabled
                └──(other options)──> Updating ──> Enabled        any ──(Delete)──> Deleting ──> gone
```
An operation writes the first state of an arrow; the worker that runs the mapping writes the second, as soon as it
has done what the first one asks for.
"""

from __future__ import annotations

from typing import Any

from tailrace.auth.principal import Principal
from tailrace.base import arn, ids
from tailrace.base.errors import AlreadyExists, ApiError, Missing
from tailrace.operation import Call, ContextKeys, Shape, not_supported, operation
from tailrace.services.lambda_ import event_source_access as access
from tailrace.services.lambda_ import event_source_destinations as destinations
from tailrace.services.lambda_ import event_source_options as options
from tailrace.services.lambda_ import event_source_positions as positions
from tailrace.services.lambda_.event_source_access import role_of
from tailrace.services.lambda_.function_names import FunctionName, parse
from tailrace.services.lambda_.refusals import invalid
from tailrace.store import resources
from tailrace.store.engine import Transaction

KIND = "lambda:mapping"
PAIR_KIND = "lambda:mapping-pair"  # (stream, function) -> UUID: there is one mapping of each
STREAM_KIND = "dynamodb:stream"
LIST_DEFAULT = 100
PAGE_MAX = 1000
USER_ACTION = "User action"
Document = dict[str, Any]


def mapping_arn(call: Call, request: Shape) -> str:
    """The mapping's ARN."""
    return call.arn(f"event-source-mapping:{request['UUID']}", "lambda")


def anything(call: Call, request: Shape) -> str:
    """Create and List are granted on `*`, narrowed by lambda:FunctionArn."""
    return "*"


async def function_key(call: Call, request: Shape) -> ContextKeys:
    """The condition key lambda:FunctionArn: the function that the request names, else that of its mapping."""
    if "FunctionName" in request:
        return {"lambda:FunctionArn": parse(call, request["FunctionName"]).unqualified_arn}
    if "UUID" not in request:
        return {}
    known = await call.store.view(lambda tx: resources.get(tx, KIND, call.scope, request["UUID"]))
    return {"lambda:FunctionArn": FunctionName(*known["Function"]).unqualified_arn} if known else {}


@operation(
    "lambda",
    "CreateEventSourceMapping",
    needs="lambda:CreateEventSourceMapping",
    on=anything,
    context=function_key,
    without=options.WITHOUT,
)
async def create_event_source_mapping(call: Call, request: Shape) -> Shape:
    """Let a stream's records be given to a function.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
    """
    stream_arn = _source(call, request)
    position = options.starting_position(request)
    chosen = {**options.DEFAULTS, **options.changed(call, request)}
    options.check_together(chosen)
    target = parse(call, request["FunctionName"])
    now, uuid = call.clock.now(), ids.uuid()

    def create(tx: Transaction) -> Document:
        role = role_of(tx, target)
        if role is None:
            raise invalid("Function does not exist")
        stream = _readable_stream(tx, call, role, stream_arn)
        _check_destination(tx, call, role, chosen)
        document = {
            "UUID": uuid,
            "EventSourceArn": stream_arn,
            "Stream": stream["Stream"],
            "StartingPosition": position,
            "Function": list(target),
            "Enabled": request.get("Enabled", True),
            "State": "Creating",
            "StateTransitionReason": USER_ACTION,
            "LastProcessingResult": "No records processed",
            "LastModified": now,
            "Tags": request.get("Tags", {}),
            **chosen,
        }
        _claim_pair(tx, call.scope, stream_arn, target, uuid)
        resources.create(tx, KIND, call.scope, uuid, document)
        if position == "LATEST":
            positions.start_at_latest(tx, uuid, stream["Stream"], now)
        tx.notify(positions.TOPIC, f"{call.scope} {uuid}")
        return document

    return describe(call, await call.store.update(create))


@operation(
    "lambda", "GetEventSourceMapping", needs="lambda:GetEventSourceMapping", on=mapping_arn, context=function_key
)
async def get_event_source_mapping(call: Call, request: Shape) -> Shape:
    """One mapping, with its state.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html
    """
    return describe(call, await call.store.view(lambda tx: find(tx, call.scope, request["UUID"])))


@operation(
    "lambda", "ListEventSourceMappings", needs="lambda:ListEventSourceMappings", on=anything, context=function_key
)
async def list_event_source_mappings(call: Call, request: Shape) -> Shape:
    """The mappings of a function, of an event source, or all.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html
    """
    source, limit = request.get("EventSourceArn"), min(request.get("MaxItems", LIST_DEFAULT), LIST_DEFAULT)
    target = parse(call, request["FunctionName"]) if "FunctionName" in request else None

    def wanted(document: Document) -> bool:
        of_function = target is None or FunctionName(*document["Function"]) == target
        return of_function and (source is None or document["EventSourceArn"] == source)

    def read(tx: Transaction) -> list[Document]:
        found: list[Document] = []
        after: str | None = request.get("Marker")
        while len(found) <= limit:
            page = resources.page(tx, KIND, call.scope, after, PAGE_MAX)
            found += [document for _, document in page if wanted(document)]
            if len(page) < PAGE_MAX:
                break
            after = page[-1][0]
        return found

    found = await call.store.view(read)
    answer: Shape = {"EventSourceMappings": [describe(call, document) for document in found[:limit]]}
    if len(found) > limit:
        answer["NextMarker"] = found[limit - 1]["UUID"]
    return answer


@operation(
    "lambda",
    "UpdateEventSourceMapping",
    needs="lambda:UpdateEventSourceMapping",
    on=mapping_arn,
    context=function_key,
    without=options.LATER_WITHOUT,
)
async def update_event_source_mapping(call: Call, request: Shape) -> Shape:
    """Change a mapping's function or options, switch it off or on. Its position stays.

    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
    """
    chosen = options.changed(call, request)
    target = parse(call, request["FunctionName"]) if "FunctionName" in request else None

    def update(tx: Transaction) -> Document:
        document = find(tx, call.scope, request["UUID"])
        if document["State"] == "Deleting":
            raise ApiError("ResourceInUseException", _in_use(call, document))
        was = FunctionName(*document["Function"])
        role = role_of(tx, target or was)
        if target and role is None:
            raise invalid("Function does not exist")
        enabled = bool(request.get("Enabled", document["Enabled"]))
        if role is not None and enabled and (target or not document["Enabled"]):
            _readable_stream(tx, call, role, document["EventSourceArn"])
        if target and target != was:
            _claim_pair(tx, call.scope, document["EventSourceArn"], target, document["UUID"])
            resources.delete(tx, PAIR_KIND, call.scope, _pair(document["EventSourceArn"], was))
        changed = {**document, **chosen, "Enabled": enabled, "LastModified": call.clock.now()}
        options.check_together(changed)
        if role is not None and (target or "DestinationConfig" in chosen):
            _check_destination(tx, call, role, changed)
        changed["Function"] = list(target or was)
        changed["State"] = _transition(document["Enabled"], enabled)
        changed["StateTransitionReason"] = USER_ACTION
        resources.put(tx, KIND, call.scope, document["UUID"], changed)
        tx.notify(positions.TOPIC, f"{call.scope} {document['UUID']}")
        return changed

    return describe(call, await call.store.update(update))


@operation(
    "lambda", "DeleteEventSourceMapping", needs="lambda:DeleteEventSourceMapping", on=mapping_arn, context=function_key
)
async def delete_event_source_mapping(call: Call, request: Shape) -> Shape:
    """Take a mapping away; a batch that is under way is finished.

    https://docs.aws.amazon.com/lambda/latest/api/API_DeleteEventSourceMapping.html
    """

    def delete(tx: Transaction) -> Document:
        document = find(tx, call.scope, request["UUID"])
        if document["State"] == "Deleting":
            raise ApiError("ResourceInUseException", _in_use(call, document))
        changed = {**document, "State": "Deleting", "StateTransitionReason": USER_ACTION, "Enabled": False}
        resources.put(tx, KIND, call.scope, document["UUID"], changed)
        pair = _pair(document["EventSourceArn"], FunctionName(*document["Function"]))
        resources.delete(tx, PAIR_KIND, call.scope, pair)
        tx.notify(positions.TOPIC, f"{call.scope} {document['UUID']}")
        return changed

    return describe(call, await call.store.update(delete))


def find(tx: Transaction, scope: str, uuid: str) -> Document:
    """The mapping's document. Raises ResourceNotFoundException, 404."""
    document = resources.get(tx, KIND, scope, uuid)
    if document is None:
        raise ApiError.resource_not_found("The resource you requested does not exist.", status=404)
    return document


def describe(call: Call, document: Document) -> Shape:
    """A mapping as every operation answers it."""
    inner = ("Stream", "Function", "Enabled", "Tags")
    shown = {name: value for name, value in document.items() if name not in inner and value is not None}
    shown["FunctionArn"] = FunctionName(*document["Function"]).arn
    shown["EventSourceMappingArn"] = call.arn(f"event-source-mapping:{document['UUID']}", "lambda")
    return shown


def _source(call: Call, request: Shape) -> str:
    """The stream's ARN; every other event source is refused."""
    source = request.get("EventSourceArn")
    parts = arn.parse(source) if source else None
    if parts is None:
        raise invalid("Unrecognized event source.")
    if parts.service in ("sqs", "kinesis", "kafka", "mq", "rds"):
        raise not_supported(call, f"event sources of {parts.service}; it has DynamoDB streams")
    if parts.service != "dynamodb" or "/stream/" not in parts.resource:
        raise invalid("Unrecognized event source.")
    return str(source)


def _readable_stream(tx: Transaction, call: Call, role: str, stream_arn: str) -> Document:
    """The stream's document, if the role may read it: AWS looks for the stream with the role's own eyes."""
    reader = _session(tx, call, role)
    asked = access.decisions(call.node.identity, tx, reader, stream_arn)
    call.note(asked)
    if not all(each.decision.allowed for each in asked):
        raise invalid(access.cannot_access(stream_arn))
    parts = arn.parse(stream_arn)
    here = parts is not None and (parts.account, parts.region) == (call.account, call.region)
    name = parts.resource.removeprefix("table/") if parts else ""
    document = resources.get(tx, STREAM_KIND, call.scope, name) if here else None
    if document is None:
        raise invalid(f"Stream not found: {stream_arn}")
    return document


def _session(tx: Transaction, call: Call, role: str) -> Principal:
    """The role as Lambda takes it on to look whether it may do what a mapping needs."""
    try:
        return call.node.identity.role_principal(tx, role, f"awslambda_{call.request_id[:8]}")
    except Missing as problem:
        raise invalid("The role defined for the function cannot be assumed by Lambda.") from problem


def _check_destination(tx: Transaction, call: Call, role: str, document: Document) -> None:
    """Refuse a failure destination that the role may not send to."""
    destination = destinations.of(document)
    if destination is not None:
        sender = _session(tx, call, role)
        refusal = destinations.refusal(call.node.identity, tx, sender, destination)
        if refusal is not None:
            raise refusal


def _pair(stream_arn: str, target: FunctionName) -> str:
    return f"{stream_arn} {target.arn}"


def _claim_pair(tx: Transaction, scope: str, stream_arn: str, target: FunctionName, uuid: str) -> None:
    name = _pair(stream_arn, target)
    try:
        resources.create(tx, PAIR_KIND, scope, name, {"UUID": uuid})
    except AlreadyExists as problem:
        other = (resources.get(tx, PAIR_KIND, scope, name) or {}).get("UUID")
        text = (
            f'The event source arn (" {stream_arn} ") and function (" {target.name} ") provided mapping already '
            f"exists. Please update or delete the existing mapping with UUID {other}"
        )
        raise ApiError("ResourceConflictException", text, status=409, members={"Type": "User"}) from problem


def _transition(was: bool, enabled: bool) -> str:
    if was == enabled:
        return "Updating"
    return "Enabling" if enabled else "Disabling"


def _in_use(call: Call, document: Document) -> str:
    return f"Cannot update the event source mapping because it is in use: {document['UUID']} is being deleted."
