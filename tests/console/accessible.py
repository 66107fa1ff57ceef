"""axe-core on a page: WCAG 2.1 AA, in light and in dark."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "console" / "node_modules" / "axe-core" / "axe.min.js"
# Colours glide from one mode to the other; axe must not see one that is half way.
SETTLED = """() => Promise.all(
    document.getAnimations().filter(each => each instanceof CSSTransition).map(each => each.finished.catch(() => null))
)"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


def assert_accessible(page: Page) -> None:
    """Fail with what axe finds on the page as it is now, in either mode. The page is light afterwards."""
    found = []
    for mode in ("dark", "light"):
        page.evaluate(
            "mode => { localStorage.setItem('tailrace.mode', mode); window.dispatchEvent(new Event('storage')); }", mode
        )
        page.evaluate(SETTLED)
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(AXE.read_text())  # not a script tag, which the policy of the page refuses
        # Only what is violated in full: else most of the time goes into describing what is well.
        answer = page.evaluate("rules => axe.run({ runOnly: rules, resultTypes: ['violations'] })", RULES)
        found += [
            f"{mode}: {problem['id']} ({problem['help']}): {node['html'][:200]} {node['failureSummary']}"
            for problem in answer["violations"]
            for node in problem["nodes"]
        ]
    assert not found, "\n".join(found)
