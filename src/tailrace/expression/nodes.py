"""What an expression says, as small frozen values. `str(node)` writes it as an expression again.

```
Condition = Comparison | Between | In | Call | Not | And | Or | Group(Condition)
Operand   = Path | Value | Call | Group(Operand)
SetValue  = Operand | Arithmetic | Group(SetValue)
Action    = Assign | Remove | Add | Delete
```
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Path:
    """A document path: names as written (with "#" a placeholder), list indexes as int."""

    steps: tuple[str | int, ...]

    def __str__(self) -> str:
        text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps)
        return text[1:]


@dataclass(frozen=True, slots=True)
class Value:
    """A placeholder for a value, with its colon."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its operands; whether there is such a function is checked later."""

    name: str
    operands: tuple[Operand, ...]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.operands))})"


@dataclass(frozen=True, slots=True)
class Group:
    """Parentheses: kept, because AWS refuses redundant ones."""

    inner: Condition | SetValue

    def __str__(self) -> str:
        return f"({self.inner})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One of = <> < <= > >=."""

    operator: str
    left: Operand
    right: Operand

    def __str__(self) -> str:
        return f"{self.left} {self.operator} {self.right}"


@dataclass(frozen=True, slots=True)
class Between:
    """Both bounds belong to the range."""

    operand: Operand
    low: Operand
    high: Operand

    def __str__(self) -> str:
        return f"{self.operand} BETWEEN {self.low} AND {self.high}"


@dataclass(frozen=True, slots=True)
class In:
    """Equal to one of the choices."""

    operand: Operand
    choices: tuple[Operand, ...]

    def __str__(self) -> str:
        return f"{self.operand} IN ({', '.join(map(str, self.choices))})"


@dataclass(frozen=True, slots=True)
class Not:
    """Binds tighter than AND, looser than a comparison."""

    inner: Condition

    def __str__(self) -> str:
        return f"NOT {self.inner}"


@dataclass(frozen=True, slots=True)
class And:
    """Two parts or more."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " AND ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Or:
    """Two parts or more."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " OR ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """The sum or the difference of two operands of SET."""

    operator: str
    left: Operand
    right: Operand

    def __str__(self) -> str:
        return f"{self.left} {self.operator} {self.right}"


@dataclass(frozen=True, slots=True)
class Assign:
    """SET path = value."""

    path: Path
    value: SetValue

    def __str__(self) -> str:
        return f"{self.path} = {self.value}"


@dataclass(frozen=True, slots=True)
class Remove:
    """REMOVE path."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class Add:
    """ADD path value."""

    path: Path
    value: Value

    def __str__(self) -> str:
        return f"{self.path} {self.value}"


@dataclass(frozen=True, slots=True)
class Delete:
    """DELETE path value."""

    path: Path
    value: Value

    def __str__(self) -> str:
        return f"{self.path} {self.value}"


@dataclass(frozen=True, slots=True)
class Section:
    """One keyword of an update (SET, REMOVE, ADD, DELETE) and its actions."""

    keyword: str
    actions: tuple[Action, ...]

    def __str__(self) -> str:
        return f"{self.keyword} {', '.join(map(str, self.actions))}"


@dataclass(frozen=True, slots=True)
class UpdateTree:
    """A whole update expression."""

    sections: tuple[Section, ...]

    def __str__(self) -> str:
        return " ".join(map(str, self.sections))


@dataclass(frozen=True, slots=True)
class ProjectionTree:
    """A whole projection expression."""

    paths: tuple[Path, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.paths))


Operand = Path | Value | Call | Group
Condition = Comparison | Between | In | Call | Not | And | Or | Group
SetValue = Path | Value | Call | Group | Arithmetic
Action = Assign | Remove | Add | Delete
Tree = Condition | UpdateTree | ProjectionTree
Node = Tree | Operand | SetValue | Section | Action
CONDITIONS = (Comparison, Between, In, Not, And, Or)
