"""The C library's heap: what falls free at its end is kept for what comes next.

glibc gives the end of its heap back to the system whenever more than it has seen the use of is free there. A group of
writes of 100 KB holds some megabytes until it is committed, and lets go of them all at once; to have them again costs
30 faults of a page for each write, a tenth of its processor time and more. What is kept counts as in use, so no more
than a peak of the server is.
"""

from __future__ import annotations

import ctypes
from typing import Final

KEPT_BYTES_MAX: Final = 64 * 1024 * 1024
BLOCK_BYTES_MAX: Final = 32 * 1024 * 1024  # a larger block isn't the heap's: the most that glibc takes for that
_M_TRIM_THRESHOLD: Final = -1  # of glibc's malloc.h
_M_MMAP_THRESHOLD: Final = -3


def keep_freed() -> bool:
    """Have this process keep what falls free; False where its C library knows no such wish."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, BLOCK_BYTES_MAX) and mallopt(_M_TRIM_THRESHOLD, KEPT_BYTES_MAX))
