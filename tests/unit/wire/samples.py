"""Values for any shape of a model, in both forms: what boto3's user has, and what a handler has."""

from __future__ import annotations

import random
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from tailrace.wire.model import ShapeModel

DEPTH_MAX = 5
SERVICES = ("dynamodb", "dynamodbstreams", "lambda", "iam", "sts", "logs", "sns", "sqs", "cloudwatch")
UNIONS = frozenset(("EvaluationWindow",))  # of whose members there is one; botocore checks it in CBOR alone
TEXTS = ("a", "tähti ☃", "a&b<c>\"d'", "x y/z+%2F?=&", "0", "𝄞")

Pair = tuple[Any, Any]  # boto3's form, ours


class Samples:
    """A repeatable source of values."""

    def __init__(self, seed: str, *, whole_seconds: bool) -> None:
        self.random = random.Random(seed)
        self.whole_seconds = whole_seconds

    def of(self, shape: ShapeModel, depth: int = 0) -> Pair:
        """A value with every member there, down to a depth."""
        if shape.is_attribute_value:
            return self.attribute_value()
        if shape.type == "structure":
            return self.structure(shape, depth)
        if shape.type == "list" and shape.element:
            count = self.random.randint(1, 3)
            pairs = [self.of(shape.element.shape, depth + 1) for _ in range(count)]
            return [theirs for theirs, _ in pairs], [ours for _, ours in pairs]
        if shape.type == "map" and shape.key and shape.value:
            found = {self.of(shape.key.shape)[0]: self.of(shape.value.shape, depth + 1) for _ in range(2)}
            return {k: theirs for k, (theirs, _) in found.items()}, {k: ours for k, (_, ours) in found.items()}
        return self.scalar(shape)

    def structure(self, shape: ShapeModel, depth: int) -> Pair:
        theirs, ours = {}, {}
        for name, member in shape.members.items():
            nested = member.shape.type in ("structure", "list", "map")
            if (nested and depth >= DEPTH_MAX) or member.shape.event_stream:
                continue
            theirs[name], ours[name] = self.of(member.shape, depth + 1)
            if shape.name in UNIONS:
                break
        return theirs, ours

    def scalar(self, shape: ShapeModel) -> Pair:
        if shape.type == "string":
            text = self.random.choice(shape.enum) if shape.enum else self.random.choice(TEXTS)
            return text, text
        if shape.type == "timestamp":
            seconds = 1_600_000_000 + self.random.randint(0, 10**8) + (0 if self.whole_seconds else 0.125)
            return datetime.fromtimestamp(seconds, UTC), float(seconds)
        if shape.type == "blob":
            data = self.random.randbytes(self.random.randint(1, 20))
            return data, data
        if shape.type == "boolean":
            flag = self.random.random() < 0.5
            return flag, flag
        number = self.random.randint(0, 2**31 - 1) / (1 if shape.type in ("integer", "long") else 8)
        number = int(number) if shape.type in ("integer", "long") else number
        return number, number

    def attribute_value(self, depth: int = 0) -> Pair:
        kinds = ("S", "N", "B", "SS", "NS", "BS", "NULL", "BOOL", *(() if depth > 2 else ("M", "L")))
        kind = self.random.choice(kinds)
        if kind in ("S", "N"):
            text = self.random.choice(TEXTS)
            return {kind: text}, {kind: text}
        if kind in ("NULL", "BOOL"):
            return {kind: True}, {kind: True}
        if kind in ("SS", "NS"):
            return {kind: ["1", "2"]}, {kind: ["1", "2"]}
        data = self.random.randbytes(5)
        encoded = b64encode(data).decode()
        if kind == "B":
            return {"B": data}, {"B": encoded}
        if kind == "BS":
            return {"BS": [data]}, {"BS": [encoded]}
        theirs, ours = self.attribute_value(depth + 1)
        if kind == "L":
            return {"L": [theirs, theirs]}, {"L": [ours, ours]}
        return {"M": {"k": theirs, "l": theirs}}, {"M": {"k": ours, "l": ours}}
