"""Results as tables: in the terminal with every figure, and in Markdown for docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.compare.results import INTERPRETED, KINDS, NOT_A_PEER, OURS, Results
from benchmarks.compare.workloads import WORKLOADS

TITLES = {workload.name: workload.title for workload in WORKLOADS}
NAMES = {
    OURS: "Tailrace",
    INTERPRETED: "Tailrace, interpreted",
    "ministack": "MiniStack",
    "dynamodb-local": "DynamoDB Local",
}
PLACES = {"memory": "in memory", "file": "on a file"}
SURVIVES = {None: "", True: "yes", False: "**no**"}
BESIDE, SIZES = "beside", "sizes"
"""The parts of the page that `renewed` writes."""


def name_of(title: str) -> str:
    """`MiniStack` of `ministack (file)`."""
    name = title.partition(" ")[0]
    return NAMES.get(name, name)


def rounded(value: float) -> str:
    """Three digits, of which the last is hardly certain: 12,300."""
    digits = max(0, len(str(round(value))) - 3)
    return f"{round(value, -digits):,.0f}"


def show(runs: Sequence[Results]) -> None:
    """Print a table for each run, class and count of connections, what is true of each server, and what grows."""
    console = Console(width=max(170, Console().width))
    for results in runs:
        for kind in KINDS:
            for count in results.connections():
                if results.titles(kind):
                    console.print(_requests(results, count, kind))
        console.print(_facts(results))
    if len(runs) > 1:
        console.print(_growth(runs))


def _requests(results: Results, count: int, kind: str) -> Table:
    table = Table(
        title=f"{PLACES[kind]}, {count} connection{'s' * (count > 1)}, {results.items:,} items: "
        "requests/s (p50/p99 ms, server's CPU us) and how many times as many ours are"
    )
    titles = results.titles(kind)
    table.add_column("workload")
    for title in titles:
        table.add_column(name_of(title), justify="right")
    table.add_column("ours : best peer", justify="right")
    for workload in results.workloads():
        best = results.best_peer(workload, count, kind)
        cells = [_cell(results, workload, count, title) for title in titles]
        table.add_row(TITLES[workload], *cells, f"{best[1]:.2f} x {name_of(best[0])}" if best else "-")
    return table


def _cell(results: Results, workload: str, count: int, title: str) -> str:
    found = results.middle(workload, count, title)
    if found is None:
        return results.absence(workload, count, title) or "-"
    ratio = results.ratio(workload, count, title)
    times = f"  x{ratio:.2f}" if ratio and not title.startswith(OURS) else ""
    return f"{found.per_second:,.0f}{times}\n({found.p50_ms:.2f}/{found.p99_ms:.1f}, {found.cpu_us:,.0f})"


def _facts(results: Results) -> Table:
    table = Table(title=f"servers, {results.items:,} items")
    columns = (
        "server",
        "ready after",
        "again after SIGKILL",
        "peak memory",
        "on disk",
        "acknowledged survives",
        "note",
    )
    for column in columns:
        table.add_column(column)
    for title, facts in results.facts.items():
        kept = {None: "-", True: "yes", False: "NO"}[facts.survives_kill]
        disk = f"{facts.disk_mb:.0f} MB" if title.endswith("(file)") else "-"
        again = f"{facts.again_s:.2f} s" if facts.again_s else "-"
        memory = f"{facts.memory_mb:.0f} MB"
        table.add_row(title, f"{facts.start_s:.2f} s", again, memory, disk, kept, facts.note)
    return table


def _growth(runs: Sequence[Results]) -> Table:
    """The cost of a request at each size of the table; the last column is the largest's beside the smallest's."""
    table = Table(title="server's CPU microseconds a request, by items in the table (requests/s)")
    for column in ("workload", "server", "connections", *(f"{results.items:,}" for results in runs), "growth"):
        table.add_column(column, justify="left" if column in ("workload", "server") else "right")
    for workload, count, title in runs[0].rounds:
        found = [each for results in runs if (each := results.middle(workload, count, title))]
        if len(found) == len(runs):
            cells = [f"{each.cpu_us:,.0f} ({each.per_second:,.0f})" for each in found]
            growth = found[-1].cpu_us / found[0].cpu_us if found[0].cpu_us else 0
            table.add_row(TITLES[workload], title, str(count), *cells, f"x{growth:.2f}")
    return table


def markdown(runs: Sequence[Results], about: str) -> dict[str, str]:
    """Parts of the page by their names: one run beside the peers, or what several sizes of tables cost."""
    if len(runs) > 1:
        return {SIZES: "\n".join([about, "", *_growth_rows(runs)])}
    [results] = runs
    head = (
        f"{about} Requests a second, tables of {results.items:,} items of 1 KB; in brackets, how many times as many "
        "Tailrace answers."
    )
    if any(title.startswith(INTERPRETED) for title in results.facts):
        head += " Tailrace is compiled (`make wheel`); beside it stands the same code, interpreted."
    parts = [[head], *(_requests_rows(results, kind) for kind in KINDS if results.titles(kind)), _facts_rows(results)]
    return {BESIDE: "\n\n".join("\n".join(part) for part in parts)}


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _requests_rows(results: Results, kind: str) -> list[str]:
    count, titles = max(results.connections()), results.titles(kind)
    others = [title for title in titles if not title.startswith(OURS)]
    heads = [f"{PLACES[kind]}, {count} connections", "Tailrace", "p50, p99 ms", *map(name_of, others)]
    rows = [_row(heads), _row(["---", *["---:"] * (len(heads) - 1)])]
    for workload in results.workloads():
        ours = results.middle(workload, count, f"{OURS} ({kind})")
        cells = [f"**{rounded(ours.per_second)}**", f"{ours.p50_ms:.1f}, {ours.p99_ms:.1f}"] if ours else ["", ""]
        for title in others:
            found, ratio = results.middle(workload, count, title), results.ratio(workload, count, title)
            absence = results.absence(workload, count, title)
            cells.append(f"{rounded(found.per_second)} ({ratio:.2f})" if found and ratio else absence)
        rows.append(_row([TITLES[workload], *cells]))
    return rows


def _facts_rows(results: Results) -> list[str]:
    heads = [
        "",
        "ready after",
        "again after SIGKILL",
        "peak memory",
        "on disk",
        "what it acknowledged survives SIGKILL",
    ]
    rows = [_row(heads), _row(["---", *["---:"] * 4, "---"])]
    for kind in KINDS:
        for title in results.titles(kind):
            facts = results.facts[title]
            kept = SURVIVES[facts.survives_kill] + (
                f" ({facts.note})" if facts.note and not title.startswith(NOT_A_PEER) else ""
            )
            disk = f"{facts.disk_mb:.0f} MB" if kind == "file" else ""
            name = f"{name_of(title)}, {PLACES[kind]}"
            again = f"{facts.again_s:.1f} s" if facts.again_s else ""
            rows.append(_row([name, f"{facts.start_s:.1f} s", again, f"{facts.memory_mb:.0f} MB", disk, kept.strip()]))
    return rows


def _growth_rows(runs: Sequence[Results]) -> list[str]:
    heads = [
        "Tailrace, processor microseconds a request (requests/s)",
        *(f"{results.items:,} items" for results in runs),
    ]
    rows = [_row(heads), _row(["---", *["---:"] * len(runs)])]
    count = max(runs[0].connections())
    for kind in KINDS:
        title = f"{OURS} ({kind})"
        for workload in runs[0].workloads():
            found = [each for results in runs if (each := results.middle(workload, count, title))]
            if len(found) == len(runs):
                cells = [f"{each.cpu_us:,.0f} ({rounded(each.per_second)})" for each in found]
                rows.append(_row([f"{TITLES[workload]}, {PLACES[kind]}", *cells]))
        facts = [results.facts[title] for results in runs if title in results.facts]
        if len(facts) == len(runs):
            rows.append(_row([f"peak memory, {PLACES[kind]}", *(f"{each.memory_mb:.0f} MB" for each in facts)]))
        if kind == "file" and len(facts) == len(runs):
            rows.append(_row(["size on disk", *(f"{each.disk_mb:,.0f} MB" for each in facts)]))
            rows.append(_row(["ready again after SIGKILL", *(f"{each.again_s:.1f} s" for each in facts)]))
    return rows


def renewed(page: str, parts: dict[str, str]) -> str:
    """The page with new parts, each between its marks. Raises ValueError where it has none."""
    for name, text in parts.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, found, rest = page.partition(begin)
        _, ended, after = rest.partition(end)
        if not found or not ended:
            raise ValueError(f"the page lacks {begin} or {end}")
        page = f"{before}{begin}\n\n{text}\n\n{end}{after}"
    return page
