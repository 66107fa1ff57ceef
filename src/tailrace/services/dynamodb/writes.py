"""One write of one item, planned before the transaction and applied in it: Put, Delete, Update, Check.

PutItem and its kin, batches and transactions all plan these and hand `apply` to the store's one write path. A plan
is made of the request alone, so what is wrong with a request is said before any table is looked up, as on AWS.
`apply(old) -> new` is pure: the store may run it again.
"""

from __future__ import annotations

from typing import Any, Final

from tailrace.base.errors import ApiError, Outdated
from tailrace.expression import update, values
from tailrace.expression.bindings import Bindings
from tailrace.expression.condition import Condition
from tailrace.services.dynamodb import errors, item_keys, parameters
from tailrace.services.dynamodb.table import Table
from tailrace.store import items
from tailrace.store.batch import Batch
from tailrace.store.engine import Transaction
from tailrace.store.image import NOTHING, Image
from tailrace.store.items import Change

ITEM_BYTES_MAX: Final = 400 * 1024

ONGOING = "Transaction is ongoing for the item"
Item = dict[str, dict[str, Any]]
Request = dict[str, Any]


class Write:
    """What every write has: a condition, and whether its refusal shows the item as it stands.

    `given` is what the request brings, an item or a Key, and `key` the same parsed: what has the key attributes. A
    `blind` write is a Put or Delete without a condition, whose request asks for nothing of what it replaces.
    """

    __slots__ = ("blind", "condition", "given", "key", "show_on_failure")

    too_large = "Item size has exceeded the maximum allowed size"

    def __init__(
        self, given: Image, test: Condition | None = None, *, show_on_failure: bool = False, blind: bool = False
    ) -> None:
        assert given.item is not None
        self.given = given
        self.key: Item = given.item
        self.condition = test
        self.blind = blind
        self.show_on_failure = show_on_failure

    def locate(self, table: Table) -> bytes:
        """The key of the item to write. Raises ApiError where the request doesn't fit the table."""
        raise NotImplementedError

    def hash_value(self, table: Table) -> dict[str, Any]:
        """The partition that is written to, for ItemCollectionMetrics."""
        return self.key[table.key[0].name]

    def apply(self, old: Image) -> Image:
        """The item after the write, NOTHING where there is none then. Raises ConditionalCheckFailedException."""
        raise NotImplementedError

    def check(self, old: Image) -> None:
        """Raise ConditionalCheckFailedException unless the condition holds."""
        if self.condition is not None and not self.condition.test(old.item):
            raise errors.condition_failed(old.item if self.show_on_failure else None)


class Put(Write):
    """Create the item, or replace it whole."""

    __slots__ = ()

    def locate(self, table: Table) -> bytes:
        """The item's key; the item must fit the table's key and its indexes' keys."""
        key = item_keys.of_item(table, self.key)
        if table.index_keys:
            item_keys.check_index_keys(table, self.key)
        return key

    def apply(self, old: Image) -> Image:
        """The item as given."""
        self.check(old)
        return self.given


class _Keyed(Write):
    """A write that names its item by Key."""

    __slots__ = ()

    def locate(self, table: Table) -> bytes:
        """The key as given; it must be exactly the table's."""
        return item_keys.of_request(table, self.key)


class Delete(_Keyed):
    """Remove the item, if it is there."""

    __slots__ = ()

    def apply(self, old: Image) -> Image:
        """Nothing."""
        self.check(old)
        return NOTHING


class Check(_Keyed):
    """Change nothing, but fail unless the condition holds (ConditionCheck of a transaction)."""

    __slots__ = ()

    def apply(self, old: Image) -> Image:
        """The item as it was."""
        self.check(old)
        return old


class Update(_Keyed):
    """Change some attributes, of an item that may not be there yet."""

    __slots__ = ("makes_items", "table", "update")

    too_large = "Item size to update has exceeded the maximum allowed size"

    def __init__(
        self,
        given: Image,
        change: update.Update | None,
        test: Condition | None = None,
        *,
        show_on_failure: bool = False,
    ) -> None:
        super().__init__(given, test, show_on_failure=show_on_failure)
        self.update = change
        self.makes_items = True
        self.table: Table | None = None

    def locate(self, table: Table) -> bytes:
        """The key as given; the update must leave the key attributes alone."""
        self.table = table
        key = super().locate(table)
        if self.update is not None:
            self.update.check_keys(table.key_names)
            item_keys.check_paths(table, self.update.paths)
        return key

    def apply(self, old: Image) -> Image:
        """The item with the update's clauses applied; a missing item starts as its key."""
        self.check(old)
        before = old.item
        if before is None and not self.makes_items:
            return old
        base = self.key if before is None else before
        new = base if self.update is None else self.update.apply(base, exists=before is not None)
        if self.table is not None and self.table.index_keys:
            item_keys.check_updated_index_keys(self.table, new, before)
        return Image(new)


def perform(
    tx: Transaction, table: Table, write: Write, now: float, origin: str, *, counts_items: bool = False
) -> Change:
    """Do one write in a transaction, for the request `origin`. `counts_items`: its tally looks into both items.

    Raises ApiError: no such key, condition failed, item too large.
    """
    key = write.locate(table)
    if write.blind and not counts_items and items.can_replace(tx, table.layout):
        done = items.replace(tx, table.layout, key, write.apply(NOTHING))
    else:
        done = items.change(tx, table.layout, key, write.apply, now, origin=origin)
    if done.new.size > ITEM_BYTES_MAX:
        raise ApiError.validation(write.too_large)
    return done


def decide(batch: Batch, table: Table, write: Write, key: bytes) -> Change:
    """Decide one write of several at the place that `write.locate` has told, which the batch has read.

    Raises ApiError: condition failed, item too large.
    """
    done = batch.change(table.layout, key, write.apply)
    if done.new.size > ITEM_BYTES_MAX:
        raise ApiError.validation(write.too_large)
    return done


def conflict(lost: Outdated) -> Exception:
    """What a write of one item is refused with that never had its turn.

    A row that was held all the time is a transaction's that lasts: AWS's TransactionConflictException. What lost races
    to writes that AWS does one after the other stays what it was, which SDKs try again.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
    """
    return ApiError("TransactionConflictException", ONGOING) if lost.held else lost


def returned(write: Write, done: Change, wanted: str) -> Item | None:
    """What ReturnValues asks for: the item before or after, whole or only what the update touched."""
    if wanted == "ALL_OLD":
        return done.old.item
    if wanted == "ALL_NEW":
        return done.new.item
    if not isinstance(write, Update) or write.update is None:
        return None
    shown = done.old.item if wanted == "UPDATED_OLD" else done.new.item
    return None if shown is None else write.update.touched(shown)


def shows_on_failure(request: Request) -> bool:
    """Whether a failed condition is to show the item as it stands."""
    return request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"


def given(item: Item) -> Image:
    """The image of an Item or a Key that a request brings. Raises ApiError for a value that AWS refuses."""
    normal, size = values.measured(item)
    return Image(normal, None, size)


def put_of(request: Request, bindings: Bindings) -> Put:
    """A Put by the members that PutItem and a transaction's Put share."""
    item = given(request["Item"])
    return Put(item, parameters.condition_of(request, bindings), show_on_failure=shows_on_failure(request))


def delete_of(request: Request, bindings: Bindings) -> Delete:
    """A Delete by the members that DeleteItem and a transaction's Delete share."""
    key = given(request["Key"])
    return Delete(key, parameters.condition_of(request, bindings), show_on_failure=shows_on_failure(request))


def update_of(request: Request, bindings: Bindings) -> Update:
    """An Update by the members that UpdateItem and a transaction's Update share."""
    key = given(request["Key"])
    change, test = parameters.update_of(request, bindings), parameters.condition_of(request, bindings)
    planned = Update(key, change, test, show_on_failure=shows_on_failure(request))
    planned.makes_items = not parameters.only_deletes(request)
    return planned


def check_of(request: Request, bindings: Bindings) -> Check:
    """A Check by the members of a transaction's ConditionCheck."""
    key = given(request["Key"])
    return Check(key, parameters.condition_of(request, bindings), show_on_failure=shows_on_failure(request))
