"""INSERT, UPDATE, DELETE and EXISTS as the writes that everything else here is made of, on the one write path.

Which item is meant is told from the WHERE clause as soon as the table, and with it the names of the key, is known; what
the clause says besides is the write's condition.
"""

from __future__ import annotations

from typing import Any

from tailrace.base.errors import ApiError
from tailrace.expression import nodes, partiql_keys
from tailrace.expression.nodes import Value
from tailrace.expression.partiql_keys import SingleKey
from tailrace.expression.partiql_nodes import Delete, Exists, Insert, Update
from tailrace.expression.values import TooDeep
from tailrace.operation import Shape
from tailrace.services.dynamodb import capacity, errors, writes
from tailrace.services.dynamodb.partiql_statement import Bound, bound_condition
from tailrace.services.dynamodb.table import Table
from tailrace.services.dynamodb.writes import Write
from tailrace.store.image import Image
from tailrace.store.items import Change

Item = dict[str, dict[str, Any]]


class InsertItem(writes.Put):
    """INSERT: a put that finds nothing."""

    __slots__ = ()

    def check(self, old: Image) -> None:
        """Raise DuplicateItemException for an item that is there."""
        if old.exists:
            members = {"Item": old.item} if self.show_on_failure else {}
            raise ApiError("DuplicateItemException", "Duplicate primary key exists in table", members=members)


class UpdateItem(writes.Update):
    """UPDATE: of an item that is there."""

    __slots__ = ()

    def check(self, old: Image) -> None:
        """Raise ConditionalCheckFailedException for an item that isn't there, too."""
        if not old.exists:
            raise errors.condition_failed()
        super().check(old)

    def apply(self, old: Image) -> Image:
        """As UpdateItem does, with PartiQL's shorter text for a value that would be nested too deep."""
        try:
            return super().apply(old)
        except TooDeep:
            raise ApiError.validation("Nesting Levels have exceeded supported limits") from None


class DeleteItem(writes.Delete):
    """DELETE: an item that isn't there is gone already, whatever the clause says of it."""

    __slots__ = ()

    def check(self, old: Image) -> None:
        """Raise ConditionalCheckFailedException for an item that isn't as the clause says."""
        if old.exists:
            super().check(old)


def write_of(bound: Bound, table: Table, *, is_in_transaction: bool = False) -> Write:
    """The write that a statement is on this table; a SELECT is none.

    Raises AWS's ValidationException for a clause that doesn't name one item. In a transaction that is a reason among
    others, so there the write can be made all the same, and is refused when it is to be located.
    """
    statement, shows = bound.statement, bound.shows_on_failure
    if isinstance(statement, Insert):
        return InsertItem(Image(inserted(bound, statement)), show_on_failure=shows)
    single = partiql_keys.single_key(bound.where, bound.bindings, table.key_names)
    if not is_in_transaction:
        _check_key(table, single)
    key = Image({} if single.conflict and not isinstance(statement, Exists) else single.key)
    tree = _all(single.rest)
    test = None if tree is None else bound_condition(tree, bound.bindings)
    if isinstance(statement, Update):
        return UpdateItem(key, bound.change, test, show_on_failure=shows)
    if isinstance(statement, Delete):
        return DeleteItem(key, test, show_on_failure=shows)
    return writes.Check(key, test, show_on_failure=shows)


def inserted(bound: Bound, insert: Insert) -> Item:
    """The item that an INSERT brings."""
    values = bound.bindings.values
    if not isinstance(insert.item, Value):
        return {name: values[value.name] for name, value in insert.item}
    item = values[insert.item.name]
    if "M" not in item:
        raise ApiError.validation("Item to insert must be a tuple")
    members: Item = item["M"]
    return members


def check_exists(bound: Bound, table: Table) -> None:
    """EXISTS asks something of one item; a transaction is refused before anything of it is done where it doesn't."""
    single = partiql_keys.single_key(bound.where, bound.bindings, table.key_names)
    if len(single.key) < len(table.key) or not single.rest:
        raise ApiError.validation("EXISTS() must contain a single item read with additional condition")


def answer(request: Shape, bound: Bound, table: Table, write: Write, done: Change) -> Shape:
    """What ExecuteStatement answers for a write: the item that RETURNING asks for, and what was consumed."""
    shown = returned(bound, write, done)
    found: Shape = {"Items": [shown] if shown else []}
    if capacity.is_wanted(request):
        units, mode = capacity.write_units(done.old.size, done.new.size), request["ReturnConsumedCapacity"]
        found["ConsumedCapacity"] = capacity.consumed(table, mode, units, capacity.index_units(done.index_writes))
    return found


def returned(bound: Bound, write: Write, done: Change) -> Item | None:
    """The item that RETURNING asks for; None where it asks for nothing, or there is nothing of it."""
    wanted = getattr(bound.statement, "returning", None)
    return writes.returned(write, done, wanted) if wanted else None


def _check_key(table: Table, single: SingleKey) -> None:
    if len(single.key) < len(table.key):
        raise ApiError.validation("Where clause does not contain a mandatory equality on all key attributes")
    if single.conflict:
        raise ApiError.validation(
            f"Multiple conditions on same key {single.conflict}. Only single item Update/Insert/Delete are supported"
        )
    for attribute in table.key:
        if attribute.type not in single.key[attribute.name]:
            raise partiql_keys.wrong_type(attribute.name)


def _all(parts: tuple[nodes.Condition, ...]) -> nodes.Condition | None:
    if len(parts) > 1:
        return nodes.And(parts)
    return parts[0] if parts else None
