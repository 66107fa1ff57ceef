"""Batches: up to ten entries, each of which succeeds or fails on its own."""

from __future__ import annotations

import re
from collections.abc import Callable

from tailrace.base.errors import ApiError
from tailrace.operation import Shape
from tailrace.services.sqs import refusals

ENTRIES_MAX = 10
_id = re.compile(r"[A-Za-z0-9_-]{1,80}")


def check_entries(request: Shape, kind: str) -> list[Shape]:
    """The entries of a batch. Raises ApiError where there are none or too many, or their ids aren't ids of their own.

    `kind` is what AWS calls an entry of this operation.
    """
    entries: list[Shape] = request["Entries"]
    if not entries:
        raise ApiError("EmptyBatchRequest", f"There should be at least one {kind} in the request.")
    if len(entries) > ENTRIES_MAX:
        text = f"Maximum number of entries per request are {ENTRIES_MAX}. You have sent {len(entries)}."
        raise ApiError("TooManyEntriesInBatchRequest", text)
    seen: set[str] = set()
    for entry in entries:
        name = entry.get("Id", "")
        if not _id.fullmatch(name):
            text = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
            raise ApiError("InvalidBatchEntryId", text + "It can be at most 80 letters long.")
        if name in seen:
            raise ApiError("BatchEntryIdsNotDistinct", f"Id {name} repeated.")
        seen.add(name)
    return entries


def each(entries: list[Shape], do: Callable[[Shape], Shape]) -> Shape:
    """Do one entry after the other; what succeeded and what failed, each in the order of the entries.

    `do` refuses before it changes anything, so that a failed entry leaves nothing behind.
    """
    successful: list[Shape] = []
    failed: list[Shape] = []
    for entry in entries:
        try:
            successful.append({"Id": entry["Id"], **do(entry)})
        except ApiError as error:
            code = refusals.ENTRY_CODES.get(error.code, error.code)
            failed.append({"Id": entry["Id"], "SenderFault": True, "Code": code, "Message": error.message})
    answer: Shape = {}
    if successful:
        answer["Successful"] = successful
    if failed:
        answer["Failed"] = failed
    return answer
