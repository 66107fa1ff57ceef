"""What a PartiQL statement says. Conditions, paths and updates are the nodes of expressions, so that one evaluator
serves both languages.

A value's name is what it is: `?1` the first parameter, anything else the JSON of the AttributeValue that stands in the
text. `str(statement)` writes it as PartiQL again.
"""

from __future__ import annotations

from dataclasses import dataclass

from tailrace.expression import partiql_text
from tailrace.expression.nodes import Condition, Path, UpdateTree, Value


@dataclass(frozen=True, slots=True)
class Target:
    """The table (a name or an ARN), and the index of it where one is named."""

    table: str
    index: str | None = None


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One attribute of ORDER BY."""

    path: Path
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """SELECT; `columns` is None for `*`."""

    target: Target
    columns: tuple[Path, ...] | None = None
    where: Condition | None = None
    order: tuple[OrderKey, ...] = ()

    def __str__(self) -> str:
        return partiql_text.of_select(self)


@dataclass(frozen=True, slots=True)
class Insert:
    """INSERT INTO: the item's attributes, or the parameter that is the item."""

    target: Target
    item: tuple[tuple[str, Value], ...] | Value

    def __str__(self) -> str:
        return partiql_text.of_insert(self)


@dataclass(frozen=True, slots=True)
class Update:
    """UPDATE; set_add and set_delete are the actions Add and Delete. `returning` as in ReturnValues, or None."""

    target: Target
    tree: UpdateTree
    where: Condition | None = None
    returning: str | None = None

    def __str__(self) -> str:
        return partiql_text.of_update(self)


@dataclass(frozen=True, slots=True)
class Delete:
    """DELETE FROM."""

    target: Target
    where: Condition | None = None
    returning: str | None = None

    def __str__(self) -> str:
        return partiql_text.of_delete(self)


@dataclass(frozen=True, slots=True)
class Exists:
    """EXISTS(SELECT ...): the condition check of a transaction."""

    select: Select

    @property
    def target(self) -> Target:
        """The table that is asked."""
        return self.select.target

    def __str__(self) -> str:
        return f"EXISTS({self.select})"


Statement = Select | Insert | Update | Delete | Exists
RETURNING = {
    "ALL OLD": "ALL_OLD",
    "ALL NEW": "ALL_NEW",
    "MODIFIED OLD": "UPDATED_OLD",
    "MODIFIED NEW": "UPDATED_NEW",
}
