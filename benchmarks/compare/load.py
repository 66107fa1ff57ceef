"""Load by wrk (Debian: apt install wrk): keep-alive connections that send signed requests, one after the other."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

# Each request is in the file after its length; LuaJIT hands the strings to wrk as they are. What is sent next is told
# by a counter, so that no two requests in a row are the same.
SCRIPT = """
local requests, n = {}, 0
local file = assert(io.open("%s", "rb"))
while true do
  local length = file:read(8)
  if not length then break end
  requests[#requests + 1] = file:read(tonumber(length))
end
file:close()
request = function() n = n %% #requests + 1; return requests[n] end
done = function(summary, latency)
  io.stderr:write(string.format('{"requests": %%d, "us": %%d, "refused": %%d, "broken": %%d, "p50": %%d, "p99": %%d}',
    summary.requests, summary.duration, summary.errors.status,
    summary.errors.read + summary.errors.write + summary.errors.connect + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True)
class Measured:
    """One run: requests a second, latencies in milliseconds, the server's processor time of a request in microseconds
    (it hardly depends on what else the machine does), and how many answers were no success.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    failed: int


def run(
    port: int, requests: Sequence[bytes], connections: int, seconds: int, cpu_seconds: Callable[[], float]
) -> Measured:
    """Send for `seconds` to a server whose processor time `cpu_seconds` tells. Raises RuntimeError without wrk."""
    if not shutil.which("wrk"):
        raise RuntimeError("wrk is missing (Debian: apt install wrk)")
    with tempfile.TemporaryDirectory() as place:
        sent, script = Path(place, "requests"), Path(place, "load.lua")
        with sent.open("wb") as file:
            for request in requests:
                file.write(b"%08d" % len(request) + request)
        script.write_text(SCRIPT % sent)
        told, spent = _wrk(port, script, connections, seconds, cpu_seconds)
    return Measured(
        per_second=told["requests"] / (told["us"] / 1e6),
        p50_ms=told["p50"] / 1000,
        p99_ms=told["p99"] / 1000,
        cpu_us=spent / max(1, told["requests"]) * 1e6,
        failed=told["refused"] + told["broken"],
    )


def _wrk(
    port: int, script: Path, connections: int, seconds: int, cpu_seconds: Callable[[], float]
) -> tuple[dict[str, int], float]:
    """What the script told at wrk's end, and the processor seconds that the server took meanwhile."""
    command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "30s", "-s", str(script)]
    before = cpu_seconds()
    done = subprocess.run([*command, f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True)
    spent = cpu_seconds() - before
    told: dict[str, int] = json.loads(done.stderr[done.stderr.index("{") :])
    return told, spent
