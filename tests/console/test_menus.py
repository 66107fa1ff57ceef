"""That a menu which closes by itself is opened again, and one that is open isn't closed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.console import menus

MENU = """
<button aria-expanded="false">Open</button><ul></ul><output></output>
<script>
  const [opener, list, said] = ["button", "ul", "output"].map((name) => document.querySelector(name));
  let opened = 0;
  const show = (open) => {
    opener.setAttribute("aria-expanded", open);
    list.innerHTML = open ? '<li role="menuitem">Entry</li>' : "";
  };
  opener.onclick = () => {
    const open = opener.getAttribute("aria-expanded") === "false";
    if (open) opened += 1;
    if (!open || opened > CLOSES) setTimeout(() => show(open), open ? SLOW : 0);
    if (open && opened > CLOSES) opener.setAttribute("aria-expanded", true);
  };
  list.onclick = () => { said.textContent = `chosen at opening ${opened}`; show(false); };
</script>
"""


@pytest.mark.parametrize(("closes", "slow_ms"), [(0, 0), (2, 0), (0, 500)])
def test_an_entry_is_chosen_once(blank: Page, monkeypatch: pytest.MonkeyPatch, closes: int, slow_ms: int) -> None:
    monkeypatch.setattr(menus, "AGAIN_MS", 200)
    blank.set_content(MENU.replace("CLOSES", str(closes)).replace("SLOW", str(slow_ms)))
    menus.choose(blank.get_by_role("button", name="Open"), blank.get_by_role("menuitem", name="Entry"))
    assert blank.locator("output").text_content() == f"chosen at opening {closes + 1}"
