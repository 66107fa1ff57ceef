"""The few pages that aren't AWS's: everything below `/_tailrace/`.

`health` tells anybody that the server is up, with which store and which isolation of functions, and `metrics` tells
Prometheus how much it does: by operation and by a mapping's UUID, without names, keys or data. `code` is where
GetFunction's Code.Location points: a short-lived signed link, as S3's are. `sns` has the certificate of notifications.
"""

from __future__ import annotations

import orjson

from tailrace import __version__
from tailrace.base import machine_code
from tailrace.base.meter import DELIVERIES, OLDEST_DELIVERY
from tailrace.operation import Node
from tailrace.services.lambda_ import code_location
from tailrace.services.sns import signature
from tailrace.store import deliveries
from tailrace.wire.http import HttpRequest, HttpResponse

PREFIX = "/_tailrace/"
JSON = {"content-type": "application/json"}
TEXT = {"content-type": "text/plain; version=0.0.4; charset=utf-8"}


class OwnPages:
    """Answers the paths below /_tailrace/."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._kinds: set[str] = set()

    async def answer(self, request: HttpRequest) -> HttpResponse | None:
        """The page, a 404 for one that isn't there, or None where the path is not ours."""
        if not request.path.startswith(PREFIX):
            return None
        page = request.path.removeprefix(PREFIX)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(405, {"allow": "GET, HEAD"}, b"")
        if page == "health":
            return HttpResponse(200, dict(JSON), orjson.dumps(self.health()))
        if page == "metrics":
            return HttpResponse(200, dict(TEXT), (await self.metrics()).encode())
        if page.startswith(signature.PAGES):
            return await self.certificate(page.removeprefix(signature.PAGES))
        if page.startswith("code/"):
            return await self.code(page.removeprefix("code/"), request.query)
        return HttpResponse(404, dict(JSON), orjson.dumps({"message": "There is no such page"}))

    async def metrics(self) -> str:
        """What is counted, and what is owed now."""
        meter, now = self.node.meter, self.node.clock.now()
        owed = {kind: (count, created) for kind, count, created in await self.node.store.view(deliveries.owed)}
        self._kinds |= set(owed)
        for kind in self._kinds:  # one that is owed no more is shown as 0
            count, created = owed.get(kind, (0, now))
            meter.show(DELIVERIES, count, kind=kind)
            meter.show(OLDEST_DELIVERY, max(0.0, now - created), kind=kind)
        return meter.text(now)

    def health(self) -> dict[str, object]:
        """What a load balancer, a script or a person wants to know first."""
        return {
            "status": "ok",
            "version": __version__,
            "code": machine_code.code(),
            "store": self.node.store.kind,
            "clock": {
                "movable": self.node.config.movable_clock,
                "ahead_seconds": round(self.node.clock.now() - self.node.clock.machine(), 3),
            },
            "functions": self.node.pool.describe(),
        }

    async def certificate(self, name: str) -> HttpResponse:
        """The certificate by which whoever gets a notification can check its signature."""
        found = await self.node.store.view(lambda tx: signature.certificate(tx, name))
        if found is None:
            return HttpResponse(404, dict(JSON), orjson.dumps({"message": "There is no such certificate"}))
        return HttpResponse(200, {"content-type": "application/x-pem-file"}, found.encode())

    async def code(self, digest: str, query: str) -> HttpResponse:
        """The zip of a function, for who holds a link that is still good."""
        package = await code_location.download(self.node, digest, query)
        if package is None:
            return HttpResponse(403, dict(JSON), orjson.dumps({"message": "The link is not, or no longer, valid"}))
        return HttpResponse(200, {"content-type": "application/zip"}, package)
