"""What measures must run, or nobody knows what a change costs: each benchmark in its shortest form."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks import copy_online, trigger_drain, trigger_idle, trigger_latency
from benchmarks.compare import chart, results, tables
from benchmarks.compare.__main__ import chosen_peers, uncompiled
from benchmarks.compare.load import Measured
from benchmarks.compare.ours import BUILDING, sources_hash
from benchmarks.compare.results import Facts, Results

from tests.conftest import RunningServer

ROOT = Path(__file__).parent.parent.parent
PYTHON = "python3.11"


def test_the_comparison_measures_every_figure_and_saves_it(tmp_path: Path) -> None:
    if not shutil.which("wrk") and not os.environ.get("CI"):
        pytest.skip("wrk is missing (Debian: apt install wrk)")
    options = (
        "--interpreted --only getitem --peers none --classes file --seconds 1 --rounds 1 --connections 2 --items 100"
    )
    command = [sys.executable, "-m", "benchmarks.compare", *options.split(), "--without-chart", "--output", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "GetItem" in done.stdout
    [file] = tmp_path.glob("*.json")
    [run], sentence = results.read(file)
    assert run.titles("file") == ["tailrace (file)", "ceiling (file)"]
    facts, measured = run.facts["tailrace (file)"], run.middle("getitem", 2, "tailrace (file)")
    assert measured, done.stderr
    assert min(measured.per_second, measured.p50_ms, measured.p99_ms, measured.cpu_us) > 0
    assert min(facts.start_s, facts.again_s, facts.memory_mb, facts.disk_mb) > 0
    assert facts.survives_kill is True
    assert "Measured on" in sentence
    assert "| GetItem | **" in file.with_suffix(".md").read_text()


def test_a_server_that_answers_nothing_in_time_is_shown_as_such() -> None:
    found = example(1000, 8000, 4000)
    found.add("scan", 32, "tailrace (file)", Measured(300, 40.0, 90.0, 2000, 0))
    found.add("scan", 32, "dynalite (file)", Measured(0, 0.0, 0.0, 0.0, 0))
    assert found.ratio("scan", 32, "dynalite (file)") is None
    [row] = [row for row in tables.markdown([found], "")["beside"].splitlines() if "Scan" in row and "300" in row]
    assert row.endswith("| none answered |")


def test_ours_is_measured_compiled_and_interpreted_beside_it() -> None:
    found = example(1000, 8000, 4000)
    found.facts["interpreted (file)"] = Facts()
    found.add("getitem", 32, "interpreted (file)", Measured(6000, 4.0, 9.0, 170, 0))
    assert found.best_peer("getitem", 32, "file") == ("dynalite (file)", 2.0)
    page = tables.markdown([found], "Measured.")["beside"]
    assert "beside it stands the same code, interpreted" in page
    assert "| Tailrace | p50, p99 ms | dynalite | Tailrace, interpreted |" in page
    assert "| GetItem | **8,000** | 4.0, 9.0 | 4,000 (2.00) | 6,000 (1.33) |" in page


def test_without_a_compiler_ours_is_this_checkout() -> None:
    peers = chosen_peers("interpreted,dynalite", ["file"])
    assert [peer.name for peer in peers] == ["tailrace", "interpreted", "dynalite", "ceiling"]
    without = uncompiled(peers, "interpreted, for lack of a compiler")
    assert [peer.name for peer in without] == ["tailrace", "dynalite", "ceiling"]
    assert (without[0].program(), without[0].note) == (sys.executable, "interpreted, for lack of a compiler")


def test_the_wheel_is_built_anew_after_its_sources_changed(tmp_path: Path) -> None:
    source, brought = tmp_path / "src" / "tailrace" / "wire", tmp_path / "src" / "tailrace" / "__pycache__"
    for folder in (source, brought):
        folder.mkdir(parents=True)
    for file in (*BUILDING, "src/tailrace/wire/route.py"):
        (tmp_path / file).write_text("a = 1\n")
    before = sources_hash(tmp_path)
    (brought / "route.pyc").write_bytes(b"bytecode")
    assert sources_hash(tmp_path) == before
    (source / "route.py").write_text("a = 2\n")
    assert sources_hash(tmp_path) != before


def example(items: int, ours: float, theirs: float) -> Results:
    """One workload of ours and of a peer that refuses another one."""
    found = Results(items, facts={"tailrace (file)": Facts(1.1, 1.2, 90, 50, True), "dynalite (file)": Facts()})
    found.add("getitem", 32, "tailrace (file)", Measured(ours, 4.0, 9.0, 1e6 / ours, 0))
    found.add("getitem", 32, "dynalite (file)", Measured(theirs, 4.0, 9.0, 1e6 / theirs, 0))
    found.add("transact4", 32, "tailrace (file)", Measured(ours / 2, 8.0, 20.0, 2e6 / ours, 0))
    found.add("transact4", 32, "dynalite (file)", Measured(9999, 1.0, 2.0, 1, failed=3))
    return found


def test_the_page_gets_ratios_and_says_who_refused() -> None:
    page = (ROOT / "docs" / "performance.md").read_text()
    renewed = tables.renewed(page, tables.markdown([example(1000, 8000, 4000)], "Measured."))
    assert "| GetItem | **8,000** | 4.0, 9.0 | 4,000 (2.00) |" in renewed
    assert "| TransactWriteItems of 4 | **4,000** | 8.0, 20.0 | refused |" in renewed
    sizes = tables.renewed(page, tables.markdown([example(1000, 8000, 4000), example(10**6, 4000, 1)], "Measured."))
    assert "| GetItem, on a file | 125 (8,000) | 250 (4,000) |" in sizes
    with pytest.raises(ValueError, match="lacks <!-- beside: begin -->"):
        tables.renewed("A page.", {tables.BESIDE: ""})


def test_the_chart_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is missing (pip install -e '.[bench]')")
    chart.draw(example(1000, 8000, 4000), tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_latency_is_measured_with_several_mappings(server: RunningServer) -> None:
    found = trigger_latency.measure(server, PYTHON, mappings=2, writes=6, rate=200)
    assert {moment: len(values) for moment, values in found.items()} == {"sent": 6, "answered": 6}
    assert found["sent"][0] > 0


def test_a_burst_is_drained_by_several_mappings(server: RunningServer) -> None:
    burst = trigger_drain.Burst(server, PYTHON, mappings=2, records=50, batch=100)
    for run in (burst.backlog, burst.live):
        assert run().seconds > 0


def test_idleness_is_measured() -> None:
    options = argparse.Namespace(tables=2, mappings=1, seconds=0.2, gets=50, memory=True)
    found = list(trigger_idle.rows(options))
    assert [re.sub(r"[\d.]+ %", "%", row).split(" | ")[0] for row in found] == [
        "| one table",
        "| and 2 more",
        "| and 1 with a mapping each",
    ]
    assert json.dumps(found).count(" MB") == 3


@pytest.mark.parametrize("back", [False, True])
def test_a_store_moves_and_nothing_that_was_acknowledged_is_lost(back: bool) -> None:
    options = argparse.Namespace(rate=40, items=100, writers=2, runs=1, back=back)
    [row] = copy_online.rows(options)
    stopped, copied, started, served, beyond, gap, _ = map(float, row.strip("| ").split(" | "))
    assert 0 < stopped < copied < started
    assert beyond > 0
    assert gap >= served - copied
