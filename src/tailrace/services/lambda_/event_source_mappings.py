"""Event source mappings: which function gets the records of which stream or queue, and how.

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
from tailrace.services.lambda_ import event_source_queues as queues
from tailrace.services.lambda_ import tag_rules
from tailrace.services.lambda_.event_source_access import role_of
from tailrace.services.lambda_.function_document import find_version
from tailrace.services.lambda_.function_names import FunctionName, parse
from tailrace.services.lambda_.refusals import invalid
from tailrace.store import resources
from tailrace.store.engine import Transaction

KIND = "lambda:mapping"
PAIR_KIND = "lambda:mapping-pair"  # (stream, function) -> UUID: there is one mapping of each
STREAM_KIND = "dynamodb:stream"
LIST_DEFAULT = 100
PAGE_MAX = 1000
ELSEWHERE = ("kinesis", "kafka", "mq", "rds")  # event sources of AWS that aren't here
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
    """Let a stream's records, or a queue's messages, be given to a function.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
    """
    source = _source(call, request)
    position = options.starting_position(request)
    chosen = {**options.defaults(source), **options.changed(call, request, source)}
    options.check_together({**chosen, "EventSourceArn": source})
    tag_rules.check(request.get("Tags", {}))
    target = parse(call, request["FunctionName"])
    now, uuid = call.clock.now(), ids.uuid()

    def create(tx: Transaction) -> Document:
        role = role_of(tx, target)
        if role is None:
            raise invalid("Function does not exist")
        document = {
            "UUID": uuid,
            "EventSourceArn": source,
            "Function": list(target),
            "Enabled": request.get("Enabled", True),
            "State": "Creating",
            "StateTransitionReason": user_action(source),
            "LastModified": now,
            "Tags": request.get("Tags", {}),
            **chosen,
        }
        if queues.is_queue(source):
            _check_queue(tx, call, role, target, source)
        else:
            document |= {"StartingPosition": position, "LastProcessingResult": "No records processed"}
            document["Stream"] = stream = _readable_stream(tx, call, role, source)["Stream"]
            _check_destination(tx, call, role, chosen)
            if position == "LATEST":
                positions.start_at_latest(tx, uuid, stream, now)
        _claim_pair(tx, call.scope, source, target, uuid)
        resources.create(tx, KIND, call.scope, uuid, document)
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
    target = parse(call, request["FunctionName"]) if "FunctionName" in request else None

    def update(tx: Transaction) -> Document:
        document = find(tx, call.scope, request["UUID"])
        if document["State"] == "Deleting":
            raise ApiError("ResourceInUseException", _in_use("update"))
        source, was = document["EventSourceArn"], FunctionName(*document["Function"])
        chosen = options.changed(call, request, source)
        changed = {**document, **chosen, "LastModified": call.clock.now(), "Function": list(target or was)}
        changed["Enabled"] = enabled = bool(request.get("Enabled", document["Enabled"]))
        options.check_together(changed)
        role = role_of(tx, target or was)
        if target and role is None:
            raise invalid("Function does not exist")
        if role is not None and enabled and (target or not document["Enabled"]):
            if queues.is_queue(source):
                _check_queue(tx, call, role, target or was, source)
            else:
                _readable_stream(tx, call, role, source)
        if role is not None and (target or "DestinationConfig" in chosen):
            _check_destination(tx, call, role, changed)
        if target and target != was:
            _claim_pair(tx, call.scope, source, target, document["UUID"])
            resources.delete(tx, PAIR_KIND, call.scope, _pair(source, was))
        changed["State"] = _transition(document["Enabled"], enabled)
        changed["StateTransitionReason"] = user_action(source)
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
            raise ApiError("ResourceInUseException", _in_use("delete"))
        reason = user_action(document["EventSourceArn"])
        changed = {**document, "State": "Deleting", "StateTransitionReason": reason, "Enabled": False}
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
    """The ARN of the stream or queue; every other event source is refused."""
    source = str(request.get("EventSourceArn", ""))
    parts = arn.parse(source)
    if parts is None:
        raise invalid("Unrecognized event source.")
    if parts.service in ELSEWHERE:
        raise not_supported(call, f"event sources of {parts.service}; it has streams of DynamoDB and queues of SQS")
    is_stream = parts.service == "dynamodb" and "/stream/" in parts.resource
    if not is_stream and not (parts.service == "sqs" and parts.resource):
        raise invalid("Unrecognized event source.")
    return source


def _check_queue(tx: Transaction, call: Call, role: str, function: FunctionName, queue_arn: str) -> None:
    """Refuse a queue that the role may not receive from, or that doesn't fit the function."""
    asked = queues.decisions(call.node.identity, tx, _session(tx, call, role), queue_arn)
    call.note(asked)
    timeout_s = find_version(tx, function)[0]["Timeout"]
    queues.check(tx, queue_arn, call.region, asked, timeout_s)


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
    destination = destinations.of(document) if "DestinationConfig" in document else None
    if destination is not None:
        sender = _session(tx, call, role)
        refusal = destinations.refusal(call.node.identity, tx, sender, destination)
        if refusal is not None:
            raise refusal


def _pair(source: str, target: FunctionName) -> str:
    return f"{source} {target.arn}"


def _claim_pair(tx: Transaction, scope: str, source: str, target: FunctionName, uuid: str) -> None:
    name = _pair(source, target)
    try:
        resources.create(tx, PAIR_KIND, scope, name, {"UUID": uuid})
    except AlreadyExists as problem:
        other = (resources.get(tx, PAIR_KIND, scope, name) or {}).get("UUID")
        if queues.is_queue(source):
            raise queues.mapped_already(source, target.name, other) from problem
        text = (
            f'The event source arn (" {source} ") and function (" {target.name} ") provided mapping already '
            f"exists. Please update or delete the existing mapping with UUID {other}"
        )
        raise ApiError("ResourceConflictException", text, status=409, members={"Type": "User"}) from problem


def _transition(was: bool, enabled: bool) -> str:
    if was == enabled:
        return "Updating"
    return "Enabling" if enabled else "Disabling"


def user_action(source: str) -> str:
    """StateTransitionReason where a user has changed the mapping: AWS's words differ by the source, as recorded."""
    return "USER_INITIATED" if queues.is_queue(source) else "User action"


def _in_use(verb: str) -> str:
    return f"Cannot {verb} the event source mapping because it is in use."
