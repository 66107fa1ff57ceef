"""The inbox: where mails go on a server that was given no mail server. The latest thousand of each account and region.

So a subscription by email can be tried, and confirmed by its link, on a machine that sends no mail.
"""

from __future__ import annotations

from typing import Any

from tailrace.base import ids
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.sns.mail import Mail
from tailrace.store import resources
from tailrace.store.engine import Transaction

KIND = "sns:mail"
MAILS_MAX = 1000
PAGE_MAX = 100


def put(tx: Transaction, scope: str, mail: Mail, now: float) -> None:
    """Keep a mail; the oldest one goes where there are too many."""
    # Names fall with time, so that the latest stands first.
    name = f"{10**15 - int(now * 1000):016d}-{resources.next_number(tx, 'sns:mails'):012d}"
    document = {**mail._asdict(), "time": now, "id": ids.uuid()}
    resources.put(tx, KIND, scope, name, document)
    rows = resources.page(tx, KIND, scope, None, MAILS_MAX + 1)
    for old, _ in rows[MAILS_MAX:]:
        resources.delete(tx, KIND, scope, old)


def messages(tx: Transaction, scope: str, to: str = "", limit: int = PAGE_MAX) -> list[dict[str, Any]]:
    """The latest mails, newest first, of one address or of all: to, name, subject, text, link, time (epoch), id."""
    rows = resources.page(tx, KIND, scope, None, MAILS_MAX)
    found = [document for _, document in rows if not to or document["to"] == to]
    return found[:limit]


@operation("tailrace", "ListMails", needs="tailrace:ListMails", on=anything)
async def list_mails(call: Call, request: Shape) -> Shape:
    """The mails that were sent in this account and region, newest first, of one address or of all."""
    to, limit = request.get("To", ""), request.get("MaxResults", PAGE_MAX)
    found = await call.store.view(lambda tx: messages(tx, call.scope, to, limit))
    return {"Mails": [_shown(one) for one in found]}


def _shown(kept: dict[str, Any]) -> Shape:
    return {
        "MailId": kept["id"],
        "Time": kept["time"],
        "To": kept["to"],
        "Subject": kept["subject"],
        "Text": kept["text"],
        "Link": kept["link"],
    }
