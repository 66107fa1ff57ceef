"""The columns of a SELECT: each value under the last name of its path, with the indexes behind it.

A projection expression keeps the maps and lists around what it names; PartiQL answers `m.k[1]` as the attribute `k[1]`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tailrace.base.errors import ApiError
from tailrace.expression.nodes import Path
from tailrace.expression.paths import Steps, look_up
from tailrace.expression.values import Item


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns by their names."""

    columns: Mapping[str, Steps]

    @property
    def paths(self) -> tuple[Steps, ...]:
        """What the columns show of an item, in the order of the text."""
        return tuple(self.columns.values())

    def project(self, item: Item) -> Item:
        """The columns that the item has."""
        found = ((name, look_up(item, steps)) for name, steps in self.columns.items())
        return {name: value for name, value in found if value is not None}


def of_paths(paths: Sequence[Path]) -> Columns:
    """Raises AWS's ValidationException for two columns of one name."""
    columns: dict[str, Steps] = {}
    for path in paths:
        name = _name(path.steps)
        if name in columns:
            raise ApiError.validation(f"Duplicate identifiers in select clause: {name}")
        columns[name] = path.steps
    return Columns(columns)


def _name(steps: Steps) -> str:
    last = max(place for place, step in enumerate(steps) if isinstance(step, str))
    return str(steps[last]) + "".join(f"[{index}]" for index in steps[last + 1 :])
