"""The rule of the house, held by a test: floors, siblings, lengths, and where SQL, time and randomness may stand."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "tailrace"
FILES = sorted(SOURCE.rglob("*.py"))
FLOORS = {
    "base": 0,
    "wire": 1,
    "auth": 1,
    "expression": 1,
    "log_query": 1,
    "store": 2,
    "runtime": 2,
    "audit": 2,
    "identity": 2,
    "kept_decisions": 2,
    "resource_policies": 2,
    "kept_secrets": 2,
    "operation": 2,
    "telemetry": 2,
    "services": 3,
    "workers": 4,
    "causality": 4,
    "gateway": 4,
    "app": 5,
    "cli": 5,
    "why": 5,
    "trace": 5,
    "moving": 5,
    "doctor": 5,
    "replaying": 5,
    "tls": 5,
    "exposure": 5,
    "reach": 5,
    "splitting": 5,
    "compatibility": 5,
    "demo": 5,
    "copying": 5,
    "distributing": 5,
    "__main__": 5,
    "__init__": 0,
}
# Where one part of a floor may lean on another of the same floor: what it uses is a plain value, or a port.
SAME_FLOOR = {("auth", "wire"), ("identity", "store"), ("operation", "identity"), ("operation", "store")}
SAME_FLOOR |= {("identity", "resource_policies"), ("resource_policies", "store"), ("compatibility", "app")}
SAME_FLOOR |= {
    ("kept_decisions", "audit"),
    ("kept_decisions", "identity"),
    ("kept_decisions", "store"),
    ("kept_secrets", "identity"),
    ("kept_secrets", "store"),
    ("causality", "workers"),
    ("operation", "audit"),
    ("operation", "telemetry"),
    ("operation", "runtime"),
    ("app", "exposure"),
    ("app", "tls"),
    ("cli", "app"),
    ("cli", "exposure"),
    ("cli", "tls"),
    ("cli", "demo"),
    ("cli", "copying"),
    ("cli", "distributing"),
    ("cli", "why"),
    ("cli", "moving"),
    ("cli", "doctor"),
    ("cli", "reach"),
    ("cli", "splitting"),
    ("why", "reach"),
    ("splitting", "reach"),
    ("cli", "trace"),
    ("cli", "replaying"),
    ("replaying", "reach"),
    ("trace", "reach"),
    ("moving", "reach"),
    ("__main__", "cli"),
}
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
ONLY_IN_BASE = {"time", "random", "uuid", "secrets"}
SQL_WORDS = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ")


def part(path: Path) -> str:
    """The part of the house that a file belongs to: a folder's name, or a single file's."""
    relative = path.relative_to(SOURCE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def our_imports(path: Path) -> list[tuple[str, ...]]:
    """Every import of ours in a file, as the parts below `tailrace`."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "tailrace":
            base = tuple(node.module.split(".")[1:])
            found += [(*base, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [tuple(a.name.split(".")[1:]) for a in node.names if a.name.split(".")[0] == "tailrace"]
    return [parts for parts in found if parts and parts[0] in FLOORS]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_point_down(path: Path) -> None:
    here = part(path)
    for target in our_imports(path):
        there = target[0]
        down = FLOORS[there] < FLOORS[here] or there == here or (here, there) in SAME_FLOOR
        assert down, f"{here} (floor {FLOORS[here]}) imports {'.'.join(target)} (floor {FLOORS[there]})"
        if here == "services" == there and len(target) > 1:
            assert target[1] == path.relative_to(SOURCE).parts[1], f"a service imports its sibling {target[1]}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_time_and_randomness_come_from_base(path: Path) -> None:
    if part(path) == "base":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [a.name.split(".")[0] for a in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module.split(".")[0]]
        elif isinstance(node, ast.Attribute) and node.attr in ("utcnow", "urandom"):
            names = ["time"]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "now":
            owner = node.func.value
            names = ["time"] if isinstance(owner, ast.Name) and owner.id == "datetime" else []
        assert not ONLY_IN_BASE & set(names), f"line {getattr(node, 'lineno', '?')}: {names} belongs to base/"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_sql_stands_in_the_store_alone(path: Path) -> None:
    if part(path) == "store" or "partiql" in path.stem:  # PartiQL has SQL's words, and never reaches a database
        return
    tree = ast.parse(path.read_text())
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            assert not node.value.lstrip().startswith(SQL_WORDS), f"line {node.lineno} speaks SQL"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= FILE_LINES_MAX, "split by concept"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            length = (node.end_lineno or first) - first + 1
            assert length <= FUNCTION_LINES_MAX, f"{node.name} has {length} lines"


@pytest.mark.parametrize("folder", sorted({p.parent for p in FILES}), ids=lambda p: str(p.relative_to(SOURCE.parent)))
def test_every_folder_says_its_rule(folder: Path) -> None:
    init = folder / "__init__.py"
    assert init.exists(), "a folder of the house has an __init__.py"
    assert ast.get_docstring(ast.parse(init.read_text())), "it says its rule, its reason and the rejected alternative"


def test_no_file_is_named_after_nothing() -> None:
    assert not [p for p in FILES if p.stem in ("utils", "util", "common", "helpers", "misc")]


def test_comments_and_texts_name_no_machine() -> None:
    for path in [*FILES, *(ROOT / "tests").rglob("*.py"), *ROOT.glob("*.md")]:
        assert "/work" + "/main" not in path.read_text(), path
