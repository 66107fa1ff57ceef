"""Expressions made into functions of a row, once a query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tailrace.log_query import patterns, periods
from tailrace.log_query.functions import FUNCTIONS, PERIODIC
from tailrace.log_query.nodes import Call, Constant, Field, Matches, Node, Period, Problem
from tailrace.log_query.record import Row
from tailrace.log_query.values import Value, calculated, compared, number, text, truth

Evaluate = Callable[[Row], Value]
COMPARATORS = ("=", "!=", "<", "<=", ">", ">=")
ARITHMETIC = ("+", "-", "*", "/", "%", "^")
WORDS = {"true": 1, "false": 0}


@dataclass(frozen=True, slots=True)
class Compiler:
    """Makes functions of expressions; `now` is when the query began (seconds)."""

    now: float

    def compile(self, node: Node) -> Evaluate:
        """The function that gives an expression's value in a row. Raises Problem."""
        if isinstance(node, Constant):
            constant = node.value
            return lambda row: constant
        if isinstance(node, Field):
            return _field(node.name)
        if isinstance(node, Period):
            raise Problem(f"unexpected symbol found {node.count}{node.unit}")
        if isinstance(node, Matches):
            return self._matching(node)
        return self._call(node)

    def _call(self, node: Call) -> Evaluate:
        name = node.function
        if name in ("and", "or"):
            return _joined([self.compile(one) for one in node.arguments], every=name == "and")
        if name == "not":
            denied = self.compile(node.arguments[0])
            return lambda row: int(not truth(denied(row)))
        if name == "in":
            sought, *choices = (self.compile(one) for one in node.arguments)
            return lambda row: int(_is_one_of(sought(row), [choice(row) for choice in choices]))
        if name in COMPARATORS or name in ARITHMETIC:
            apply = compared if name in COMPARATORS else calculated
            left, right = (self.compile(one) for one in node.arguments)
            return lambda row: apply(name, left(row), right(row))
        return self._function(node)

    def _function(self, node: Call) -> Evaluate:
        name = node.function.lower()
        if name == "now" and not node.arguments:
            seconds = int(self.now)
            return lambda row: seconds
        if name in PERIODIC:
            return self._periodic(name, node)
        known = FUNCTIONS.get(name)
        if known is None:
            raise Problem(f"Unknown function: {node.function}", node.start, node.end)
        if not known.least <= len(node.arguments) <= known.most:
            text_ = f"Invalid number of arguments of the function {node.function}: {len(node.arguments)}"
            raise Problem(text_, node.start, node.end)
        apply, arguments = known.apply, [self.compile(one) for one in node.arguments]
        return lambda row: apply(*(argument(row) for argument in arguments))

    def _periodic(self, name: str, node: Call) -> Evaluate:
        """`bin(5m)`, `datefloor(@timestamp, 1h)`, `dateceil(@timestamp, 1h)`."""
        times, period = node.arguments[:-1], node.arguments[-1] if node.arguments else None
        if not isinstance(period, Period) or len(times) != (name != "bin"):
            raise Problem(f"Invalid arguments of the function {node.function}", node.start, node.end)
        try:
            count, unit = period.count, periods.unit_of(period)
        except Problem as problem:
            raise Problem(problem.message, node.start, node.end) from problem
        of = _field("@timestamp") if name == "bin" else self.compile(times[0])
        limit = periods.ceil if name == "dateceil" else periods.floor

        def run(row: Row) -> Value:
            at = number(of(row))
            return None if at is None else limit(int(at), count, unit)

        return run

    def _matching(self, node: Matches) -> Evaluate:
        subject = self.compile(node.subject)
        if not node.regex:
            sought = node.text
            return lambda row: int(sought in text(subject(row)))
        search = patterns.compiled(node.text, node.start, node.end).search
        return lambda row: int(search(text(subject(row))) is not None)


def _field(name: str) -> Evaluate:
    if name.lower() not in WORDS:
        return lambda row: row.get(name)
    word = WORDS[name.lower()]

    def run(row: Row) -> Value:
        found = row.get(name)
        return word if found is None else found

    return run


def _joined(parts: list[Evaluate], *, every: bool) -> Evaluate:
    if every:
        return lambda row: int(all(truth(part(row)) for part in parts))
    return lambda row: int(any(truth(part(row)) for part in parts))


def _is_one_of(value: Value, choices: list[Value]) -> bool:
    return any(compared("=", value, choice) for choice in choices)
