"""Moving the messages of a dead-letter queue back to where they came from, or elsewhere.

```
StartMessageMoveTask ──> task document, Delivery ──> run: a slice of messages a transaction ──> COMPLETED
```
The task stands in the store, so it goes on after a restart. How many were moved stands in the delivery, whose row each
slice holds: a document that changed with each of them would have all wait for each other. A moved message is a new one:
another id, another time.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
"""

from __future__ import annotations

from typing import Any

from tailrace.base import ids
from tailrace.base.errors import ApiError
from tailrace.operation import Call, Need, Node, Shape, operation
from tailrace.services.sqs import move_task, refusals
from tailrace.services.sqs.dead_letters import SOURCE, sources
from tailrace.services.sqs.queue import KIND, Place, Queue, compiled, find_by_arn, place_of_arn, source_arn
from tailrace.store import deliveries, messages, resources
from tailrace.store.deliveries import Delivery
from tailrace.store.engine import Transaction
from tailrace.store.messages import Message

DELIVERY_KIND = "sqs:move"
SLICE = 50
RATE_MAX = 500
RESULTS_MAX = 10
SOURCES_MAX = 100  # of one dead-letter queue, whose permissions are asked for
GONE = "AWS.SimpleQueueService.NonExistentQueue"
NO_SOURCE = "CouldNotDetermineMessageSource"


async def needed_to_move(call: Call, request: Shape) -> list[Need]:
    """Who moves messages needs what receiving and deleting them there, and sending them elsewhere, would need."""
    source, target = request["SourceArn"], request.get("DestinationArn")
    needs = [Need(f"sqs:{name}", source) for name in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")]
    if target:
        return [*needs, Need("sqs:SendMessage", target)]
    place = place_of_arn(source)
    if place is None:
        return needs
    names = await call.store.view(lambda tx: sources(tx, place, None, SOURCES_MAX))
    return needs + [Need("sqs:SendMessage", Place(place.scope, name).arn) for name in names]


@operation("sqs", "StartMessageMoveTask", needs="sqs:StartMessageMoveTask", on=source_arn, also=needed_to_move)
async def start_message_move_task(call: Call, request: Shape) -> Shape:
    """Begin to move the messages of a dead-letter queue to another queue, or to where they came from.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
    """
    rate = request.get("MaxNumberOfMessagesPerSecond")
    if rate is not None and not 1 <= rate <= RATE_MAX:
        reason = f"You must enter a value between 1 and {RATE_MAX}."
        raise refusals.invalid_value(rate, "MaxNumberOfMessagesPerSecond", reason)
    wanted: Shape = {
        name: request[name] for name in ("DestinationArn", "MaxNumberOfMessagesPerSecond") if name in request
    }

    def start(tx: Transaction) -> Shape:
        source = find_by_arn(tx, request["SourceArn"], "SourceArn")
        if not sources(tx, source.place, None, 1):
            raise refusals.invalid_parameter("Source queue must be configured as a Dead Letter Queue.")
        if "DestinationArn" in request:
            _check_target(source, find_by_arn(tx, request["DestinationArn"], "DestinationArn"))
        if any(task["Status"] == move_task.RUNNING for _, task in move_task.every(tx, source.place)):
            text = "There is already a task running. Only one active task is allowed for a source queue arn at a given "
            raise refusals.invalid_parameter(text + "time.")
        now = call.clock.now()
        counted = {"Moved": 0, "ToMove": messages.counts(tx, source.number, now).waiting}
        name, task = move_task.begin(tx, source.place, now, {**wanted, **counted})
        body = {"scope": source.place.scope, "name": name, "moved": 0}
        deliveries.put(tx, DELIVERY_KIND, body, now, id=_delivery_id(task))
        return {"TaskHandle": move_task.handle(task)}

    return await call.store.update(start)


def _check_target(source: Queue, target: Queue) -> None:
    if source.place == target.place:
        raise refusals.invalid_parameter("Source queue arn and destination queue arn cannot be the same.")
    if source.fifo != target.fifo:
        raise refusals.invalid_parameter("Source queue and destination queue must be of the same type.")


@operation("sqs", "ListMessageMoveTasks", needs="sqs:ListMessageMoveTasks", on=source_arn)
async def list_message_move_tasks(call: Call, request: Shape) -> Shape:
    """The newest tasks of a queue, one unless more are asked for.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html
    """
    limit = request.get("MaxResults", 1)
    if not 1 <= limit <= RESULTS_MAX:
        reason = f"You must enter a value between 1 and {RESULTS_MAX}."
        raise refusals.invalid_value(limit, "MaxResults", reason)

    def read(tx: Transaction) -> list[Shape]:
        source = find_by_arn(tx, request["SourceArn"], "SourceArn")
        return [_shown(task, _moved(tx, task)) for _, task in move_task.every(tx, source.place)[:limit]]

    return {"Results": await call.store.view(read)}


def _delivery_id(task: dict[str, Any]) -> str:
    return f"{DELIVERY_KIND}/{task['TaskId']}"


def _moved(tx: Transaction, task: dict[str, Any]) -> int:
    """How many messages a task has moved so far."""
    running = deliveries.find(tx, _delivery_id(task)) if task["Status"] == move_task.RUNNING else None
    return int(task["Moved"] if running is None else running.body["moved"])


def _shown(task: dict[str, Any], moved: int) -> Shape:
    names = (
        *("Status", "SourceArn", "DestinationArn", "MaxNumberOfMessagesPerSecond", "FailureReason"),
        "StartedTimestamp",
    )
    shown: Shape = {name: task[name] for name in names if name in task}
    if task["Status"] == move_task.RUNNING:
        shown["TaskHandle"] = move_task.handle(task)
    shown["ApproximateNumberOfMessagesMoved"] = moved
    shown["ApproximateNumberOfMessagesToMove"] = task["ToMove"]
    return shown


def handled_arn(call: Call, request: Shape) -> str:
    """What a permission to cancel a task is asked on: its source."""
    return move_task.read_handle(request["TaskHandle"])[1]


@operation("sqs", "CancelMessageMoveTask", needs="sqs:CancelMessageMoveTask", on=handled_arn)
async def cancel_message_move_task(call: Call, request: Shape) -> Shape:
    """End a task that runs; what it has moved stays moved.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html
    """
    wanted, arn = move_task.read_handle(request["TaskHandle"])

    def cancel(tx: Transaction) -> Shape:
        source = find_by_arn(tx, arn, "SourceArn")
        for name, task in move_task.every(tx, source.place):
            if task["TaskId"] == wanted:
                if task["Status"] != move_task.RUNNING:
                    raise ApiError("UnsupportedOperation", "Only a task that is running can be cancelled.")
                moved = _moved(tx, task)
                cancelled = {**task, "Status": move_task.CANCELLED, "Moved": moved}
                resources.put(tx, move_task.KIND, source.place.scope, name, cancelled)
                return {"ApproximateNumberOfMessagesMoved": moved}
        raise ApiError.resource_not_found("Task does not exist.", status=404)

    return await call.store.update(cancel)


async def run(node: Node, delivery: Delivery) -> None:
    """Move slice after slice until the task is over; a task that has a rate makes a pause after each."""

    def move(tx: Transaction) -> int:
        return move_slice(tx, delivery.id, node.clock.now())

    while (rate := await node.store.update(move, locked=True)) >= 0:
        if rate:
            await node.clock.sleep(1 / rate if rate < SLICE else SLICE / rate)


def move_slice(tx: Transaction, delivery: str, now: float) -> int:
    """Move some messages of the task of a delivery; its rate (0: as fast as it goes), or -1 when the task is over."""
    held = deliveries.hold(tx, delivery)
    if held is None:
        return -1
    scope, name = held.body["scope"], held.body["name"]
    task = resources.get(tx, move_task.KIND, scope, name)
    if task is None or task["Status"] != move_task.RUNNING:
        deliveries.done(tx, delivery)
        return -1
    rate = task.get("MaxNumberOfMessagesPerSecond", 0)
    before = int(held.body.get("moved") or task["Moved"])
    source = _queue(tx, task["SourceArn"])
    limit = min(SLICE if rate == 0 or rate >= SLICE else 1, task["ToMove"] - before)
    look = messages.due_in_groups if source and source.fifo else messages.due
    moved, failure = 0, "" if source else GONE
    for message in look(tx, source.number, now, limit) if source and limit else ():
        arn = task.get("DestinationArn") or message.head.get(SOURCE)
        target = _queue(tx, arn) if arn else None
        if target is None:
            failure = GONE if arn else NO_SOURCE
            break
        assert source
        _send_back(tx, source, target, message, now)
        moved += 1
    if moved and not failure:
        deliveries.keep(tx, delivery, held.due, {**held.body, "moved": before + moved})
        return int(rate)
    ended = {"Status": move_task.FAILED, "FailureReason": failure} if failure else {"Status": move_task.COMPLETED}
    resources.put(tx, move_task.KIND, scope, name, {**task, **ended, "Moved": before + moved})
    deliveries.done(tx, delivery)
    return -1


def _send_back(tx: Transaction, source: Queue, target: Queue, message: Message, now: float) -> None:
    head = {name: value for name, value in message.head.items() if name != SOURCE} | {"MessageId": ids.uuid()}
    messages.remove(tx, source.number, message.number, now)
    messages.put(tx, target.number, message.body, head, now=now, group=message.group)


def _queue(tx: Transaction, arn: str) -> Queue | None:
    place = place_of_arn(arn)
    return resources.derived(tx, KIND, *place, compiled) if place else None
