"""What the server serves below /console/, and how much of it the first page needs."""

from __future__ import annotations

import gzip
import http.client
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from tests.conftest import RunningServer
from tests.console.conftest import ROOT, Watched

FIRST_PAGE_BYTES_MAX = 600 * 1024
FILE_LINES_MAX = 250
SOURCES = [p for p in (ROOT / "console" / "src").rglob("*") if p.suffix in (".ts", ".tsx", ".css")]


def get(server: RunningServer, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    address = urlsplit(server.endpoint)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=120)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def first_script(server: RunningServer) -> str:
    found = re.search(r'src="(/console/assets/[^"]+\.js)"', get(server, "/console/")[2].decode())
    assert found
    return found[1]


def test_a_browser_is_sent_to_the_console_and_a_program_is_not(server: RunningServer) -> None:
    status, headers, _ = get(server, "/", Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert (status, headers["location"]) == (302, "/console/")
    assert get(server, "/", Accept="*/*")[2].startswith(b"healthy: dynamodb")


def test_every_address_without_an_extension_is_the_page(server: RunningServer) -> None:
    for path in ("/console", "/console/", "/console/tables/Cloud9", "/console/logs/groups/%2Faws%2Flambda%2Fx%2Ejs"):
        status, headers, body = get(server, path)
        assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8"), path
        assert b'<div id="root">' in body


@pytest.mark.parametrize(
    "path",
    ["/console/assets/snippets/json.js", "/console/x.html", "/console/../gateway.py", "/console/%2e%2e/gateway.py"],
)
def test_an_address_with_an_extension_is_a_file_or_missing(server: RunningServer, path: str) -> None:
    assert get(server, path)[0] == 404


def test_neither_the_stamp_nor_a_neighbour_is_served(server: RunningServer) -> None:
    assert get(server, "/console/.sources-sha256")[0] == 404
    assert get(server, "/consolex")[0] != 200


def test_the_page_is_asked_for_anew_and_its_parts_never(server: RunningServer) -> None:
    _, page, _ = get(server, "/console/tables")
    assert page["cache-control"] == "no-cache"
    status, _, body = get(server, "/console/tables", If_None_Match=page["etag"])
    assert (status, body) == (304, b"")
    _, script, _ = get(server, first_script(server))
    assert "immutable" in script["cache-control"]


def test_what_is_compressed_is_the_same(server: RunningServer) -> None:
    path = first_script(server)
    plain, small = get(server, path), get(server, path, Accept_Encoding="gzip")
    assert small[1]["content-encoding"] == "gzip"
    assert gzip.decompress(small[2]) == plain[2]
    status, headers, body = get(server, path, method="HEAD")
    assert (status, int(headers["content-length"]), body) == (200, len(plain[2]), b"")


def test_the_policy_lets_the_page_talk_to_its_own_origin_alone(server: RunningServer) -> None:
    for path in ("/console/", first_script(server), "/console/none.js"):
        _, headers, _ = get(server, path)
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy
        assert headers["x-content-type-options"] == "nosniff"
    assert get(server, "/console/", method="POST")[0] == 405


def test_the_first_page_stays_small(page: Page, watched: Watched) -> None:
    sizes: dict[str, int] = {}

    def weigh(response: Response) -> None:
        if urlsplit(response.url).path.startswith("/console") and response.status == 200:
            sizes[response.url] = int(response.headers["content-length"])

    fresh = watched.context.new_page()
    fresh.on("response", weigh)
    fresh.goto("/console/")
    expect(fresh.get_by_role("heading", level=1)).to_be_visible()
    fresh.wait_for_load_state("networkidle")
    total = sum(sizes.values())
    assert 100 * 1024 < total < FIRST_PAGE_BYTES_MAX, sizes


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= FILE_LINES_MAX, "split by concept"
