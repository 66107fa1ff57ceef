"""Whether the modules that every request passes through are machine code, as in a wheel of `make wheel`.

Which they are says compiled_modules.py, beside the build hook; a wheel has all of them as machine code, or none.
"""

from __future__ import annotations

from importlib.machinery import EXTENSION_SUFFIXES

from tailrace.base import ids


def code() -> str:
    """`compiled` or `interpreted`."""
    return "compiled" if ids.__file__.endswith(tuple(EXTENSION_SUFFIXES)) else "interpreted"
