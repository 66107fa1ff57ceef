"""`stats`: rows into groups, and each group's aggregations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tailrace.log_query.aggregates import AGGREGATES, PERCENTILE, Aggregate, counting_all, percentile
from tailrace.log_query.expressions import Compiler, Evaluate
from tailrace.log_query.nodes import Call, Constant, Field, Item, Matches, Node, Problem, Stats
from tailrace.log_query.record import Group, Row
from tailrace.log_query.values import Value, number, text

GROUPS_MAX = 100_000


class Grouping:
    """The groups of one `stats` command. Rows come newest first, and so do the groups."""

    def __init__(self, command: Stats, compiler: Compiler) -> None:
        self._makers: list[tuple[Callable[[], Aggregate], Evaluate]] = []
        self._compiler = compiler
        self.by = [(item.name, compiler.compile(item.node)) for item in command.by]
        # What an item computes of aggregations, and of the items before it.
        self.items = [(item.name, compiler.compile(self._split(item.node))) for item in command.items]
        _check(command, bool(self._makers))
        self._groups: dict[tuple[str, ...], tuple[dict[str, Value], list[Aggregate]]] = {}

    @property
    def columns(self) -> list[str]:
        """The names of the columns, those that rows are grouped by first."""
        return [name for name, _ in (*self.by, *self.items)]

    def add(self, row: Row) -> None:
        """Take a row in. Raises TooMany."""
        values = [(name, evaluate(row)) for name, evaluate in self.by]
        key = tuple(text(value) for _, value in values)
        found = self._groups.get(key)
        if found is None:
            if len(self._groups) >= GROUPS_MAX:
                return
            found = self._groups[key] = dict(values), [make() for make, _ in self._makers]
        at = int(number(row.get("@timestamp")) or 0)
        for aggregate, (_, evaluate) in zip(found[1], self._makers, strict=True):
            aggregate.add(evaluate(row), at)

    def rows(self) -> Iterator[Group]:
        """A row for each group; one where there was nothing to group by."""
        if not self._groups and not self.by:
            self._groups[()] = {}, [make() for make, _ in self._makers]
        for values, aggregates in self._groups.values():
            row = Group({_slot(place): one.result() for place, one in enumerate(aggregates)} | values)
            for name, evaluate in self.items:
                row.set[name] = evaluate(row)
            row.set = {name: row.set[name] for name in self.columns}
            yield row

    def _split(self, node: Node) -> Node:
        """The node with a field in place of each aggregation; what those take is noted."""
        if isinstance(node, Call):
            made = self._aggregate(node)
            if made is None:
                return replace(node, arguments=tuple(self._split(one) for one in node.arguments))
            self._makers.append(made)
            return Field(_slot(len(self._makers) - 1))
        if isinstance(node, Matches):
            return replace(node, subject=self._split(node.subject))
        return node

    def _aggregate(self, node: Call) -> tuple[Callable[[], Aggregate], Evaluate] | None:
        name, arguments = node.function.lower(), node.arguments
        if name == "count" and not arguments:
            return counting_all, lambda row: None
        make = AGGREGATES.get(name)
        if name == PERCENTILE and len(arguments) == 2 and isinstance(arguments[1], Constant):
            percent = number(arguments[1].value)
            if percent is not None and 0 <= percent <= 100:
                return percentile(percent), self._compiler.compile(arguments[0])
        if name == PERCENTILE or (make and len(arguments) != 1):
            raise Problem(f"Invalid arguments of the function {node.function}", node.start, node.end)
        return (make, self._compiler.compile(arguments[0])) if make else None


def _slot(place: int) -> str:
    """A name that no query can write."""
    return f"`{place}"


def _check(command: Stats, aggregates: bool) -> None:
    """Columns of which rows have many values can't stand beside aggregations, as on AWS."""
    known = {item.name for item in (*command.items, *command.by)}
    for item in command.items:
        for field in _fields(item):
            if field not in known or (field == item.name and isinstance(item.node, Field)):
                raise Problem(f"Unknown symbols found in or after stats: {field}")
    if not aggregates:
        raise Problem("stats needs an aggregation")


def _fields(item: Item) -> Iterator[str]:
    """The fields outside of aggregations."""
    waiting: list[Node] = [item.node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Field):
            yield node.name
        elif isinstance(node, Matches):
            waiting.append(node.subject)
        elif isinstance(node, Call) and node.function.lower() not in (*AGGREGATES, PERCENTILE):
            waiting.extend(node.arguments)
