"""Attributes of queues: GetQueueAttributes, SetQueueAttributes."""

from __future__ import annotations

from tailrace.operation import Call, Shape, operation
from tailrace.services.sqs import attribute_rules, policies, refusals
from tailrace.services.sqs.queue import KIND, find_document, place_of, queue_arn, settings
from tailrace.store import messages, resources
from tailrace.store.engine import Transaction

COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
TOLD = frozenset((*COUNTS, "CreatedTimestamp", "LastModifiedTimestamp", "QueueArn"))
"""What a queue says of itself and can't be given."""
KNOWN = TOLD | attribute_rules.SETTABLE | {"All"}


@operation("sqs", "GetQueueAttributes", needs="sqs:GetQueueAttributes", on=queue_arn)
async def get_queue_attributes(call: Call, request: Shape) -> Shape:
    """The attributes that are asked for, with counts that are true at this moment.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
    """
    place, wanted = place_of(call, request), set(request.get("AttributeNames", ()))
    for name in request.get("AttributeNames", ()):
        if name not in KNOWN:
            raise refusals.unknown_attribute(name)

    def read(tx: Transaction) -> dict[str, str]:
        document = find_document(tx, place)
        found = {
            "QueueArn": place.arn,
            "CreatedTimestamp": str(int(document["Created"])),
            "LastModifiedTimestamp": str(int(document["Modified"])),
            **settings(document),
        }
        if "All" in wanted or wanted & set(COUNTS):
            counted = messages.counts(tx, document["Number"], call.clock.now())
            found |= {name: str(count) for name, count in zip(COUNTS, counted, strict=True)}
        return found if "All" in wanted else {name: value for name, value in found.items() if name in wanted}

    found = await call.store.view(read)
    return {"Attributes": found} if found else {}


@operation("sqs", "SetQueueAttributes", needs="sqs:SetQueueAttributes", on=queue_arn)
async def set_queue_attributes(call: Call, request: Shape) -> Shape:
    """Change some of a queue's attributes.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    """
    place, given = place_of(call, request), request["Attributes"]

    def change(tx: Transaction) -> Shape:
        document = find_document(tx, place)
        fifo = "FifoQueue" in document["Attributes"]
        attributes = attribute_rules.checked(given, document["Attributes"], fifo)
        if given.get("RedrivePolicy"):
            attribute_rules.check_dead_letters(tx, place, attributes)
        changed = {**document, "Attributes": attributes, "Modified": call.clock.now()}
        policies.note(tx, attributes)
        messages.set_retention(tx, document["Number"], float(settings(changed)["MessageRetentionPeriod"]))
        resources.put(tx, KIND, *place, changed)
        return {}

    return await call.store.update(change)
