"""Document paths: looking one up in an item, and several at once as a tree.

A resolved path is a tuple of names (str) and list indexes (int). A path tree nests the steps of several paths,
`{"a": {"b": None, "c": None}, "l": {0: None}}`, with None where a path ends; two paths of one tree neither overlap
nor disagree about what is a map and what is a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tailrace.expression.nodes import Path
from tailrace.expression.parser import invalid
from tailrace.expression.values import AttributeValue, Item

Steps = tuple[str | int, ...]
Names = Mapping[str, str]
PathTree = dict[str | int, Any]
Getter = Callable[[Item, Names], AttributeValue | None]


def resolve(path: Path, names: Names) -> Steps:
    """The path with its placeholders replaced."""
    return tuple(names[step] if isinstance(step, str) and step[0] == "#" else step for step in path.steps)


def placeholders(path: Path) -> list[str]:
    """The #names of a path, in order."""
    return [step for step in path.steps if isinstance(step, str) and step[0] == "#"]


def look_up(item: Item, steps: Steps) -> AttributeValue | None:
    """The value at a resolved path, or None where there is none."""
    members: Any = item
    value: Any = None
    for step in steps:
        if members is None:
            return None
        if isinstance(step, int):
            if type(members) is not list or step >= len(members):
                return None
            value = members[step]
        else:
            value = members.get(step) if type(members) is dict else None
            if value is None:
                return None
        members = value.get("M")
        if members is None:
            members = value.get("L")
    return value  # type: ignore[no-any-return]


def getter(path: Path) -> Getter:
    """A function that looks the path up in an item, given the names of the request."""
    [first, *rest] = path.steps
    assert isinstance(first, str)
    if not placeholders(path):
        if not rest:
            return lambda item, names: item.get(first)
        steps = path.steps
        return lambda item, names: look_up(item, steps)
    if not rest:
        return lambda item, names: item.get(names[first])
    return lambda item, names: look_up(item, resolve(path, names))


def path_text(steps: Steps) -> str:
    """A path as AWS's messages write it."""
    return "[" + ", ".join(f"[{step}]" if isinstance(step, int) else step for step in steps) + "]"


def path_tree(paths: Iterable[Steps], kind: str) -> PathTree:
    """The tree of the paths. Raises AWS's refusal of two that overlap or conflict."""
    paths = tuple(paths)
    tree: PathTree = {steps[0]: None for steps in paths if len(steps) == 1}
    if len(tree) == len(paths):
        return tree
    tree = {}
    # For every inner node, the first path that went through it.
    firsts: dict[int, Steps] = {}
    overlap: tuple[Steps, Steps] | None = None
    conflict: tuple[Steps, Steps] | None = None
    for steps in paths:
        node = tree
        for depth, step in enumerate(steps):
            other = firsts.setdefault(id(node), steps)
            if node and type(next(iter(node))) is not type(step):
                conflict = conflict or (other, steps)
                break
            is_last = depth == len(steps) - 1
            if step not in node:
                node[step] = None if is_last else {}
            elif is_last or node[step] is None:
                below = node[step]
                overlap = overlap or (steps[: depth + 1] if below is None else firsts[id(below)], steps)
                break
            if not is_last:
                node = node[step]
    for problem, clash in (("overlap", overlap), ("conflict", conflict)):
        if clash:
            one, two = map(path_text, clash)
            rewrite = f"must remove or rewrite one of these paths; path one: {one}, path two: {two}"
            raise invalid(kind, f"Two document paths {problem} with each other; {rewrite}")
    return tree


def project(item: Item, tree: PathTree) -> Item:
    """What an item has of the tree's paths; list elements close up, in the order of the list."""
    found: Item = {}
    for name, below in tree.items():
        value = item.get(name)  # type: ignore[arg-type]
        if value is not None:
            part = value if below is None else _part(value, below)
            if part is not None:
                found[name] = part  # type: ignore[index]
    return found


def _part(value: AttributeValue, tree: PathTree) -> AttributeValue | None:
    """The part of a map or a list that the tree names; None where it has none of it."""
    if type(next(iter(tree))) is str:
        members = project(value["M"], tree) if "M" in value else None
        return {"M": members} if members else None
    if "L" not in value:
        return None
    elements = []
    for index in sorted(tree):
        if index < len(value["L"]):  # type: ignore[operator]
            element = value["L"][index]
            part = element if tree[index] is None else _part(element, tree[index])
            if part is not None:
                elements.append(part)
    return {"L": elements} if elements else None
