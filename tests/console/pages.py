"""Every page of the console, and an address at which it can be looked at: `test_pages.py` goes to each of them.

A page that a feature declares (`page("tables/:table", ...)` in console/src/features/*/routes.ts) must be here.
"""

from __future__ import annotations

# The declared path, and where to go; the resources that the addresses name are made by test_pages.py.
PAGES = {
    "": "/console/",
    "tables": "/console/tables",
}
