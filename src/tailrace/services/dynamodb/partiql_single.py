"""SELECT of one item, as batches and transactions have it: the whole key by equality, and nothing else."""

from __future__ import annotations

from typing import Any

from tailrace.base.errors import ApiError
from tailrace.expression import partiql_keys
from tailrace.services.dynamodb.partiql_statement import Bound
from tailrace.services.dynamodb.table import Table

Item = dict[str, Any]


def key_of(table: Table, bound: Bound, operation: str) -> Item:
    """The key of the item to read. Raises AWS's refusal of a statement that may mean another item, or several."""
    if bound.target.index is None:
        single = partiql_keys.single_key(bound.where, bound.bindings, table.key_names, takes_in=True)
        if len(single.key) == len(table.key) and not single.rest:
            return single.key
        # A clause that no SELECT may have is refused as such.
        partiql_keys.read_ranges(bound.where, bound.bindings, table.key[:1], table.key[1:])
    raise ApiError.validation(f"Select statements within {operation} must specify the primary key in the where clause.")
