"""Shapes in JSON, for both JSON protocols: readers and writers compiled from the model.

A reader checks JSON types, decodes blobs and timestamps, and drops what is null or unknown. A writer encodes blobs and
timestamps; a shape that holds neither has no writer, and its value goes to orjson untouched (which is also what lets a
handler put an `orjson.Fragment` of stored JSON anywhere).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from typing import Any

import orjson

from tailrace.base.errors import ApiError
from tailrace.wire import attribute_value, json_types, timestamps
from tailrace.wire.model import Member, ShapeModel

Reader = Callable[[Any], Any]
Writer = Callable[[Any], Any]

_SCALARS: dict[str, Reader] = {
    "string": json_types.read_string,
    "boolean": json_types.read_boolean,
    "integer": json_types.read_integer,
    "long": json_types.read_long,
    "float": json_types.read_double,
    "double": json_types.read_double,
}
_NAMESPACES = {
    "dynamodb": "com.amazonaws.dynamodb.v20120810",
    "dynamodbstreams": "com.amazonaws.dynamodb.v20120810",
}


# -- reading -----------------------------------------------------------------------------------------------------------


@cache
def reader(shape: ShapeModel, service: str, *, in_collection: bool = False) -> Reader:
    """The function that checks and converts a JSON value of this shape. Raises SerializationException.

    `in_collection` says whether it is an element of a list or map, where AWS words some refusals differently.
    """
    if shape.type in _SCALARS:
        return _SCALARS[shape.type]
    if shape.type == "blob":
        return _read_blob
    if shape.type == "timestamp":
        return _read_timestamp
    if shape.is_attribute_value:
        return attribute_value.read_value
    if shape.type == "list" and shape.element:
        return _list_reader(shape.element, service)
    if shape.type == "map" and shape.value:
        return _map_reader(shape.value, service)
    body = [member for member in shape.members.values() if member.location is None]
    return structure_reader(body, _class_name(service, shape), service, in_collection=in_collection)


def structure_reader(members: list[Member], java: str, service: str, *, in_collection: bool = False) -> Reader:
    """A reader of an object with these members. They are compiled when the first object comes, so a shape may hold
    itself.
    """
    scalar = "Unexpected value type in payload" if in_collection else "Unexpected field type"
    places: dict[str, tuple[str, Reader]] = {}
    by_name = {member.wire_name: member for member in members}

    def place(wire_name: str) -> tuple[str, Reader] | None:
        member = by_name.get(wire_name)
        if member is None:
            return None
        found = places[wire_name] = (member.name, reader(member.shape, service))
        return found

    def read_structure(value: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise json_types.not_a_structure(value, java, scalar)
        answer = {}
        for wire_name, content in value.items():
            if content is not None:
                target = places.get(wire_name) or place(wire_name)
                if target:
                    answer[target[0]] = target[1](content)
        return answer

    return read_structure


def _list_reader(element: Member, service: str) -> Reader:
    if element.shape.is_attribute_value:
        return attribute_value.read_list
    found: list[Reader] = []

    def read_list(value: Any) -> list[Any]:
        if type(value) is not list:
            raise json_types.not_a_list(value)
        if not found:
            found.append(reader(element.shape, service, in_collection=True))
        read = found[0]
        return [None if content is None else read(content) for content in value]

    return read_list


def _map_reader(element: Member, service: str) -> Reader:
    if element.shape.is_attribute_value:
        return attribute_value.read_map
    found: list[Reader] = []
    java = "java.lang.String" if element.shape.type == "string" else _class_name(service, element.shape)

    def read_map(value: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise json_types.not_a_map(value, java)
        if not found:
            found.append(reader(element.shape, service, in_collection=True))
        read = found[0]
        return {name: None if content is None else read(content) for name, content in value.items()}

    return read_map


def _class_name(service: str, shape: ShapeModel) -> str:
    return f"{_NAMESPACES.get(service, 'com.amazonaws.' + service)}.{shape.name}"


def _read_blob(value: Any) -> bytes:
    if type(value) is not str:
        raise json_types.not_a_blob(value)
    return attribute_value.decode(value)


def _read_timestamp(value: Any) -> float:
    if type(value) is str:
        found = timestamps.parse(value)
        if found is None:
            raise ApiError.serialization("Unexpected token received from parser")
        return found
    if type(value) is not int and type(value) is not float:
        raise json_types.not_a_scalar(value, "Date")
    return timestamps.checked(float(value))


# -- writing -----------------------------------------------------------------------------------------------------------


@cache
def writer(shape: ShapeModel) -> Writer | None:
    """The function that makes a value of this shape fit for orjson, or None where it is fit as it is."""
    if not needs_writer(shape, set()):
        return None
    if shape.type == "blob":
        return _write_blob
    if shape.type == "timestamp":
        return timestamps.json_writer(shape.timestamp_format)
    if shape.type == "list" and shape.element:
        return _list_writer(shape.element.shape)
    if shape.type == "map" and shape.value:
        return _map_writer(shape.value.shape)
    return structure_writer([member for member in shape.members.values() if member.location is None])


def needs_writer(shape: ShapeModel, seen: set[ShapeModel]) -> bool:
    """Whether a blob or a timestamp can be reached from here."""
    if shape.type in ("blob", "timestamp"):
        return True
    if shape.is_attribute_value or shape in seen:
        return False
    seen.add(shape)
    below = [member for member in shape.members.values() if member.location is None]
    below += [place for place in (shape.element, shape.value) if place]
    return any(needs_writer(place.shape, seen) for place in below)


def structure_writer(members: list[Member]) -> Writer:
    """A writer of an object: it copies the object and converts the members that need it."""
    special = [member for member in members if needs_writer(member.shape, set())]

    def write_structure(value: Any) -> Any:
        if type(value) is orjson.Fragment:
            return value
        answer = dict(value)
        for member in special:
            content = answer.get(member.name)
            if content is not None:
                write = writer(member.shape)
                answer[member.name] = write(content) if write else content
        return answer

    return write_structure


def _list_writer(element: ShapeModel) -> Writer:
    def write_list(value: Any) -> Any:
        write = writer(element)
        return value if write is None or type(value) is orjson.Fragment else [write(content) for content in value]

    return write_list


def _map_writer(element: ShapeModel) -> Writer:
    def write_map(value: Any) -> Any:
        write = writer(element)
        if write is None or type(value) is orjson.Fragment:
            return value
        return {name: write(content) for name, content in value.items()}

    return write_map


def _write_blob(value: Any) -> Any:
    return value if type(value) is orjson.Fragment else b64encode(value).decode("ascii")
