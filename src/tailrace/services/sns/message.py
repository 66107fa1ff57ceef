"""The message: what may be published, how large it is, and what each protocol gets of it."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any, NamedTuple

import orjson

from tailrace.operation import Shape
from tailrace.services.sns import refusals

BYTES_MAX = 262_144
SUBJECT_CHARACTERS_MAX = 100
NAME_BYTES_MAX = 256
_type = re.compile(r"(String|Number|Binary)(\..+)?")
_token = re.compile(r"[!-~]{1,128}")
_subject = re.compile(r"[!-~][ -~]*")
_forbidden = re.compile(r"[^A-Za-z0-9_.-]")
_number = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

Attributes = dict[str, dict[str, Any]]


class Message(NamedTuple):
    """A message on its way to a topic's subscribers.

    `texts` are texts for single protocols, where the message has such; `text` is for all others. `attributes` are as
    the wire has them: DataType, and StringValue or BinaryValue (bytes). `group` is what queues may share fairly by,
    and what first-in-first-out topics keep in order; `deduplication` is theirs, too. `size` is the bytes that count
    against the limit.
    """

    text: str
    subject: str | None = None
    attributes: Attributes = {}
    texts: dict[str, str] = {}
    group: str | None = None
    deduplication: str | None = None
    size: int = 0

    def for_protocol(self, protocol: str) -> str:
        """What subscribers of this protocol get."""
        return self.texts.get(protocol, self.text)


def read(request: Shape, *, fifo: bool = False) -> Message:
    """The message of Publish, or of an entry of PublishBatch. Raises InvalidParameter, ParameterValueInvalid."""
    text: str = request["Message"]
    if not text:
        raise refusals.invalid("Empty message")
    subject = request.get("Subject")
    if subject is not None and (not _subject.fullmatch(subject) or len(subject) > SUBJECT_CHARACTERS_MAX):
        raise refusals.invalid("Subject")
    for name in ("MessageGroupId", "MessageDeduplicationId"):
        if not _token.fullmatch(request.get(name, "x")):
            raise refusals.invalid(f"{name} Reason: must be 1 to 128 letters, digits and punctuation characters")
    if "MessageDeduplicationId" in request and not fifo:
        why = "The request includes MessageDeduplicationId parameter that is not valid for this topic type"
        raise refusals.invalid(f"MessageDeduplicationId Reason: {why}")
    attributes = request.get("MessageAttributes") or {}
    check_attributes(attributes)
    structure = request.get("MessageStructure")
    if structure not in (None, "json"):
        raise refusals.invalid("MessageStructure")
    texts = _texts(text) if structure == "json" else {}
    group, once = request.get("MessageGroupId"), request.get("MessageDeduplicationId")
    return Message(texts.get("default", text), subject, attributes, texts, group, once, size(request))


def size(request: Shape) -> int:
    """The bytes that count against the limit: of the text, and of the attributes' names, types and values."""
    total = len(request["Message"].encode())
    for name, attribute in (request.get("MessageAttributes") or {}).items():
        value = attribute.get("BinaryValue") or attribute.get("StringValue", "").encode()
        total += len(name.encode()) + len(attribute["DataType"].encode()) + len(value)
    return total


def _texts(text: str) -> dict[str, str]:
    """The texts by protocol of a message whose structure is json. What isn't text is left out, as AWS does."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        raise refusals.invalid("Message Structure - JSON message body failed to parse")
    texts = {name: value for name, value in document.items() if isinstance(value, str)}
    if "default" not in texts:
        raise refusals.invalid("Message Structure - No default entry in JSON message body")
    return texts


def check_attributes(attributes: Attributes) -> None:
    """Refuse attributes that are none. Raises ParameterValueInvalid in AWS's words."""
    for name, attribute in attributes.items():
        _check_name(name)
        _check_value(name, attribute)


def _check_name(name: str) -> None:
    if not name or len(name.encode()) > NAME_BYTES_MAX:
        raise refusals.value_invalid(f"Length of message attribute name must be less than {NAME_BYTES_MAX} bytes.")
    wrong = _forbidden.search(name)
    if wrong:
        raise refusals.value_invalid(
            f"Invalid non-alphanumeric character '#x{ord(wrong[0]):X}' was found in the message attribute name. "
            "Can only include alphanumeric characters, hyphens, underscores, or dots."
        )
    if name.startswith("."):
        raise refusals.value_invalid("Invalid message attribute name starting with character '.' was found.")
    if name.endswith("."):
        raise refusals.value_invalid("Invalid message attribute name ending with character '.' was found.")
    if ".." in name:
        raise refusals.value_invalid("Message attribute name can not have successive '.' character.")


def _check_value(name: str, attribute: dict[str, Any]) -> None:
    kind = attribute["DataType"]
    known = _type.fullmatch(kind)
    if known is None:
        raise refusals.value_invalid(
            f"The message attribute '{name}' has an invalid message attribute type, the set of supported type "
            "prefixes is Binary, Number, and String."
        )
    field = "Binary" if known[1] == "Binary" else "String"
    if not attribute.get(f"{field}Value"):
        other = "String" if field == "Binary" else "Binary"
        if attribute.get(f"{other}Value"):
            raise refusals.value_invalid(f"The message attribute '{name}' with type '{kind}' must use field '{field}'.")
        raise refusals.value_invalid(
            f"The message attribute '{name}' must contain non-empty message attribute value for message attribute "
            f"type '{kind}'."
        )
    if known[1] == "Number" and not _number.fullmatch(attribute["StringValue"]):
        raise refusals.value_invalid(f"Could not cast message attribute '{name}' value to number.")


def shown(attributes: Attributes) -> dict[str, dict[str, str]]:
    """Attributes as notifications carry them, and as deliveries keep them: {"Type", "Value"}, bytes in base64."""
    found = {}
    for name, attribute in attributes.items():
        binary = attribute.get("BinaryValue")
        value = b64encode(binary).decode() if binary else attribute["StringValue"]
        found[name] = {"Type": attribute["DataType"], "Value": value}
    return found
