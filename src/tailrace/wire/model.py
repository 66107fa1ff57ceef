"""botocore's service models, read straight from its data files.

botocore itself is never imported: finding its folder costs nothing, and a model is one gzip of JSON (dynamodb: 7 ms).
Shapes are resolved when somebody first asks for them, and each only once, so that a recursive shape
(AttributeValue) holds itself.
"""

from __future__ import annotations

import gzip
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import orjson

# Tailrace's own API, in the layout of botocore's data: with this folder as AWS_DATA_PATH, AWS's tools speak it too.
OWN_MODELS = Path(__file__).parent / "models"


@dataclass(slots=True, eq=False)
class ShapeModel:
    """One shape of a service. `type` is botocore's: structure, list, map, string, integer, long, float, double,
    boolean, blob, timestamp. What a type does not have is empty or None.
    """

    name: str
    type: str
    members: dict[str, Member] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    element: Member | None = None  # of a list
    key: Member | None = None  # of a map
    value: Member | None = None  # of a map
    enum: tuple[str, ...] = ()
    min: int | float | None = None
    max: int | float | None = None
    pattern: str | None = None
    flattened: bool = False
    payload: str | None = None
    streaming: bool = False
    event_stream: bool = False
    timestamp_format: str | None = None
    is_error: bool = False
    sensitive: bool = False
    error: Mapping[str, Any] = field(default_factory=dict)  # code, httpStatusCode, senderFault

    @property
    def is_attribute_value(self) -> bool:
        """Whether this is DynamoDB's AttributeValue, which stays in wire form and has no constraints."""
        return self.name == "AttributeValue" and "SS" in self.members

    @property
    def error_code(self) -> str:
        """The name under which an error is known on the wire."""
        code: str = self.error.get("code", self.name)
        return code


@dataclass(slots=True, eq=False)
class Member:
    """A shape in its place: a structure's member, a list's element, a map's key or value."""

    name: str
    shape: ShapeModel
    location: str | None = None  # uri, querystring, header, headers, statusCode; None is the body
    location_name: str | None = None
    flattened: bool = False
    timestamp_format: str | None = None
    event_payload: bool = False

    @property
    def wire_name(self) -> str:
        """The member's name on the wire."""
        return self.location_name or self.name


@dataclass(slots=True, eq=False)
class OperationModel:
    """One operation. `input` and `output` are None where the model names none."""

    service: str
    name: str
    method: str
    request_uri: str
    status: int
    input: ShapeModel | None
    output: ShapeModel | None
    result_wrapper: str | None
    errors: tuple[str, ...]


class ServiceModel:
    """All that a service's model says, by name, resolved when asked for."""

    def __init__(self, name: str, document: Mapping[str, Any]) -> None:
        metadata = document["metadata"]
        self.name = name
        self.protocol: str = metadata["protocol"]  # json, rest-json, query
        self.api_version: str = metadata["apiVersion"]
        self.json_version: str = metadata.get("jsonVersion", "1.0")
        self.target_prefix: str = metadata.get("targetPrefix", "")
        self.signing_name: str = metadata.get("signingName", metadata["endpointPrefix"])
        self.xml_namespace: str = metadata.get("xmlNamespace", "")
        self.query_compatible: bool = "awsQueryCompatible" in metadata
        self._operations: Mapping[str, Any] = document["operations"]
        self._shapes: Mapping[str, Any] = document["shapes"]
        self._resolved: dict[str, ShapeModel] = {}
        self._resolved_operations: dict[str, OperationModel] = {}
        self._errors: dict[str, ShapeModel] | None = None

    @property
    def operation_names(self) -> tuple[str, ...]:
        """Every operation of the service."""
        return tuple(self._operations)

    def request_uris(self) -> dict[str, tuple[str, str]]:
        """Method and URI template of every operation, without resolving any shape."""
        return {name: (raw["http"]["method"], raw["http"]["requestUri"]) for name, raw in self._operations.items()}

    def operation(self, name: str) -> OperationModel | None:
        """An operation, or None where the service has none of that name."""
        found = self._resolved_operations.get(name)
        if found is None and name in self._operations:
            raw = self._operations[name]
            http = raw["http"]
            output = raw.get("output", {})
            found = OperationModel(
                self.name,
                name,
                http["method"],
                http["requestUri"],
                http.get("responseCode", 200),
                self.shape(raw["input"]["shape"]) if "input" in raw else None,
                self.shape(output["shape"]) if output else None,
                output.get("resultWrapper"),
                tuple(error["shape"] for error in raw.get("errors", ())),
            )
            self._resolved_operations[name] = found
        return found

    def shape(self, name: str) -> ShapeModel:
        """A shape with everything below it. Raises KeyError for a name that the model does not have."""
        found = self._resolved.get(name)
        if found is not None:
            return found
        raw = self._shapes[name]
        shape = ShapeModel(
            name,
            raw["type"],
            required=tuple(raw.get("required", ())),
            enum=tuple(raw.get("enum", ())),
            min=raw.get("min"),
            max=raw.get("max"),
            pattern=raw.get("pattern"),
            flattened=raw.get("flattened", False),
            payload=raw.get("payload"),
            streaming=raw.get("streaming", False),
            event_stream=raw.get("eventstream", False),
            timestamp_format=raw.get("timestampFormat"),
            is_error=raw.get("exception", False),
            sensitive=raw.get("sensitive", False),
            error=raw.get("error", {}),
        )
        self._resolved[name] = shape  # before its members, which may hold it
        shape.members = {member: self._member(member, place) for member, place in raw.get("members", {}).items()}
        for role in ("member", "key", "value"):
            if role in raw:
                setattr(shape, "element" if role == "member" else role, self._member(role, raw[role]))
        return shape

    def error(self, code: str) -> ShapeModel | None:
        """The shape of an error, by its code on the wire or by its shape's name; None where it is not modelled."""
        if self._errors is None:
            names = [name for name, raw in self._shapes.items() if raw.get("exception")]
            shapes = [self.shape(name) for name in names]
            self._errors = {shape.name: shape for shape in shapes} | {shape.error_code: shape for shape in shapes}
        return self._errors.get(code)

    def _member(self, name: str, place: Mapping[str, Any]) -> Member:
        return Member(
            name,
            self.shape(place["shape"]),
            place.get("location"),
            place.get("locationName"),
            place.get("flattened", False),
            place.get("timestampFormat"),
            place.get("eventpayload", False),
        )


@cache
def service(name: str) -> ServiceModel:
    """The newest model of a service, by botocore's name for it, or ours. Raises LookupError where there is none."""
    own = OWN_MODELS / name
    folder = own if own.is_dir() else _data_folder() / name
    versions = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if not versions:
        raise LookupError(f"botocore has no model of {name}")
    packed = folder / versions[-1] / "service-2.json.gz"
    content = gzip.decompress(packed.read_bytes()) if packed.exists() else packed.with_suffix("").read_bytes()
    return ServiceModel(name, orjson.loads(content))


def _data_folder() -> Path:
    specification = importlib.util.find_spec("botocore")
    if specification is None or not specification.submodule_search_locations:
        raise LookupError("botocore is not installed; the service models are part of it")
    return Path(specification.submodule_search_locations[0]) / "data"
