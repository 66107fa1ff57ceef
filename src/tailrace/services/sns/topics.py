"""Topics: CreateTopic, DeleteTopic, ListTopics, GetTopicAttributes, SetTopicAttributes."""

from __future__ import annotations

from tailrace.base.errors import ApiError
from tailrace.operation import Call, Need, Shape, operation
from tailrace.services.sns import fifo, paging, refusals, resource_policy, subscription, tags, topic, topic_attributes
from tailrace.services.sns.topic import Document, TopicName, on_every_topic, on_name, on_topic
from tailrace.store import resources
from tailrace.store.engine import Transaction


def needs_at_creation(call: Call, request: Shape) -> list[Need]:
    """A topic that is created with tags needs the permission to tag it."""
    return [Need("SNS:TagResource", on_name(call, request))] if request.get("Tags") else []


@operation(
    "sns",
    "CreateTopic",
    needs="SNS:CreateTopic",
    on=on_name,
    also=needs_at_creation,
    without={
        "Attributes.ArchivePolicy": topic_attributes.UNSUPPORTED["ArchivePolicy"],
        "Attributes.KmsMasterKeyId": topic_attributes.UNSUPPORTED["KmsMasterKeyId"],
        "Attributes.TracingConfig=Active": "it does not trace",
        "DataProtectionPolicy": topic_attributes.UNSUPPORTED["DataProtectionPolicy"],
    },
)
async def create_topic(call: Call, request: Shape) -> Shape:
    """Create a topic. One that is there already with the same attributes and tags is answered as if it were new.

    https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
    """
    given, name = request.get("Attributes", {}), TopicName(call.scope, request["Name"])
    ordered = given.get("FifoTopic") == "true"
    plain = name.name.removesuffix(fifo.SUFFIX)
    if not topic.NAME.fullmatch(plain) or len(name.name) > 256 or fifo.is_fifo(name.name) != ordered:
        raise refusals.invalid("Topic Name")
    attributes = topic_attributes.checked(given, name.arn)
    labels = tags.checked(request.get("Tags", []))
    now = call.clock.now()

    def create(tx: Transaction) -> None:
        found = resources.get(tx, topic.KIND, name.scope, name.name)
        if found is not None:
            _check_same(found, given, attributes, labels if request.get("Tags") else None)
            return
        first = {"ContentBasedDeduplication": "false", **attributes} if ordered else attributes
        document: Document = {"TopicArn": name.arn, "Owner": call.account, "Attributes": first, "Tags": labels}
        document |= {"Created": now, "Subscribed": 0, "Deleted": 0}
        resources.put(tx, topic.KIND, name.scope, name.name, document)
        if "Policy" in attributes:
            resource_policy.note(tx, now)

    await call.store.update(create)
    return {"TopicArn": name.arn}


def _check_same(found: Document, given: Shape, attributes: dict[str, str], labels: dict[str, str] | None) -> None:
    """Refuse to create a topic again that is another one than it was."""
    if any(found["Attributes"].get(name) != attributes.get(name) for name in given):
        raise refusals.invalid("Attributes Reason: Topic already exists with different attributes")
    if labels is not None and labels != found["Tags"]:
        raise refusals.invalid("Tags Reason: Topic already exists with different tags")


@operation("sns", "DeleteTopic", needs="SNS:DeleteTopic", on=on_topic)
async def delete_topic(call: Call, request: Shape) -> Shape:
    """Delete a topic and its subscriptions. One that isn't there is no error.

    https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html
    """
    name = topic.parse(call, request["TopicArn"])

    def delete(tx: Transaction) -> None:
        # All in one transaction: a new topic of the same name must not find the old one's subscribers.
        for one in subscription.of_topic(tx, name):
            subscription.forget(tx, one)
        resources.delete(tx, topic.KIND, name.scope, name.name)

    await call.store.update(delete)
    return {}


@operation("sns", "ListTopics", needs="SNS:ListTopics", on=on_every_topic)
async def list_topics(call: Call, request: Shape) -> Shape:
    """Topics by name, a hundred at a time.

    https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html
    """

    def page(tx: Transaction) -> Shape:
        after = paging.read(request.get("NextToken"))
        rows = resources.page(tx, topic.KIND, call.scope, after, paging.PAGE + 1)
        return paging.answer(rows, "Topics", lambda found: {"TopicArn": found["TopicArn"]})

    return await call.store.view(page)


@operation("sns", "GetTopicAttributes", needs="SNS:GetTopicAttributes", on=on_topic)
async def get_topic_attributes(call: Call, request: Shape) -> Shape:
    """All attributes of a topic.

    https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
    """
    name, now = topic.parse(call, request["TopicArn"]), call.clock.now()

    def get(tx: Transaction) -> Shape:
        document = topic.find(tx, name)
        confirmed = pending = 0
        for one in subscription.of_topic(tx, name):
            confirmed += one["Confirmed"]
            pending += subscription.is_pending(one, now)
        return {"Attributes": topic_attributes.shown(document, confirmed, pending)}

    return await call.store.view(get)


@operation("sns", "SetTopicAttributes", needs="SNS:SetTopicAttributes", on=on_topic)
async def set_topic_attributes(call: Call, request: Shape) -> Shape:
    """Set one attribute of a topic; an empty value is its default.

    https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
    """
    name, now = topic.parse(call, request["TopicArn"]), call.clock.now()
    attribute = request["AttributeName"]
    problem: ApiError | None = None
    value: str | None = None
    try:
        value = topic_attributes.check(attribute, request.get("AttributeValue", ""), name.arn)
    except ApiError as error:
        problem = error

    def change(tx: Transaction) -> None:
        kept = topic.find(tx, name)["Attributes"]  # that there is no such topic is told before a bad value
        if problem is not None:
            raise problem
        rest = {key: old for key, old in kept.items() if key != attribute}
        topic.change(tx, name, Attributes=rest if value is None else {**rest, attribute: value})
        if attribute == "Policy":
            resource_policy.note(tx, now)

    await call.store.update(change)
    return {}
