"""The program inside a Python environment: AWS's runtime client, on paths and output like AWS's.

Runs under the base interpreter with `-S -P -B`, so nothing of the server's is on its path until this file puts it
there: the function's folder, the layers, what PYTHONPATH names, the standard library, then the runtime's packages.
Imports nothing of ours. Output goes out in frames, so that what one print() wrote stays one log event.
"""

from __future__ import annotations

import io
import os
import site
import sys
import threading
from typing import Any

HELD_CHARACTERS_MAX = 256 * 1024


def set_path(opt: str, packages: str) -> None:
    """Task first, layers next, the runtime's packages last: the order on AWS."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    layers = [f"{opt}/python/lib/{version}/site-packages", f"{opt}/python"]
    here = os.environ["LAMBDA_TASK_ROOT"]
    sys.path[:] = [here, *(path for path in layers if os.path.isdir(path)), *sys.path, packages]
    site.setquit()  # `exit` and `help` are site's doing, and functions use them
    site.sethelper()


class EventStream(io.TextIOWrapper):
    """stdout or stderr: text is held until a write ends a line, and goes out as one frame.

    print() writes its text and its line end apart; text that has inner line ends stays together. Each thread holds
    its own. `send` lets go of all.
    """

    def __init__(self, descriptor: int, sink: Any) -> None:
        raw = open(descriptor, "wb", buffering=0, closefd=False)  # noqa: SIM115 - it lives as long as the process
        super().__init__(raw, encoding="utf-8", errors="backslashreplace", write_through=True)
        self._sink = sink
        self._held: dict[int, str] = {}
        self._lock = threading.RLock()

    def write(self, text: str, /) -> int:
        """Take text; returns its length in characters."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        thread = threading.get_ident()
        with self._lock:
            held = self._held.pop(thread, "") + text
            if held.endswith("\n") or len(held) > HELD_CHARACTERS_MAX:
                self._sink.log(held.encode("utf-8", "backslashreplace").decode())
            elif held:
                self._held[thread] = held
        return len(text)

    def send(self) -> None:
        """Let go of lines that have not ended."""
        with self._lock:
            held, self._held = self._held, {}
            for text in held.values():
                self._sink.log(text.encode("utf-8", "backslashreplace").decode())


def main(handler: str, opt: str, packages: str) -> None:
    """Serve invocations until the environment ends."""
    set_path(opt, packages)
    from awslambdaric import bootstrap
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

    frames = bootstrap.FramedTelemetryLogSink(os.dup(1)).__enter__()
    out, err = EventStream(1, frames), EventStream(2, frames)
    sys.stdout, sys.stderr = out, err
    os.environ["_LAMBDA_TELEMETRY_LOG_FD"] = str(os.dup(1))

    log_error = bootstrap.log_error

    def send_held(*arguments: Any) -> None:
        """Let go of unfinished lines; with arguments, log that error behind them."""
        out.send()
        err.send()
        if arguments:
            log_error(*arguments)

    bootstrap.log_error = send_held

    class Client(LambdaRuntimeClient):  # type: ignore[misc]
        """AWS's client, which sends what was printed before it sends what came of it."""

        def post_invocation_result(self, *arguments: Any, **options: Any) -> None:
            send_held()
            super().post_invocation_result(*arguments, **options)

        def post_invocation_error(self, *arguments: Any, **options: Any) -> None:
            send_held()
            super().post_invocation_error(*arguments, **options)

    try:
        bootstrap.run(handler, Client(os.environ["AWS_LAMBDA_RUNTIME_API"]))
    finally:
        send_held()


if __name__ == "__main__":
    main(*sys.argv[1:4])
