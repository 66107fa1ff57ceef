"""Floor 5: `tailrace trace`: what a write has caused, as a tree in a terminal."""

from __future__ import annotations

import json
import re
from typing import Any

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from tailrace.reach import Reached, ask, client

EVENT_ID = re.compile(r"[0-9a-f]{32}(-replay-[0-9a-f]{8})?")
SEQUENCE_NUMBER = re.compile(r"\d{27}")
RECORDS_TRACED_MAX = 10  # of a request that wrote more
ATTEMPTS_SHOWN_MAX = 5  # of each mapping, the latest
LOG_EVENTS_MAX = 50  # of one call
LOG_MARGIN_MS = 2_000
STYLES = {
    "Delivered": "green",
    "Success": "green",
    "DestinationDelivered": "green",
    "Filtered": "dim",
    "Passed": "dim",
    "Waiting": "yellow",
    "Failing": "yellow",
    "Throttled": "yellow",
    "DestinationRefused": "yellow",
    "PartialFailure": "yellow",
}

Answer = dict[str, Any]


def tell(reached: Reached, what: str, *, as_json: bool, with_logs: bool = True) -> None:
    """Print what became of a record (by its eventID or sequence number) or of a request. Raises NoAnswer."""
    found = look(reached, what)
    if with_logs:
        for attempt in _attempts(found):
            lines = _log_lines(reached, attempt)
            if lines:
                attempt["LogEvents"] = lines
    console = Console(highlight=False, soft_wrap=True)
    if as_json:
        console.print_json(json.dumps(found, default=str))
    else:
        console.print(tree(what, found))


def look(reached: Reached, what: str) -> Answer:
    """The server's answer: a record's trace, or a request's with the traces of what it wrote in `Traces`."""
    if EVENT_ID.fullmatch(what):
        return ask(reached, "trace_record", EventId=what)
    if SEQUENCE_NUMBER.fullmatch(what):
        return ask(reached, "trace_record", SequenceNumber=what)
    found = ask(reached, "trace_request", RequestId=what)
    numbers = [record["SequenceNumber"] for record in found["Records"]]
    for attempt in found["Attempts"]:
        numbers += [attempt["FirstSequenceNumber"]] if "FirstSequenceNumber" in attempt else []
    wanted = list(dict.fromkeys(numbers))[:RECORDS_TRACED_MAX]
    found["Traces"] = [ask(reached, "trace_record", SequenceNumber=number) for number in wanted]
    return found


def tree(what: str, found: Answer) -> Tree:
    """The answer as a tree."""
    if "Record" in found:
        root = Tree(_write(found.get("Write", {})))
        _record(root, found)
        return root
    root = Tree(_activity(what, found.get("Activity")))
    for each in found["Traces"]:
        _record(root, each, request=what)
    if len(found["Records"]) > RECORDS_TRACED_MAX or found.get("RecordsLeftOut"):
        more = "more than a hundred" if found.get("RecordsLeftOut") else str(len(found["Records"]))
        root.add(Text(f"... of {more} records; trace each by its sequence number", "dim"))
    if "Event" in found:
        event = found["Event"]
        branch = root.add(_headed("event", event["Fate"], event["FunctionArn"], _why(event)))
        _add_attempts(branch, found["Attempts"])
    elif found["Attempts"] and not found["Traces"]:
        _add_attempts(root, found["Attempts"])
    elif not found["Traces"]:
        root.add(Text("It has written no record of a stream, and was no call of a function", "dim"))
    return root


def _write(write: Answer) -> Text:
    if "RequestId" in write:
        by = f" by {write['PrincipalArn']}" if "PrincipalArn" in write else ""
        what = f"{write['Service']}:{write['Operation']}" if "Operation" in write else "a request"
        return Text.assemble((what, "bold"), f"{by}, request {write['RequestId']}")
    if "UserIdentity" in write:
        return Text.assemble((write["UserIdentity"], "bold"), " by itself (time to live)")
    return Text("Who wrote it is not known", "dim")


def _activity(what: str, activity: Answer | None) -> Text:
    if activity is None:
        return Text.assemble(("request ", "bold"), what)
    by = activity.get("PrincipalArn", "somebody unknown")
    head = f"{activity['Service']}:{activity['Operation']}"
    return Text.assemble((head, "bold"), f" by {by}, status {activity['StatusCode']}, request {what}")


def _record(parent: Tree, found: Answer, request: str | None = None) -> None:
    record = found["Record"]
    name = f"{record.get('EventName', 'record')} {record.get('Keys', '')}".rstrip()
    about = f" {record['EventId']}, number {record['SequenceNumber']}, {record.get('ShardId', 'a shard that is gone')}"
    trimmed = " (the stream has forgotten it)" if record["Trimmed"] else ""
    branch = parent.add(Text.assemble((name, "bold"), about + trimmed))
    wrote = found.get("Write", {}).get("RequestId")
    if request is not None and wrote not in (None, request):
        branch.add(Text.assemble("written by ", _write(found["Write"])))
    for mapping in found["Mappings"]:
        arn = f"{mapping['FunctionArn']} by mapping {mapping['EventSourceMappingUUID']}"
        inner = branch.add(_headed("->", mapping["Fate"], arn, _why(mapping)))
        _add_attempts(inner, mapping["Attempts"])
        if mapping.get("DestinationStatus") == "Pending":
            inner.add(Text("word of it to the failure destination is owed", "yellow"))
    for replay in found["Replays"]:
        _add_attempts(branch.add(Text(f"replay {replay['ReplayId']}", "bold")), replay["Attempts"])
    if not found["Mappings"] and not found["Replays"]:
        branch.add(Text("No mapping reads this stream", "dim"))


def _why(about: Answer) -> str:
    again = f", again at {about['NextAttemptTime']:%Y-%m-%d %H:%M:%S}" if "NextAttemptTime" in about else ""
    return f"{about.get('Reason', '')}{again}"


def _headed(head: str, fate: str, about: str, why: str) -> Text:
    text = Text.assemble(f"{head} ", (fate, STYLES.get(fate, "red")), f" {about}")
    return text.append(f": {why}") if why else text


def _add_attempts(parent: Tree, attempts: list[Answer]) -> None:
    """The attempts in the order of their times; of many, the latest."""
    if len(attempts) > ATTEMPTS_SHOWN_MAX:
        parent.add(Text(f"... {len(attempts) - ATTEMPTS_SHOWN_MAX} earlier attempts", "dim"))
    for attempt in reversed(attempts[:ATTEMPTS_SHOWN_MAX]):
        branch = parent.add(_attempt(attempt))
        for line in attempt.get("LogEvents", ()):
            branch.add(Text(line, "dim"))


def _attempt(attempt: Answer) -> Text:
    outcome = attempt["Outcome"]
    text = Text.assemble(f"{attempt['Time']:%H:%M:%S.%f}"[:-3] + " ", (outcome, STYLES.get(outcome, "red")))
    parts = []
    if "Attempt" in attempt:
        parts.append(f"attempt {attempt['Attempt']}")
    if "RecordCount" in attempt:
        parts.append(f"{attempt['RecordCount']} records")
    if "Milliseconds" in attempt:
        parts.append(f"{attempt['Milliseconds']:g} ms")
    if "InitMilliseconds" in attempt:
        parts.append(f"cold start {attempt['InitMilliseconds']:.0f} ms")
    if "WaitMilliseconds" in attempt:
        parts.append(f"waited {attempt['WaitMilliseconds']} ms")
    parts += [attempt[name] for name in ("Condition", "Error", "Destination") if name in attempt]
    if "LogStream" in attempt:
        parts.append(f"{attempt['LogGroup']} {attempt['LogStream']}, request {attempt['RequestId']}")
    return text.append(" " + ", ".join(parts)) if parts else text


def _attempts(found: Answer) -> list[Answer]:
    """The attempts that are shown, wherever they stand in an answer."""
    lists = [found["Attempts"]] if "Attempts" in found else []
    for each in [found, *found.get("Traces", ())]:
        lists += [mapping["Attempts"] for mapping in each.get("Mappings", ())]
        lists += [replay["Attempts"] for replay in each.get("Replays", ())]
    return [attempt for attempts in lists for attempt in attempts[:ATTEMPTS_SHOWN_MAX]]


def _log_lines(reached: Reached, attempt: Answer) -> list[str]:
    """What the function has logged in a call: its environment does one at a time, from START to REPORT."""
    if "LogStream" not in attempt or "RequestId" not in attempt:
        return []
    from botocore.exceptions import ClientError

    end = int(attempt["Time"].timestamp() * 1000)
    start = end - int(attempt.get("Milliseconds", 0))
    try:
        events = client(reached, "logs").get_log_events(
            logGroupName=attempt["LogGroup"],
            logStreamName=attempt["LogStream"],
            startTime=start - LOG_MARGIN_MS,
            endTime=end + LOG_MARGIN_MS,
            startFromHead=True,
        )["events"]
    except ClientError as error:
        return [f"(no log: {error.response['Error']['Message']})"]
    lines = [str(event["message"]).rstrip() for event in events]
    own = [place for place, line in enumerate(lines) if attempt["RequestId"] in line]
    return lines[own[0] : own[-1] + 1][:LOG_EVENTS_MAX] if own else []
