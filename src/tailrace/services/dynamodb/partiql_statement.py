"""A statement of one request: its text parsed, its parameters bound, and all of it refused that can be without a table.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.statements.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tailrace.expression import condition, partiql_columns, partiql_parser, update
from tailrace.expression.bindings import Bindings
from tailrace.expression.condition import Condition, Plan
from tailrace.expression.nodes import Condition as Tree
from tailrace.expression.parser import TREES_MAX
from tailrace.expression.partiql_columns import Columns
from tailrace.expression.partiql_nodes import Exists, Insert, Select, Statement, Target, Update
from tailrace.expression.values import AttributeValue
from tailrace.operation import Call, Shape
from tailrace.services.dynamodb.names import resolve


@dataclass(frozen=True, slots=True)
class Bound:
    """A statement with its values. `name` is the table's; `filter` is the whole WHERE clause, to be tested on items."""

    text: str
    statement: Statement
    name: str
    bindings: Bindings
    filter: Condition | None
    columns: Columns | None
    change: update.Update | None
    shows_on_failure: bool

    @property
    def target(self) -> Target:
        """The table or the index that it is about."""
        return self.statement.target

    @property
    def is_read(self) -> bool:
        """EXISTS isn't one: it is the condition of a transaction that writes."""
        return isinstance(self.statement, Select)

    @property
    def where(self) -> Tree | None:
        """The WHERE clause."""
        return None if self.filter is None else self.filter.plan.tree


def parameters_of(request: Shape) -> list[AttributeValue]:
    """A statement's parameters, canonical. AWS looks at them before it looks at the statement."""
    return partiql_parser.normalize_parameters(request.get("Parameters", ()))


def bind(call: Call, request: Shape, parameters: Sequence[Any]) -> Bound:
    """The statement of a request (or of one member of a batch). Raises AWS's ValidationException."""
    parsed = partiql_parser.parse(request["Statement"])
    statement = parsed.statement
    bindings = parsed.bind(parameters)
    asked = statement.select if isinstance(statement, Exists) else statement
    columns = None
    if isinstance(asked, Select) and asked.columns is not None:
        columns = partiql_columns.of_paths(asked.columns)
    where = None if isinstance(asked, Insert) else asked.where
    tested = None if where is None else bound_condition(where, bindings)
    change = None
    if isinstance(statement, Update):
        change = update.bind_tree(statement.tree, bindings, partiql_parser.KIND)
    shows = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    name = resolve(call, statement.target.table)
    return Bound(request["Statement"], statement, name, bindings, tested, columns, change, shows)


def bound_condition(tree: Tree, bindings: Bindings) -> Condition:
    """A condition to test on items. Raises what its operands can be refused for."""
    plan = _plan(tree)
    plan.check(bindings)
    return Condition(plan, bindings)


@lru_cache(maxsize=TREES_MAX)
def _plan(tree: Tree) -> Plan:
    return condition.plan_of_tree(tree, partiql_parser.KIND)
