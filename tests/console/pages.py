"""Every page of the console, and an address at which it can be looked at: `test_pages.py` goes to each of them.

A page that a feature declares (`page("tables/:table", ...)` in console/src/features/*/routes.ts) must be here.
"""

from __future__ import annotations

from urllib.parse import quote

from tests.console.messaging import TOPIC_ARN

KEY = '{"PK":{"S":"FRUIT"},"SK":{"S":"APPLE#WASHINGTON"}}'

# The declared path, and where to go, more than one address where tabs differ. What they name is made by `resources.py`;
# LATEST stands for the function's latest log stream, RECORD for a record of the table's stream, RUN for the run that it
# caused, REPLAY for a replay of it, BACKUP for a backup of the table.
PAGES: dict[str, list[str]] = {
    "": ["/console/"],
    "tables": ["/console/tables"],
    "tables/create": ["/console/tables/create"],
    "tables/:table": [
        "/console/tables/Cloud9",
        "/console/tables/Cloud9?tab=indexes",
        "/console/tables/Cloud9?tab=monitor&range=3h",
        "/console/tables/Cloud9?tab=streams&record=RECORD",
        "/console/tables/Cloud9?tab=permissions",
        "/console/tables/Cloud9?tab=backups",
        "/console/tables/Cloud9?tab=settings",
    ],
    "tables/:table/restore": ["/console/tables/Cloud9/restore"],
    "partiql": ["/console/partiql?statement=SELECT+*+FROM+%22Cloud9%22"],
    "backups": ["/console/backups"],
    "backups/:backup": ["/console/backups/BACKUP"],
    "backups/:backup/restore": ["/console/backups/BACKUP/restore"],
    "traces": ["/console/traces"],
    "traces/:id": ["/console/traces/RECORD", "/console/traces/RUN"],
    "replays": ["/console/replays"],
    "replays/start": ["/console/replays/start", "/console/replays/start?function=DB-Stream-Handler&records=RECORD"],
    "replays/:id": ["/console/replays/REPLAY"],
    "tables/:table/turn-on-stream": ["/console/tables/Cloud9/turn-on-stream"],
    "tables/:table/create-trigger": ["/console/tables/Cloud9/create-trigger"],
    "functions": ["/console/functions"],
    "functions/create": ["/console/functions/create"],
    "functions/:function": [
        "/console/functions/DB-Stream-Handler",
        "/console/functions/DB-Stream-Handler?tab=configuration",
        "/console/functions/DB-Stream-Handler?tab=configuration&section=permissions",
        "/console/functions/DB-Stream-Handler?tab=configuration&section=triggers",
        "/console/functions/DB-Stream-Handler?tab=configuration&section=environment",
        "/console/functions/DB-Stream-Handler?tab=test",
        "/console/functions/DB-Stream-Handler?tab=monitor",
        "/console/functions/DB-Stream-Handler?tab=versions",
        "/console/functions/DB-Stream-Handler?tab=aliases",
        "/console/functions/DB-Stream-Handler?qualifier=1",
        "/console/functions/DB-Stream-Handler?tab=invocations",
        "/console/functions/DB-Stream-Handler?qualifier=live&tab=configuration",
    ]
    + [
        f"/console/functions/DB-Stream-Handler?tab=configuration&section={section}"
        for section in ("url", "tags", "logging", "concurrency", "events")
    ],
    "iam": ["/console/iam"],
    "layers": ["/console/layers"],
    "layers/create": ["/console/layers/create?layer=fruit"],
    "layers/:layer": ["/console/layers/fruit"],
    "iam/roles": ["/console/iam/roles"],
    "iam/roles/:role": [
        "/console/iam/roles/DB-Stream-Handler-role",
        "/console/iam/roles/DB-Stream-Handler-role?tab=trust",
        "/console/iam/roles/DB-Stream-Handler-role?tab=tags",
    ],
    "iam/groups": ["/console/iam/groups"],
    "iam/groups/create": ["/console/iam/groups/create"],
    "iam/groups/:group": [f"/console/iam/groups/readers{tab}" for tab in ("", "?tab=permissions")],
    "iam/groups/:group/create-policy": ["/console/iam/groups/readers/create-policy"],
    "iam/:kind/:holder/policies/:policy/edit": [
        "/console/iam/groups/readers/policies/fruits/edit?editor=json&statement=1"
    ],
    "iam/policies/:policy/edit": [
        "/console/iam/policies/" + quote("arn:aws:iam::000000000000:policy/Fruits", safe="") + "/edit"
    ],
    "iam/simulator": [
        "/console/iam/simulator",
        "/console/iam/simulator?principal=arn%3Aaws%3Aiam%3A%3A000000000000%3Auser%2Freader"
        "&action=dynamodb%3AGetItem&action=dynamodb%3ADeleteItem&action=sns%3APublish&resource=*",
    ],
    "iam/roles/create": ["/console/iam/roles/create"],
    "iam/roles/:role/edit-trust-policy": ["/console/iam/roles/DB-Stream-Handler-role/edit-trust-policy"],
    "iam/roles/:role/create-policy": [
        "/console/iam/roles/DB-Stream-Handler-role/create-policy",
        "/console/iam/roles/DB-Stream-Handler-role/create-policy?editor=json",
    ],
    "items": ["/console/items"],
    "items/:table": [
        "/console/items/Cloud9",
        "/console/items/Cloud9?pk=FRUIT&sk=A&op=begins_with&filters="
        + quote('[{"name":"Stocks","type":"N","condition":">","value":"1","value2":""}]'),
    ],
    "items/:table/create": ["/console/items/Cloud9/create"],
    "items/:table/edit": [f"/console/items/Cloud9/edit?key={quote(KEY)}&view={view}" for view in ("form", "json")],
    "logs/live-tail": [
        "/console/logs/live-tail?groups=%2Faws%2Flambda%2FDB-Stream-Handler&filter=apple&highlight=apple"
    ],
    "logs/create-group": ["/console/logs/create-group"],
    "logs/insights": ["/console/logs/insights?groups=%2Faws%2Flambda%2FDB-Stream-Handler&range=1d"],
    "logs/groups": ["/console/logs/groups"],
    "logs/groups/:group": ["/console/logs/groups/%2Faws%2Flambda%2FDB-Stream-Handler"],
    "logs/groups/:group/streams/:stream": ["/console/logs/groups/%2Faws%2Flambda%2FDB-Stream-Handler/streams/LATEST"],
    "activity": [
        "/console/activity?follow=1",
        "/console/activity?decision=Denied&principal=arn%3Aaws%3Aiam%3A%3A000000000000%3Auser%2Freader",
    ],
    "sns/topics": ["/console/sns/topics"],
    "sns/topics/create": ["/console/sns/topics/create"],
    "sns/topics/:topic": [
        f"/console/sns/topics/{quote(TOPIC_ARN)}{tab}" for tab in ("", "?tab=monitor", "?tab=policy", "?tab=tags")
    ],
    "sns/subscribe": [f"/console/sns/subscribe?topic={quote(TOPIC_ARN)}"],
    "inbox": ["/console/inbox"],
    "sqs/queues": ["/console/sqs/queues"],
    "sqs/queues/create": ["/console/sqs/queues/create"],
    "sqs/queues/:queue": [
        f"/console/sqs/queues/Baskets{tab}"
        for tab in ("", "?tab=monitor", "?tab=dead", "?tab=policy", "?tab=triggers", "?tab=tags")
    ]
    + ["/console/sqs/queues/Baskets-dead?tab=dead"],
    "sqs/queues/:queue/messages": ["/console/sqs/queues/Baskets/messages"],
    "iam/users": ["/console/iam/users"],
    "iam/users/create": ["/console/iam/users/create"],
    "iam/users/:user": [f"/console/iam/users/reader{tab}" for tab in ("", "?tab=groups", "?tab=keys")],
    "iam/users/:user/create-policy": ["/console/iam/users/reader/create-policy"],
    "iam/policies": ["/console/iam/policies"],
    "iam/policies/create": ["/console/iam/policies/create"],
    "iam/policies/:policy": [
        "/console/iam/policies/" + quote("arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess", safe="") + tab
        for tab in ("", "?tab=entities")
    ],
    "logs/groups/:group/search": ["/console/logs/groups/%2Faws%2Flambda%2FDB-Stream-Handler/search?range=all"],
}
