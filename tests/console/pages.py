"""Every page of the console, and an address at which it can be looked at: `test_pages.py` goes to each of them.

A page that a feature declares (`page("tables/:table", ...)` in console/src/features/*/routes.ts) must be here.
"""

from __future__ import annotations

# The declared path, and where to go, more than one address where tabs differ. What they name is made by `resources.py`.
PAGES: dict[str, list[str]] = {
    "": ["/console/"],
    "tables": ["/console/tables"],
    "tables/create": ["/console/tables/create"],
    "tables/:table": ["/console/tables/Cloud9", "/console/tables/Cloud9?tab=streams"],
    "tables/:table/turn-on-stream": ["/console/tables/Cloud9/turn-on-stream"],
    "tables/:table/create-trigger": ["/console/tables/Cloud9/create-trigger"],
    "functions": ["/console/functions"],
    "functions/create": ["/console/functions/create"],
    "functions/:function": [
        "/console/functions/DB-Stream-Handler",
        "/console/functions/DB-Stream-Handler?tab=configuration",
        "/console/functions/DB-Stream-Handler?tab=configuration&section=permissions",
    ],
    "iam/roles": ["/console/iam/roles"],
    "iam/roles/:role": [
        "/console/iam/roles/DB-Stream-Handler-role",
        "/console/iam/roles/DB-Stream-Handler-role?tab=trust",
    ],
    "iam/roles/:role/create-policy": [
        "/console/iam/roles/DB-Stream-Handler-role/create-policy",
        "/console/iam/roles/DB-Stream-Handler-role/create-policy?editor=json",
    ],
}
