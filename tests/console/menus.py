"""Lists and menus of the console's pages, chosen from as somebody does who opens one again that has closed."""

from __future__ import annotations

import time

from playwright.sync_api import Locator, TimeoutError

AGAIN_MS = 10_000
PATIENCE_SECONDS = 90  # on a machine that has other things to do, too


def choose(opener: Locator, entry: Locator) -> None:
    """Open a list or menu, and choose an entry.

    Cloudscape closes one whose page is no longer looked at (`onDropdownBlur`). In a browser of several pages that now
    and then happens by itself on a busy machine: it's opened again.
    """
    opener.click()
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return entry.click(timeout=AGAIN_MS)
        except TimeoutError:
            if time.monotonic() > until:
                raise
            if opener.get_attribute("aria-expanded") != "true":
                opener.click()
