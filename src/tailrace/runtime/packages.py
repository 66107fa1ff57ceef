"""What a function may import without bringing it along: AWS's runtime client and SDK, and nothing else of ours.

For Python, a folder of links to the server's own copies; for Node.js, the `node_modules` that the build has put beside
`node/package.json`. The rejected alternative, the server's whole site-packages, lets a function lean on what AWS does
not have, and meet it only there.
"""

from __future__ import annotations

import logging
import re
from importlib import metadata
from pathlib import Path

PYTHON_ROOTS = ("awslambdaric", "boto3")
NODE_SDK = Path(__file__).parent / "node" / "node_modules"
DISTRIBUTIONS_MAX = 100

log = logging.getLogger("tailrace.runtime")


def distributions(roots: tuple[str, ...] = PYTHON_ROOTS) -> list[metadata.Distribution]:
    """The installed distributions that `roots` need, themselves first; extras are left out."""
    found: dict[str, metadata.Distribution] = {}
    waiting = list(roots)
    while waiting and len(found) < DISTRIBUTIONS_MAX:
        name = re.sub(r"[-_.]+", "-", waiting.pop(0)).lower()
        if name in found:
            continue
        found[name] = metadata.distribution(name)
        needed = [text for text in found[name].requires or [] if "extra ==" not in text]
        waiting.extend(re.split(r"[^A-Za-z0-9._-]", text, maxsplit=1)[0] for text in needed)
    return list(found.values())


def link_python(folder: Path) -> None:
    """Fill `folder` with links to what a Python function may import, its metadata included."""
    folder.mkdir(mode=0o755)
    for distribution in distributions():
        tops = {file.parts[0] for file in distribution.files or [] if file.parts[0] not in ("..", "__pycache__")}
        for top in sorted(tops):
            link = folder / top
            if not link.is_symlink():
                link.symlink_to(Path(str(distribution.locate_file(top))).resolve())


def node_sdk() -> Path | None:
    """The folder of the SDK for Node.js, or None (and a word in the server's log) where the build left it out."""
    if NODE_SDK.is_dir():
        return NODE_SDK
    log.warning(
        "Node.js functions run without the AWS SDK: %s is missing (installed with TAILRACE_WITHOUT_NODE?)", NODE_SDK
    )
    return None
