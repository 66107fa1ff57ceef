"""The chart: a row for each workload, a dot for each server, in a scale where twice as fast is the same step anywhere.

Drawn on a card of its own colour, so that it reads the same on a light and on a dark page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.compare.results import INTERPRETED, KINDS, NOT_A_PEER, OURS, Results
from benchmarks.compare.tables import PLACES, TITLES, name_of

CARD, INK, FAINT, LINE = "#fbfaf7", "#26303a", "#66717c", "#e3e0d8"
COLOURS = {
    OURS: "#0b6bcb",
    INTERPRETED: "#7db4ea",
    "dynalite": "#d9822b",
    "dynoxide": "#8a5a44",
    "ministack": "#7a4fb5",
    "moto": "#c23b5a",
    "dynamodb-local": "#2f8f6b",
    NOT_A_PEER: "#9aa3ab",
}
MARKS = {
    OURS: "o",
    INTERPRETED: "o",
    "dynalite": "s",
    "dynoxide": "D",
    "ministack": "^",
    "moto": "v",
    "dynamodb-local": "P",
}


def draw(results: Results, file: Path) -> None:
    """Requests a second at the most connections, a pane for each class, as a PNG."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot
    from PIL import Image

    kinds = [kind for kind in KINDS if results.titles(kind)]
    workloads, count = results.workloads(), max(results.connections())
    style: Any = {"font.family": "DejaVu Sans", "font.size": 8.5, "text.color": INK, "axes.labelcolor": FAINT}
    with mpl.rc_context(style):
        height = 1.15 + 0.27 * len(workloads)
        figure, panes = pyplot.subplots(
            1,
            len(kinds),
            figsize=(5.2 * len(kinds) + 1.6, height),
            sharex=True,
            sharey=True,
            squeeze=False,
            facecolor=CARD,
        )
        for pane, kind in zip(panes[0], kinds, strict=True):
            _pane(pane, results, kind, workloads, count)
        shown = dict.fromkeys(title.partition(" ")[0] for kind in kinds for title in results.titles(kind))
        found = {h.get_label(): h for pane in panes[0] for h in pane.get_legend_handles_labels()[0]}
        handles = [found[name_of(name)] for name in shown if name_of(name) in found]
        figure.legend(
            handles=handles, loc="lower center", ncols=len(handles), frameon=False, handletextpad=0.2, columnspacing=1.6
        )
        figure.tight_layout(rect=(0, 0.32 / height, 1, 1))
        figure.savefig(file, dpi=110, facecolor=CARD)
        pyplot.close(figure)
    with Image.open(file) as image:
        image.convert("RGB").quantize(64).save(file, optimize=True)  # a third of the bytes, and nobody sees it


def _pane(pane: Any, results: Results, kind: str, workloads: list[str], count: int) -> None:
    pane.set_facecolor(CARD)
    pane.set_xscale("log")
    pane.set_title(f"{PLACES[kind]}: requests a second, {count} connections", fontsize=9.5, loc="left", color=INK)
    rows = list(reversed(range(len(workloads))))
    pane.hlines(rows, 0, 1, transform=pane.get_yaxis_transform(), color=LINE, linewidth=0.8, zorder=0)
    for title in reversed(results.titles(kind)):  # ours last, above the others
        name = title.partition(" ")[0]
        found = [
            (measured.per_second, row)
            for workload, row in zip(workloads, rows, strict=True)
            if (measured := results.middle(workload, count, title))
        ]
        if found:
            looks: dict[str, Any] = {"color": COLOURS[name], "s": 30, "alpha": 0.9, "linewidths": 0}
            if name == OURS:
                looks |= {"s": 62, "alpha": 1, "zorder": 5, "edgecolors": CARD, "linewidths": 0.8}
            if name == NOT_A_PEER:
                looks |= {"s": 70, "linewidths": 1.6}
            pane.scatter(*zip(*found, strict=True), marker=MARKS.get(name, "|"), label=name_of(title), **looks)
    pane.set_yticks(rows, [TITLES[workload] for workload in workloads])
    pane.set_ylim(-0.7, len(workloads) - 0.3)
    pane.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    pane.grid(axis="x", color=LINE, linewidth=0.8)
    pane.set_axisbelow(True)
    pane.tick_params(colors=INK, length=0, which="both")
    for side in pane.spines.values():
        side.set_visible(False)
