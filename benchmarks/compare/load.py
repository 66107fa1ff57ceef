"""Load by wrk (Debian: apt install wrk): keep-alive connections that send signed requests, one after the other."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
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
    """One run: requests a second, latencies in milliseconds, and how many answers were no success."""

    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int


def run(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Measured:
    """Send for `seconds`. Raises RuntimeError where there is no wrk."""
    if not shutil.which("wrk"):
        raise RuntimeError("wrk is missing (Debian: apt install wrk)")
    with tempfile.TemporaryDirectory() as place:
        sent, script = Path(place, "requests"), Path(place, "load.lua")
        with sent.open("wb") as file:
            for request in requests:
                file.write(b"%08d" % len(request) + request)
        script.write_text(SCRIPT % sent)
        command = [
            "wrk",
            "-t",
            "1",
            "-c",
            str(connections),
            "-d",
            f"{seconds:g}s",
            "--timeout",
            "30s",
            "-s",
            str(script),
        ]
        done = subprocess.run([*command, f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True)
    told = json.loads(done.stderr[done.stderr.index("{") :])
    return Measured(
        told["requests"] / (told["us"] / 1e6), told["p50"] / 1000, told["p99"] / 1000, told["refused"] + told["broken"]
    )
