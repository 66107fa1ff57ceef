"""Which environment takes an invocation: the one of its function that was busy last, else a new one.

```
idle one of the same key? --yes--> it (last in, first out, so that spare ones grow old)
      │no
function's, account's limit reached? --yes--> Throttled
      │no
machine's limit reached? --yes--> end the oldest idle one of another function, or wait in line
      │no
start a new one (a few at a time: a stampede of cold starts would make all of them late)
```
"""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections import Counter, deque
from collections.abc import Hashable, Mapping
from pathlib import Path
from shutil import copyfile
from typing import Any

from tailrace.base import ids
from tailrace.base.clock import Clock
from tailrace.runtime import bubblewrap, interpreters, packages, trust
from tailrace.runtime.doors import Endpoint
from tailrace.runtime.environment import Environment, Gone, remove
from tailrace.runtime.process import Guard, PlainProcess
from tailrace.runtime.response_stream import ResponseStream
from tailrace.runtime.runtime_api import Work
from tailrace.runtime.sandbox import Folders, Sandboxes
from tailrace.runtime.spec import FunctionSpec, Outcome, Throttled
from tailrace.runtime.unpack import CodeFolders

IDLE_SECONDS = 300.0
SWEEP_SECONDS = 15.0
CONCURRENCY_MAX = 1000  # the account's, as AWS gives it to everybody
ENVIRONMENTS_MAX = 256  # the machine's
WAITING_MAX = 2000
RESTARTS_MAX = 3
GATE_SECONDS_MAX = 1.0  # how long one slow start may keep others from starting
EXPIRY_MARGIN_SECONDS = 60.0

log = logging.getLogger("tailrace.runtime")


class Pool:
    """All execution environments of one server.

    Their files are in a private temporary folder that ends with the server, and never in the data folder: that may
    stand within a JavaScript project, whose node_modules functions would then see.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        environments_max: int = ENVIRONMENTS_MAX,
        concurrency_max: int = CONCURRENCY_MAX,
        sandboxes: Sandboxes | None = None,
        authority: Path | None = None,
    ) -> None:
        self._clock = clock
        self._authority = authority
        self.endpoint: Endpoint | None = None  # for functions with networks of their own, which need it
        self._environments_max = environments_max
        self._concurrency_max = concurrency_max
        self._chosen = sandboxes
        self._home: Home | None = None
        self._idle: dict[tuple[Hashable, ...], deque[Environment]] = {}
        self._all: set[Environment] = set()
        self._starting = 0
        self._busy: Counter[Hashable] = Counter()
        self._in_line: deque[asyncio.Future[None]] = deque()
        self._gate = asyncio.Semaphore(2 * (os.cpu_count() or 1))
        self._sweeper: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._invocations: set[asyncio.Task[Outcome]] = set()
        self._stopped = False

    async def invoke(
        self,
        spec: FunctionSpec,
        request_id: str,
        payload: bytes,
        headers: Mapping[str, str] | None = None,
        stream: ResponseStream | None = None,
    ) -> Outcome:
        """Run one invocation and return what it came to, its log kept by the journal.

        `headers` are further headers of the Runtime API (Lambda-Runtime-Trace-Id, -Client-Context,
        -Invoked-Function-Arn); `stream` takes a response that the code streams. Raises Throttled, CodeProblem,
        interpreters.RuntimeMissing, and what `spec.launch` raises.
        """
        work = asyncio.ensure_future(self._invoke(spec, Work(request_id, payload, headers or {}, stream)))
        self._invocations.add(work)
        work.add_done_callback(self._invocations.discard)
        return await asyncio.shield(work)  # a caller that goes away does not end the function: on AWS neither

    def running(self, name: Hashable) -> tuple[int, int]:
        """How many invocations of the function of this name run now, and how many of all."""
        return self._busy[name], sum(self._busy.values())

    async def _invoke(self, spec: FunctionSpec, work: Work) -> Outcome:
        name = spec.key[0]
        if sum(self._busy.values()) >= self._concurrency_max:
            raise Throttled("account")
        if spec.concurrency is not None and self._busy[name] >= spec.concurrency:
            raise Throttled("function")
        self._busy[name] += 1
        try:
            for _ in range(RESTARTS_MAX):
                environment = await self._take(spec)
                try:
                    outcome = await environment.invoke(work)
                except Gone:
                    self._end(environment)
                    continue
                except BaseException:
                    self._end(environment)
                    raise
                self._give_back(environment)
                await environment.journal.flush()
                return outcome
            raise Throttled("machine")
        finally:
            self._busy[name] -= 1
            if not self._busy[name]:
                del self._busy[name]

    async def _take(self, spec: FunctionSpec) -> Environment:
        """A warm environment, or a new one when there is room."""
        while True:
            warm = self._warm(spec)
            if warm:
                return warm
            if self._stopped:
                raise Throttled("machine")
            if len(self._all) + self._starting < self._environments_max:
                break
            if not self._end_oldest():
                await self._wait_in_line()
        self._starting += 1
        try:
            await self._gate.acquire()
        except BaseException:
            self._starting -= 1
            raise
        try:
            starting = asyncio.ensure_future(self._start(spec))
            await asyncio.wait((starting,), timeout=GATE_SECONDS_MAX)
        finally:
            self._gate.release()
        return await starting

    def _warm(self, spec: FunctionSpec) -> Environment | None:
        idle = self._idle.get(spec.key)
        while idle:
            environment = idle.pop()
            if environment.alive and not environment.expires_before(
                spec.timeout_s + EXPIRY_MARGIN_SECONDS, self._clock
            ):
                return environment
            self._end(environment)
        return None

    async def _start(self, spec: FunctionSpec) -> Environment:
        """A new environment after its init. Its place is counted as starting until it is among all."""
        try:
            interpreter = interpreters.find(spec.runtime)
            if self._home is None:
                self._home = Home(self._chosen, self._authority, self.endpoint)
            home = self._home
            root = await home.code.prepare(spec.code, spec.layers)
            private = home.folder / "environments" / ids.hex_digits(16)
            folders = Folders(
                root / "layers" / "task", root / "layers", private, home.runtime, spec.storage_mb, spec.memory_mb
            )
            environment = await Environment.make(spec, folders, home.sandboxes)
            if self._stopped:
                raise Throttled("machine")
            self._all.add(environment)
        except BaseException:
            self._next_in_line()
            raise
        finally:
            self._starting -= 1
        await home.code.trim({one.code for one in self._all})
        try:
            await environment.start(interpreter)
        except Gone:  # only the end of the pool closes what has not started
            self._end(environment)
            raise Throttled("machine") from None
        except BaseException:
            self._end(environment)
            raise
        return environment

    def _give_back(self, environment: Environment) -> None:
        """Keep it for the next invocation, if it may serve one."""
        if environment.retired or environment.closed or self._stopped:
            self._end(environment)
            return
        environment.idle_since = self._clock.now()
        self._idle.setdefault(environment.spec.key, deque()).append(environment)
        if self._sweeper is None:
            self._sweeper = asyncio.ensure_future(self._sweep())
        self._next_in_line()

    def _end(self, environment: Environment) -> None:
        """Close it in the background; its place is free when it has ended."""
        task = asyncio.ensure_future(self._close(environment))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _close(self, environment: Environment) -> None:
        try:
            await environment.close()
            await environment.journal.flush()
        except Exception:
            log.exception("ending an environment of %s", environment.spec.arn)
        finally:
            self._all.discard(environment)
            self._next_in_line()

    def _end_oldest(self) -> bool:
        """End the environment that has been idle the longest; False when none is idle."""
        queues = [queue for queue in self._idle.values() if queue]
        if not queues:
            return False
        oldest = min(queues, key=lambda queue: queue[0].idle_since).popleft()
        self._all.discard(oldest)
        self._end(oldest)
        return True

    async def _wait_in_line(self) -> None:
        if len(self._in_line) >= WAITING_MAX:
            raise Throttled("machine")
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._in_line.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._next_in_line()  # our turn had come: it goes to the next
            raise

    def _next_in_line(self) -> None:
        while self._in_line:
            place = self._in_line.popleft()
            if not place.done():
                place.set_result(None)
                return

    async def _sweep(self) -> None:
        """End environments that nobody used for `IDLE_SECONDS`, or that ended by themselves."""
        while True:
            await self._clock.sleep(SWEEP_SECONDS)
            oldest = self._clock.now() - IDLE_SECONDS
            for key, queue in list(self._idle.items()):
                for environment in list(queue):
                    if environment.idle_since <= oldest or not environment.alive:
                        queue.remove(environment)
                        self._end(environment)
                if not queue:
                    del self._idle[key]

    def retire(self, name: Hashable) -> None:
        """End every environment whose key begins with `name`: idle ones now, busy ones after their invocation."""
        for environment in self._all:
            if environment.spec.key[0] == name:
                environment.retired = True
        for key in [key for key in self._idle if key[0] == name]:
            for environment in self._idle.pop(key):
                self._end(environment)

    def describe(self) -> dict[str, Any]:
        """What the health page tells: how functions are isolated, which runtimes there are, how many run."""
        idle = sum(len(queue) for queue in self._idle.values())
        sandboxes = self._home.sandboxes if self._home else choose(self._chosen, Guard(Path()), self.endpoint)
        return {
            "sandbox": sandboxes.name,
            "isolation": sandboxes.describe(),
            "runtimes": interpreters.runnable(),
            "environments": len(self._all),
            "idle": idle,
            "busy": sum(self._busy.values()),
            "waiting": len(self._in_line),
            "environments_max": self._environments_max,
            "concurrency_max": self._concurrency_max,
        }

    async def drain(self, grace_s: float) -> None:
        """Take no more cold starts, wait up to `grace_s` real seconds for running invocations, then close."""
        self._stopped = True
        loop = asyncio.get_running_loop()
        end = loop.time() + grace_s
        while self._busy and loop.time() < end:  # noqa: ASYNC110 - happens once, at the server's end
            await asyncio.sleep(0.01)
        await self.close()

    async def close(self) -> None:
        """Kill every environment and remove all files."""
        self._stopped = True
        if self._sweeper:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
            self._sweeper = None
        while self._in_line:
            place = self._in_line.popleft()
            if not place.done():
                place.set_exception(Throttled("machine"))
        self._idle.clear()
        await asyncio.gather(*(self._close(environment) for environment in list(self._all)), *self._closing)
        if self._invocations:
            await asyncio.wait(self._invocations)  # each ends with its environment
        if self._home:
            await asyncio.to_thread(self._home.close)
            self._home = None


class Home:
    """The private temporary folder of a pool: the runtime's files, unpacked code, and each environment's own."""

    def __init__(
        self, chosen: Sandboxes | None, authority: Path | None = None, endpoint: Endpoint | None = None
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tailrace-"))
        self.guard = Guard(self.folder)
        self.guard.start()
        self.runtime = self.folder / "runtime"
        self.runtime.mkdir()
        for name in ("gate.py", "python_bootstrap.py", "node_bootstrap.mjs", "node_streaming.mjs"):
            copyfile(Path(__file__).parent / name, self.runtime / name)
        if authority:
            trust.write(self.runtime, authority)
        packages.link_python(self.runtime / "python")
        for file in self.runtime.iterdir():
            if file.is_file():
                file.chmod(0o644)  # whatever the server's umask: the code inside may be of another user
        self.code = CodeFolders(self.folder / "code", packages.node_sdk())
        self.sandboxes = choose(chosen, self.guard, endpoint)

    def close(self) -> None:
        """End what is left and remove the folder."""
        self.guard.close()
        remove(self.folder)


def choose(chosen: Sandboxes | None, watcher: Guard, endpoint: Endpoint | None) -> Sandboxes:
    """The given way to isolate, else bubblewrap where it works, else plain processes.

    With an `endpoint`, functions get networks of their own, in which it is reached. Raises OwnNetworkRefused.
    """
    if chosen:
        return chosen
    if endpoint:
        bubblewrap.check_alone(endpoint.host, endpoint.port)
    return bubblewrap.Bubblewrap(watcher, endpoint) if bubblewrap.works() else PlainProcess(watcher)
