"""Whether the modules that every request passes through are machine code, as in a wheel of `make wheel`.

Which they are says compiled_modules.py, beside the build hook; a wheel has all of them as machine code, or none.
"""

from __future__ import annotations

import linecache
import sys
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, SourceFileLoader
from pathlib import Path

from tailrace.base import ids


def code() -> str:
    """`compiled` or `interpreted`."""
    return "compiled" if ids.__file__.endswith(tuple(EXTENSION_SUFFIXES)) else "interpreted"


def tell_sources() -> None:
    """Have tracebacks show the lines of the compiled modules that are loaded by now.

    Machine code tells its source by the path that it was compiled from, tailrace/wire/route.py, where no file lies; and
    the loader of a library, whom Python asks next, says that it knows no source, though that stands beside the library.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith("tailrace.") and isinstance(module.__loader__, ExtensionFileLoader) and module.__file__:
            source = Path(module.__file__).with_name(f"{name.rpartition('.')[2]}.py")
            loader = SourceFileLoader(name, str(source))
            linecache.lazycache(f"{name.replace('.', '/')}.py", {"__name__": name, "__loader__": loader})
