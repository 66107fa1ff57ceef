"""The platform's own lines in a function's log, as text or as JSON objects. Pure.

Text lines end in a line feed, REPORT in a tab before it; "Init Duration" stands in the first report of an environment.
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from tailrace.base.clock import iso_milliseconds
from tailrace.runtime.spec import Outcome

STATUS = {"timeout": "timeout", "exit": "error", "memory": "error", "storage": "error", "init": "error"}


def runtime_version(runtime: str) -> str:
    """`python:3.11.v1` for `python3.11`."""
    match = re.fullmatch(r"(python|nodejs|java)(\d[\d.]*?)(?:\.x)?", runtime)
    if match:
        return f"{match[1]}:{match[2]}.v1"
    return f"{runtime.replace('.', ':', 1)}.v1"


def init_start(runtime: str, version_arn: str) -> str:
    """INIT_START: a cold start begins."""
    return f"INIT_START Runtime Version: {runtime_version(runtime)}\tRuntime Version ARN: {version_arn}\n"


def start(request_id: str, version: str) -> str:
    """START: an invocation begins."""
    return f"START RequestId: {request_id} Version: {version}\n"


def end(request_id: str) -> str:
    """END: an invocation is over."""
    return f"END RequestId: {request_id}\n"


def report(request_id: str, outcome: Outcome, memory_mb: int) -> str:
    """REPORT: what an invocation took."""
    parts = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {outcome.duration_ms:.2f} ms",
        f"Billed Duration: {outcome.billed_ms} ms",
        f"Memory Size: {memory_mb} MB",
        f"Max Memory Used: {outcome.memory_mb_max} MB",
    ]
    if outcome.init_ms is not None:
        parts.append(f"Init Duration: {outcome.init_ms:.2f} ms")
    status = STATUS.get(outcome.kind or "")
    if status:
        parts.append(f"Status: {status}")
    if status == "error" and outcome.error_type:
        parts.append(f"Error Type: {outcome.error_type}")
    return "\t".join(parts) + "\t\n"


def traced(trace: str) -> str:
    """The line below REPORT of an invocation that is traced actively, or "" for one that is not sampled."""
    fields = dict(part.split("=", 1) for part in trace.split(";"))
    if fields["Sampled"] != "1":
        return ""
    return f"XRAY TraceId: {fields['Root']}\tSegmentId: {fields['Parent']}\tSampled: true\t\n"


def platform(now: float, kind: str, record: dict[str, Any]) -> str:
    """A platform event of the JSON format: `platform.start`, `platform.report`, ..."""
    event = {"time": iso_milliseconds(now, suffix="Z"), "type": f"platform.{kind}", "record": record}
    return orjson.dumps(event).decode() + "\n"


def init_records(init_ms: float, *, failed: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """The records of `platform.initRuntimeDone` and `platform.initReport`."""
    done = {"initializationType": "on-demand", "phase": "init", "status": "error" if failed else "success"}
    return done, {**done, "metrics": {"durationMs": round(init_ms, 3)}}


def done_record(request_id: str, outcome: Outcome) -> dict[str, Any]:
    """The record of `platform.runtimeDone`."""
    status = STATUS.get(outcome.kind or "", "error" if outcome.kind else "success")
    metrics = {"durationMs": round(outcome.duration_ms, 3), "producedBytes": len(outcome.payload)}
    record: dict[str, Any] = {"requestId": request_id, "status": status, "metrics": metrics}
    if outcome.error_type and status == "error":
        record["errorType"] = outcome.error_type
    return record


def report_record(request_id: str, outcome: Outcome, memory_mb: int) -> dict[str, Any]:
    """The record of `platform.report`."""
    metrics: dict[str, Any] = {
        "durationMs": round(outcome.duration_ms, 3),
        "billedDurationMs": outcome.billed_ms,
        "memorySizeMB": memory_mb,
        "maxMemoryUsedMB": outcome.memory_mb_max,
    }
    if outcome.init_ms is not None:
        metrics["initDurationMs"] = round(outcome.init_ms, 3)
    record: dict[str, Any] = {"requestId": request_id, "metrics": metrics}
    record["status"] = STATUS.get(outcome.kind or "", "error" if outcome.kind else "success")
    if outcome.error_type and record["status"] == "error":
        record["errorType"] = outcome.error_type
    return record
