"""What falls free is kept: memory that is let go of and taken again needs no page of the system."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

PROGRAM = """
import resource
from tailrace.base import heap
kept = {kept} and heap.keep_freed()
for turn in range(30):
    if turn == 10:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    blocks = [b"x" * (100_000 + number) for number in range(100)]
    del blocks
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(*, kept: bool) -> int:
    """The faults of pages of a program that takes 10 MB twenty times, and lets go of them."""
    run = [sys.executable, "-c", PROGRAM.format(kept=kept)]
    return int(subprocess.run(run, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="this C library's heap has no such setting")
def test_what_falls_free_is_kept() -> None:
    assert faults(kept=True) < 2_000 < faults(kept=False)
