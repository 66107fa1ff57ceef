"""What is compiled: the list names what requests pass through, and an installation that should be compiled is."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from ctypes import CDLL
from importlib import import_module
from importlib.machinery import ExtensionFileLoader
from pathlib import Path
from pkgutil import walk_packages
from traceback import format_exception

import compiled_modules
import pytest
from compiled_modules import MODULES

import tailrace
from tailrace.base import machine_code
from tailrace.base.errors import ApiError
from tailrace.expression import numbers

ROOT = Path(__file__).parent.parent.parent
COMPILED = os.environ.get("TAILRACE_TEST_COMPILED")
"""Set by `make test-compiled`."""


def test_the_list_names_files_of_the_sources_in_order() -> None:
    assert list(MODULES) == sorted(set(MODULES))
    assert [name for name in MODULES if not (ROOT / "src" / "tailrace" / name).is_file()] == []


def test_what_every_request_passes_through_is_on_the_list() -> None:
    """Of compiled code no calls are seen: there it is what is left that counts."""
    workloads = "getitem,putitem,updateitem,gsiquery10,batchwrite25,batchget100,transact4,streamput,gsiput"
    workloads += ",getitem-user,putitem-role"
    command = [sys.executable, "-m", "benchmarks.core_paths", "--calls", "--only", workloads]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    calls = {module: float(count) for count, module in map(str.split, shown.splitlines())}
    assert calls or COMPILED
    assert {module for module, count in calls.items() if count >= 1} <= set(MODULES)


def test_what_inherits_from_a_compiled_class_is_compiled() -> None:
    """Python makes no interpreted class of a compiled one, but of tuples: a module that needs it can't be imported."""
    compiled = {f"tailrace.{name.removesuffix('.py').replace('/', '.')}" for name in MODULES}
    found = [name for _, name, _ in walk_packages(tailrace.__path__, "tailrace.") if not name.endswith("__main__")]
    heirs = [
        f"{name}: {each.__name__}"
        for name in sorted({*found} - compiled)
        for each in vars(import_module(name)).values()
        if isinstance(each, type) and each.__module__ == name
        if compiled & {base.__module__ for base in each.__mro__ if not issubclass(base, tuple)}
    ]
    assert heirs == []


@pytest.mark.parametrize("name", MODULES)
def test_nothing_compiled_waits_while_an_exception_is_under_way(name: str) -> None:
    """Interpreted coroutines have each their own exception under way, compiled ones share the thread's: what one leaves
    there when it waits becomes the context of all that is raised later, a chain that grows and is never let go.
    """
    tree = ast.parse((ROOT / "src" / "tailrace" / name).read_text())
    assert [line for node in ast.walk(tree) for line in _waits_in_handlers(node)] == []


def _waits_in_handlers(node: ast.AST) -> Iterator[int]:
    """The lines in which an `except`, a `finally` or the end of an `async with` waits; that of a lock does not."""
    handlers = [*node.handlers, *node.finalbody] if isinstance(node, ast.Try) else []
    if isinstance(node, ast.AsyncWith) and any("lock" not in ast.unparse(item.context_expr) for item in node.items):
        yield node.lineno
    for handler in handlers:
        for inner in ast.walk(handler):
            if isinstance(inner, ast.Await | ast.Yield | ast.YieldFrom | ast.AsyncFor | ast.AsyncWith):
                yield inner.lineno


def test_whether_code_is_compiled_is_told() -> None:
    assert machine_code.code() == ("compiled" if COMPILED else "interpreted")


@pytest.mark.skipif(not COMPILED, reason="the sources are run here; `make test-compiled` runs a compiled wheel")
@pytest.mark.parametrize("name", MODULES)
def test_every_module_of_the_list_is_machine_code(name: str) -> None:
    module = import_module(f"tailrace.{name.removesuffix('.py').replace('/', '.')}")
    assert isinstance(module.__loader__, ExtensionFileLoader)
    assert module.__file__ is not None
    assert (Path(module.__file__).parent / Path(name).name).is_file()  # its source, whose lines tracebacks name


def test_tracebacks_show_the_lines_of_what_is_compiled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # in `src` the path that machine code tells would be found as it is
    machine_code.tell_sources()
    with pytest.raises(ApiError) as refused:
        numbers.number_parts("x")
    assert 'raise ApiError.validation(f"The parameter cannot be' in "".join(format_exception(refused.value))


@pytest.mark.skipif(not COMPILED, reason="the sources are run here; `make test-compiled` runs a compiled wheel")
def test_the_library_shows_nobody_its_functions() -> None:
    """Those that others could see would be called through a table, as another library might redirect them."""
    path = sys.modules["tailrace__mypyc"].__file__
    assert path is not None
    library = CDLL(path)
    assert hasattr(library, "PyInit_tailrace__mypyc")
    assert not hasattr(library, "CPy_AddTraceback")  # mypyc's, which every module has


def test_a_missing_compiler_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "/nowhere/cc -pthread")
    with pytest.raises(RuntimeError, match=r"needs a C compiler \(there is no `/nowhere/cc`\).* runs interpreted"):
        compiled_modules.build(ROOT, tmp_path)
