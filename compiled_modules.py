"""Which modules a compiled wheel has as machine code, and how mypyc makes it of them.

```
TAILRACE_COMPILE=1 pip wheel .   a wheel for this machine and Python (`make wheel`)
pip wheel .                      one for every machine, whose code runs interpreted
```
The sources stay the one truth: they run interpreted in a clone, and stand beside the machine code in the wheel, where
tracebacks name their lines. A build leaves nothing in `src`, where machine code would hide what somebody edits.
Rejected: the plugin hatch-mypyc, which builds there, and takes pyproject.toml away while it does.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

COMPILE = "TAILRACE_COMPILE"
# mypyc is of mypy; what it makes calls setuptools for the compiler of this Python.
TOOLS = ("mypy>=2.4", "setuptools>=70")
COMPILE_SECONDS = 3600
OPTIMIZATION = "2"  # with 1 a build takes a fifth less, and a request 2 % more; with 3 ten times as long
LIBRARY = "tailrace"  # all modules lie in one library, tailrace__mypyc, and call each other directly
# Nothing outside the library names its functions (Python finds its modules' beginnings, which declare themselves
# visible): so they call each other directly, not through a table that some other library might redirect, and what
# isn't called falls away. A tenth of the machine code, a hundredth of a request's instructions. For gcc and clang.
HIDDEN = ["-fvisibility=hidden"] if os.name == "posix" else []

# The rule: what a request of the data plane passes through, from the bytes that come in to those that go out. Whatever
# is called once a request or more is here; tests/unit/test_compiled_modules.py counts the calls. With a class come
# those that inherit from it: a compiled class has no interpreted heirs.
MODULES = (
    "audit/entry.py",
    "audit/journal.py",
    "audit/lines.py",
    "auth/last_used.py",
    "auth/signature.py",
    "auth/sigv4.py",
    "base/arn.py",
    "base/ids.py",
    "base/long_text.py",
    "base/measurements.py",
    "expression/bindings.py",
    "expression/condition.py",
    "expression/edits.py",
    "expression/key_condition.py",
    "expression/keys.py",
    "expression/legacy.py",
    "expression/numbers.py",
    "expression/operand_checks.py",
    "expression/paths.py",
    "expression/sizes.py",
    "expression/update.py",
    "expression/values.py",
    "gateway/admission.py",
    "gateway/answer_bytes.py",
    "gateway/at_once.py",
    "gateway/body.py",
    "gateway/connection.py",
    "gateway/connections.py",
    "gateway/forms.py",
    "gateway/gateway.py",
    "gateway/outbox.py",
    "gateway/peer.py",
    "gateway/turns.py",
    "identity.py",
    "kept_decisions.py",
    "operation.py",
    "resource_policies.py",
    "services/dynamodb/batches.py",
    "services/dynamodb/capacity.py",
    "services/dynamodb/idempotency.py",
    "services/dynamodb/insights_tally.py",
    "services/dynamodb/item_keys.py",
    "services/dynamodb/items.py",
    "services/dynamodb/names.py",
    "services/dynamodb/paging.py",
    "services/dynamodb/parameters.py",
    "services/dynamodb/partiql_writes.py",
    "services/dynamodb/query.py",
    "services/dynamodb/read_plan.py",
    "services/dynamodb/table.py",
    "services/dynamodb/table_metrics.py",
    "services/dynamodb/tally.py",
    "services/dynamodb/throttle.py",
    "services/dynamodb/transactions.py",
    "services/dynamodb/writes.py",
    "store/batch.py",
    "store/cache.py",
    "store/changes.py",
    "store/collections.py",
    "store/image.py",
    "store/index_entries.py",
    "store/items.py",
    "store/layout.py",
    "store/resources.py",
    "store/sqlite.py",
    "store/sqlite_group.py",
    "store/sqlite_transaction.py",
    "wire/attribute_value.py",
    "wire/body_forms.py",
    "wire/constraints.py",
    "wire/http.py",
    "wire/json_rpc.py",
    "wire/json_shapes.py",
    "wire/json_types.py",
    "wire/protocol.py",
    "wire/route.py",
    "wire/validate.py",
)


def wanted() -> bool:
    """Whether whoever builds asked for a compiled wheel."""
    return bool(os.environ.get(COMPILE))


def build(root: Path, folder: Path) -> dict[str, str]:
    """Compile the modules below `root`/src; all that is written lies in `folder`.

    Returns where each library lies, and its place in the wheel. Raises RuntimeError in words for who builds.
    """
    if missing := missing_compiler():
        raise RuntimeError(
            f"Compiling Tailrace needs {missing} (Debian: apt install gcc libc6-dev python3-dev). "
            f"Without {COMPILE} the wheel is built without it, and runs interpreted."
        )
    # A process of its own: mypy and setuptools look at the folder in which they run, and print what they do. It runs in
    # `src`, for tracebacks tell paths as they are given here: tailrace/wire/route.py.
    command = [sys.executable, str(Path(__file__).resolve()), str(folder)]
    try:
        done = subprocess.run(
            command,
            cwd=root / "src",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMPILE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise RuntimeError(f"Compiling Tailrace took more than {COMPILE_SECONDS} s") from problem
    if done.returncode:
        raise RuntimeError(f"Compiling Tailrace failed:\n{done.stdout}")
    made = folder / "made"
    return {str(path): path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}


def missing_compiler() -> str | None:
    """What a compilation lacks on this machine, or None."""
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")[0]
    if shutil.which(compiler) is None:
        return f"a C compiler (there is no `{compiler}`)"
    headers = Path(sysconfig.get_path("include"))
    return None if (headers / "Python.h").is_file() else f"Python's header files (there is no {headers}/Python.h)"


def compile_here(folder: Path) -> None:
    """Compile the modules of the package in the current folder; the libraries come to `folder`/made."""
    from setuptools import Distribution  # first: mypyc takes whichever of it and distutils is there already

    from mypyc.build import mypycify  # isort: skip

    # Not the checks of `make lint`: what a newer version of a library declares otherwise must not keep anybody from
    # building. A type that doesn't fit is a TypeError where it is met.
    options = ["--config-file=", "--ignore-missing-imports", f"--cache-dir={folder / 'cache'}"]
    modules = [f"tailrace/{module}" for module in MODULES]
    extensions = mypycify(
        [*options, *modules],
        opt_level=OPTIMIZATION,
        debug_level="0",
        multi_file=True,
        target_dir=str(folder / "c"),
        group_name=LIBRARY,
    )
    for extension in extensions:
        extension.extra_compile_args = [*extension.extra_compile_args, *HIDDEN]
    distribution = Distribution({"name": LIBRARY, "packages": [], "ext_modules": extensions})
    building = distribution.get_command_obj("build_ext")
    building.build_lib, building.build_temp = str(folder / "made"), str(folder / "objects")
    building.parallel = os.cpu_count()
    distribution.run_command("build_ext")


if __name__ == "__main__":
    compile_here(Path(sys.argv[1]))
