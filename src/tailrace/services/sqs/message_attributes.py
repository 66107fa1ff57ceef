"""A message's attributes: what they may be, their digest, their size, and which of them a receiver asks for.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import md5
from typing import Any

from tailrace.services.sqs import refusals

ATTRIBUTES_MAX = 10
NAME_BYTES_MAX = 256
KINDS = ("String", "Number", "Binary")
TRACE_HEADER = "AWSTraceHeader"

Attribute = dict[str, Any]
Attributes = dict[str, Attribute]

_name = re.compile(r"[\w.-]+")
_forbidden = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_number = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")


def check(attributes: Attributes) -> None:
    """Refuse attributes that SQS doesn't take. Raises InvalidParameterValue."""
    if len(attributes) > ATTRIBUTES_MAX:
        text = f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum [{ATTRIBUTES_MAX}]."
        raise refusals.invalid_parameter(text)
    for name, attribute in attributes.items():
        _check_name(name)
        _check_value(name, attribute)


def _check_name(name: str) -> None:
    if not name:
        raise refusals.invalid_parameter("The request must contain non-empty message (user) attribute names.")
    if len(name.encode()) > NAME_BYTES_MAX:
        raise refusals.invalid_parameter("Message (user) attribute names must be shorter than 256 Bytes")
    if not _name.fullmatch(name):
        text = "Message (user) attributes name can only contain upper and lower score characters, digits, periods, "
        raise refusals.invalid_parameter(text + "hyphens and underscores. ")
    if name.lower().startswith(("aws.", "amazon.")) or name.startswith(".") or name.endswith(".") or ".." in name:
        text = "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved "
        raise refusals.invalid_parameter(text + "for internal use. Additionally, they cannot start or end with '.'.")


def _check_value(name: str, attribute: Attribute) -> None:
    data_type = attribute.get("DataType", "")
    kind = data_type.partition(".")[0]
    what = f"message (user) attribute '{name}'"
    if not data_type:
        raise refusals.invalid_parameter(f"The {what} must contain a non-empty message attribute type.")
    if len(data_type.encode()) > NAME_BYTES_MAX:
        raise refusals.invalid_parameter("Message (user) attribute types must be shorter than 256 Bytes")
    if kind not in KINDS:
        text = f"The type of {what} is invalid. You must use only the following supported type prefixes: "
        raise refusals.invalid_parameter(text + "Binary, Number, String.")
    value = attribute.get("BinaryValue" if kind == "Binary" else "StringValue")
    if not value:
        raise refusals.invalid_parameter(f"M{what[1:]} must contain a non-empty value of type '{kind}'.")
    if kind == "Number" and not _number.fullmatch(value):
        raise refusals.invalid_parameter(f"Can't cast the value of {what} to a number.")
    if kind != "Binary":
        wrong = forbidden(value)
        if wrong:
            raise refusals.invalid_parameter(wrong)


def forbidden(text: str) -> str:
    """AWS's sentence about the first character that a message can't have; "" where there is none."""
    found = _forbidden.search(text)
    if not found:
        return ""
    allowed = "#x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]"
    character = f"#x{ord(found[0]):X}"
    return (
        f"Invalid binary character '{character}' was found in the message body, "
        f"the set of allowed characters is {allowed}."
    )


def size(attributes: Attributes) -> int:
    """The bytes that attributes count for: names, types and values."""
    return sum(
        len(name.encode()) + len(one.get("DataType", "").encode()) + len(_bytes(one))
        for name, one in attributes.items()
    )


def digest(attributes: Attributes) -> str:
    """The MD5 that SDKs check: of each attribute by name its name, type, kind and value, lengths before texts.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
    """
    whole = md5(usedforsecurity=False)
    for name in sorted(attributes):
        attribute = attributes[name]
        for part in (name.encode(), attribute["DataType"].encode()):
            whole.update(len(part).to_bytes(4, "big") + part)
        value = _bytes(attribute)
        whole.update(b"\x02" if "BinaryValue" in attribute else b"\x01")
        whole.update(len(value).to_bytes(4, "big") + value)
    return whole.hexdigest()


def _bytes(attribute: Attribute) -> bytes:
    binary = attribute.get("BinaryValue")
    return binary if binary is not None else str(attribute.get("StringValue", "")).encode()


def clean(attributes: Attributes) -> Attributes:
    """Attributes with nothing but what they are: type, and the one value of that type."""
    kept: Attributes = {}
    for name, attribute in attributes.items():
        value = "BinaryValue" if attribute["DataType"].startswith("Binary") else "StringValue"
        kept[name] = {value: attribute[value], "DataType": attribute["DataType"]}
    return kept


def pack(attributes: Attributes) -> Attributes:
    """Attributes as JSON can keep them."""
    return {
        name: {key: b64encode(value).decode() if isinstance(value, bytes) else value for key, value in one.items()}
        for name, one in attributes.items()
    }


def unpack(kept: Attributes) -> Attributes:
    """What `pack` has packed."""
    return {
        name: {key: b64decode(value) if key == "BinaryValue" else value for key, value in one.items()}
        for name, one in kept.items()
    }


def select(attributes: Attributes, wanted: Iterable[str]) -> Attributes:
    """The attributes of those names; `All`, `.*` and `*` mean each, `prefix.*` those that begin so."""
    names, prefixes = set(), []
    for name in wanted:
        if name in ("All", ".*", "*"):
            return attributes
        if name.endswith(".*"):
            prefixes.append(name[:-2])
        names.add(name)
    starts = tuple(prefixes)
    return {name: one for name, one in attributes.items() if name in names or (starts and name.startswith(starts))}
