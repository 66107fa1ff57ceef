"""Statements written out as PartiQL. Names are always quoted, conditions inside conditions always in parentheses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import orjson

from tailrace.expression import nodes
from tailrace.expression.nodes import Call, Node, Path, UpdateTree, Value
from tailrace.expression.values import AttributeValue

if TYPE_CHECKING:
    from tailrace.expression.partiql_nodes import Delete, Insert, Select, Target, Update

_SET_FUNCTIONS = {nodes.Add: "set_add", nodes.Delete: "set_delete"}


def of_select(select: Select) -> str:
    """SELECT."""
    columns = "*" if select.columns is None else ", ".join(map(of_node, select.columns))
    text = f"SELECT {columns} FROM {_target(select.target)}{_where(select.where)}"
    if select.order:
        keys = (of_node(key.path) + (" DESC" if key.descending else "") for key in select.order)
        text += f" ORDER BY {', '.join(keys)}"
    return text


def of_insert(insert: Insert) -> str:
    """INSERT INTO."""
    item = insert.item
    if isinstance(item, Value):
        shown = of_node(item)
    else:
        shown = "{" + ", ".join(f"{_string(name)}: {of_node(value)}" for name, value in item) + "}"
    return f"INSERT INTO {_target(insert.target)} VALUE {shown}"


def of_update(update: Update) -> str:
    """UPDATE."""
    clauses = of_tree(update.tree)
    return f"UPDATE {_target(update.target)} {clauses}{_where(update.where)}{_returning(update.returning)}"


def of_delete(delete: Delete) -> str:
    """DELETE FROM."""
    return f"DELETE FROM {_target(delete.target)}{_where(delete.where)}{_returning(delete.returning)}"


def of_tree(tree: UpdateTree) -> str:
    """The SET and REMOVE clauses of an update."""
    clauses = []
    for section in tree.sections:
        for action in section.actions:
            if isinstance(action, nodes.Remove):
                clauses.append(f"REMOVE {of_node(action.path)}")
            elif isinstance(action, nodes.Assign):
                clauses.append(f"SET {of_node(action.path)} = {of_node(action.value)}")
            else:
                path, function = of_node(action.path), _SET_FUNCTIONS[type(action)]
                clauses.append(f"SET {path} = {function}({path}, {of_node(action.value)})")
    return " ".join(clauses)


def of_node(node: Node) -> str:
    """A condition, an operand, or what is assigned."""
    if isinstance(node, Path):
        steps = (f"[{step}]" if isinstance(step, int) else f".{_quoted(step)}" for step in node.steps)
        return "".join(steps)[1:]
    if isinstance(node, Value):
        return "?" if node.name.startswith("?") else of_value(orjson.loads(node.name))
    if isinstance(node, Call):
        return f"{node.name}({_list(node.operands)})"
    if isinstance(node, nodes.Comparison | nodes.Arithmetic):
        return f"{of_node(node.left)} {node.operator} {of_node(node.right)}"
    if isinstance(node, nodes.Between):
        return f"{of_node(node.operand)} BETWEEN {of_node(node.low)} AND {of_node(node.high)}"
    if isinstance(node, nodes.In):
        return f"{of_node(node.operand)} IN [{_list(node.choices)}]"
    if isinstance(node, nodes.Not):
        return f"NOT ({of_node(node.inner)})"
    if isinstance(node, nodes.And | nodes.Or):
        word = " AND " if isinstance(node, nodes.And) else " OR "
        return word.join(f"({of_node(part)})" for part in node.parts)
    raise TypeError(f"PartiQL has no {type(node).__name__}")


def of_value(value: AttributeValue) -> str:
    """A literal. Binaries have none: those are given as parameters."""
    [(kind, content)] = value.items()
    if kind == "S":
        return _string(content)
    if kind == "N":
        return str(content)
    if kind == "BOOL":
        return "TRUE" if content else "FALSE"
    if kind == "NULL":
        return "NULL"
    if kind == "L":
        return f"[{', '.join(map(of_value, content))}]"
    if kind == "M":
        return "{" + ", ".join(f"{_string(name)}: {of_value(each)}" for name, each in content.items()) + "}"
    if kind in ("SS", "NS"):
        return f"<<{', '.join(_string(each) if kind == 'SS' else each for each in content)}>>"
    raise TypeError(f"PartiQL has no literal of type {kind}")


def _list(operands: Iterable[Any]) -> str:
    return ", ".join(map(of_node, operands))


def _target(target: Target) -> str:
    return _quoted(target.table) + (f".{_quoted(target.index)}" if target.index is not None else "")


def _where(condition: nodes.Condition | None) -> str:
    return "" if condition is None else f" WHERE {of_node(condition)}"


def _returning(returning: str | None) -> str:
    return "" if returning is None else f" RETURNING {returning.replace('UPDATED', 'MODIFIED').replace('_', ' ')} *"


def _string(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
