"""Have the core paths become dearer? Counts instructions a request under callgrind, and compares with recorded ones.

    make bench-check                      compare with benchmarks/core_paths.json; exits with 1 above +3 %
    make bench-check ARGS="--record"      write the counts down as the new measure
    make bench-check ARGS="--only getitem --functions"     and tell where the instructions go, in C

Instructions, unlike seconds, are the same on a busy machine. They do depend on the Python, its libraries and the
processor's kind, which the file therefore names: a file of another machine is told as such, and only shown.
Needs valgrind (Debian: apt install valgrind).
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.core_paths import PATHS

ROOT = Path(__file__).parent.parent
RECORD = ROOT / "benchmarks" / "core_paths.json"
REQUESTS = 64
LARGE = {"batchwrite25": 32, "batchget100": 32, "streambatch25": 32, "scan": 32}
TOLERANCE = 0.03


def count(path: str, *, functions: bool = False) -> int:
    """Instructions of one request of a path."""
    requests = LARGE.get(path.partition("-")[0], REQUESTS)
    with tempfile.TemporaryDirectory() as place:
        output = Path(place, "callgrind.out")
        valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={output}"]
        program = [sys.executable, "-m", "benchmarks.core_paths", "--counted", "--only", path]
        running = subprocess.Popen(
            [*valgrind, *program, "--requests", str(requests)],
            cwd=ROOT,
            env={"PYTHONHASHSEED": "0", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert running.stdin
        assert running.stdout
        for word, switch in (("ready", "on"), ("done", "off")):
            line = running.stdout.readline()
            assert line.strip() == word, f"{path}: {line!r}"
            subprocess.run(
                ["callgrind_control", f"--instr={switch}", str(running.pid)], check=True, capture_output=True
            )
            running.stdin.write("\n")
            running.stdin.flush()
        running.communicate()
        if functions:
            told = subprocess.run(["callgrind_annotate", str(output)], check=True, capture_output=True, text=True)
            print("\n".join(told.stdout.splitlines()[:60]))
        total = re.search(r"^totals: (\d+)", output.read_text(), re.MULTILINE)
        assert total, "callgrind counted nothing"
        return int(total[1]) // requests


def machine() -> dict[str, str]:
    """What the counts depend on."""
    return {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PATHS))
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--functions", action="store_true")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        sys.exit("valgrind is missing (Debian: apt install valgrind)")
    recorded: dict[str, Any] = json.loads(RECORD.read_text()) if RECORD.exists() else {"paths": {}}
    same = recorded.get("machine") == machine()
    found: dict[str, int] = {}
    dearer = []
    for path in options.only.split(","):
        found[path] = count(path, functions=options.functions)
        before = recorded["paths"].get(path)
        moved = f"{found[path] / before - 1:+.1%}" if before else "new"
        print(f"{path:>17} {found[path]:>12,} instructions a request  {moved}", flush=True)
        if before and found[path] > before * (1 + TOLERANCE):
            dearer.append(path)
    if options.record:
        paths = {**recorded["paths"], **found} if same else found
        RECORD.write_text(json.dumps({"machine": machine(), "paths": paths}, indent=1) + "\n")
    elif dearer and same:
        sys.exit(f"dearer than recorded by more than {TOLERANCE:.0%}: {', '.join(dearer)}")
    elif dearer:
        print(f"recorded on another machine ({recorded.get('machine')}): shown, not judged")


if __name__ == "__main__":
    main()
