"""Projection expressions.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from tailrace.expression.bindings import Bindings
from tailrace.expression.nodes import Path, ProjectionTree
from tailrace.expression.parser import TREES_MAX, invalid, parse
from tailrace.expression.paths import PathTree, Steps, path_tree, placeholders, project, resolve
from tailrace.expression.values import Item

KIND = "ProjectionExpression"


@dataclass(frozen=True, slots=True)
class Projection:
    """A bound projection. `paths` are the resolved paths in the order of the text."""

    paths: tuple[Steps, ...]
    tree: PathTree

    def project(self, item: Item) -> Item:
        """The part of the item that the projection names; maps and lists keep only what it names of them."""
        return project(item, self.tree)


def bind(text: str, bindings: Bindings) -> Projection:
    """Raises AWS's ValidationException for a wrong expression, unknown names and paths that overlap or conflict."""
    paths, names = _parsed(text)
    if not names:
        return _static(text)
    for name in names:
        if name not in bindings.names:
            problem = "An expression attribute name used in the document path is not defined"
            raise invalid(KIND, f"{problem}; attribute name: {name}")
    bindings.used.update(names)
    return of_paths(resolve(path, bindings.names) for path in paths)


def of_paths(paths: Iterable[Steps]) -> Projection:
    """A projection of resolved paths, as the older parameter AttributesToGet gives them."""
    resolved = tuple(paths)
    return Projection(resolved, path_tree(resolved, KIND))


@lru_cache(maxsize=TREES_MAX)
def _parsed(text: str) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    tree = parse(text, KIND)
    assert isinstance(tree, ProjectionTree)
    return tree.paths, tuple(name for path in tree.paths for name in placeholders(path))


@lru_cache(maxsize=TREES_MAX)
def _static(text: str) -> Projection:
    """Without placeholders nothing depends on the request."""
    return of_paths(path.steps for path in _parsed(text)[0])
