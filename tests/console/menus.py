"""Lists and menus of the console's pages, chosen from as somebody does who opens one again that has closed."""

from __future__ import annotations

import time

from playwright.sync_api import Locator, TimeoutError

from tests.console.conftest import PATIENCE_MS

AGAIN_MS = 10_000


def choose(opener: Locator, entry: Locator) -> None:
    """Open a list or menu, and choose an entry.

    On a busy machine one has been found closed now and then, though nobody had closed it; it's opened again then. What
    closes it isn't known: Cloudscape does when the focus leaves its page (`onDropdownBlur`), and on a click elsewhere.
    """
    opener.click()
    until = time.monotonic() + PATIENCE_MS / 1000
    while True:
        try:
            return entry.click(timeout=AGAIN_MS)
        except TimeoutError:
            if time.monotonic() > until:
                raise
            if opener.get_attribute("aria-expanded") != "true":
                opener.click()
