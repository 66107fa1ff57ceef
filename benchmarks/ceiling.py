"""The least that a durable DynamoDB server in Python must do, to hold Tailrace against: no product, and never served.

    python -m benchmarks.ceiling PORT FILE        (:memory: for a database that keeps nothing)

The same socket, HTTP parser, JSON, signature check, checksum and SQLite calls, with a change's row in the same synced
commit and commits in groups; and nothing else: no validation, no permission, no expressions, no limits, no audit.
Knows the operations of benchmarks/compare as far as one table, one key and no index go.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any
from zlib import crc32

import apsw
import httptools
import orjson
import uvloop

SECRET = b"AWS4benchmark-secret-key"
GROUP_MAX = 256
PAGE_BYTES = 1024 * 1024


@lru_cache(16)
def signing_key(scope: bytes) -> bytes:
    key = SECRET
    for part in scope.split(b"/"):
        key = hmac.digest(key, part, "sha256")
    return key


def key_bytes(key: dict[str, Any]) -> bytes:
    text = key["pk"]["S"].encode()
    sort = key.get("sk")
    return hashlib.blake2b(text, digest_size=8).digest() + text + (b"\0" + sort["S"].encode() if sort else b"")


def connect(file: str) -> apsw.Connection:
    connection = apsw.Connection(file)
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)  # no statement is planned anew for another value
    return connection


class Database:
    """SQLite with one table of items and one of changes; writes are committed in groups, synced in a thread."""

    def __init__(self, file: str) -> None:
        self.memory = file == ":memory:"
        self.write = connect(file)
        if not self.memory:
            self.write.execute("PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        self.write.execute(
            "CREATE TABLE IF NOT EXISTS items (t TEXT, k BLOB, body BLOB, PRIMARY KEY (t, k));"
            "CREATE TABLE IF NOT EXISTS changes (n INTEGER PRIMARY KEY, body BLOB);"
            "CREATE TABLE IF NOT EXISTS counters (n INTEGER PRIMARY KEY, latest INTEGER);"
            "INSERT OR IGNORE INTO counters VALUES (1, 0);"
        )
        self.read = self.write if self.memory else connect(file)
        self.queue: list[tuple[Callable[[], bytes], asyncio.Future[bytes]]] = []
        self.busy = False
        self.thread = ThreadPoolExecutor(1)

    def submit(self, job: Callable[[], bytes]) -> asyncio.Future[bytes]:
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.queue.append((job, future))
        if not self.busy:
            self.busy = True
            asyncio.get_running_loop().call_soon(self.group)
        return future

    def group(self) -> None:
        jobs, self.queue = self.queue[:GROUP_MAX], self.queue[GROUP_MAX:]
        self.write.execute("BEGIN")
        answers = [(future, job()) for job, future in jobs]
        if self.memory:
            self.write.execute("COMMIT")
            self.settle(answers)
            return
        commit = asyncio.get_running_loop().run_in_executor(self.thread, self.write.execute, "COMMIT")
        commit.add_done_callback(lambda _: self.settle(answers))

    def settle(self, answers: list[tuple[asyncio.Future[bytes], bytes]]) -> None:
        for future, answer in answers:
            if not future.done():
                future.set_result(answer)
        self.busy = bool(self.queue)
        if self.busy:
            asyncio.get_running_loop().call_soon(self.group)

    def get(self, table: str, key: bytes) -> bytes | None:
        row = self.read.execute("SELECT body FROM items WHERE t = ? AND k = ?", (table, key)).fetchone()
        return row[0] if row else None

    def put(self, table: str, key: bytes, body: bytes | None) -> None:
        """A read, the write, the counter, the change."""
        row = self.write.execute("SELECT body FROM items WHERE t = ? AND k = ?", (table, key)).fetchone()
        if body is None:
            self.write.execute("DELETE FROM items WHERE t = ? AND k = ?", (table, key))
        else:
            self.write.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?)", (table, key, body))
        [(n,)] = self.write.execute("UPDATE counters SET latest = latest + 1 WHERE n = 1 RETURNING latest").fetchall()
        change = b'{"NewImage":%b,"OldImage":%b}' % (body or b"{}", row[0] if row else b"{}")
        self.write.execute("INSERT INTO changes VALUES (?, ?)", (n, change))

    def page(self, table: str, low: bytes, high: bytes) -> list[bytes]:
        found, size = [], 0
        for (body,) in self.read.execute(
            "SELECT body FROM items WHERE t = ? AND k >= ? AND k < ? ORDER BY k", (table, low, high)
        ):
            found.append(body)
            size += len(body)
            if size >= PAGE_BYTES:
                break
        return found


class Operations:
    """What benchmarks/compare asks."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def answer(self, name: str, request: Any) -> bytes:
        found: bytes = await getattr(self, name)(request)
        return found

    async def ListTables(self, request: Any) -> bytes:  # noqa: N802
        return b'{"TableNames":[]}'

    async def CreateTable(self, request: Any) -> bytes:  # noqa: N802
        return b"{}"

    async def DescribeTable(self, request: Any) -> bytes:  # noqa: N802
        return b'{"Table":{"TableStatus":"ACTIVE"}}'

    async def GetItem(self, request: Any) -> bytes:  # noqa: N802
        body = self.database.get(request["TableName"], key_bytes(request["Key"]))
        return b"{}" if body is None else b'{"Item":%b}' % body

    async def PutItem(self, request: Any) -> bytes:  # noqa: N802
        table, item = request["TableName"], request["Item"]
        return await self.database.submit(lambda: self._put(table, [item]))

    async def DeleteItem(self, request: Any) -> bytes:  # noqa: N802
        table, key = request["TableName"], key_bytes(request["Key"])

        def job() -> bytes:
            self.database.put(table, key, None)
            return b"{}"

        return await self.database.submit(job)

    async def UpdateItem(self, request: Any) -> bytes:  # noqa: N802
        table, key = request["TableName"], key_bytes(request["Key"])
        value = request["ExpressionAttributeValues"][":b"]

        def job() -> bytes:
            [(body,)] = self.database.write.execute(
                "SELECT body FROM items WHERE t = ? AND k = ?", (table, key)
            ).fetchall()
            item = orjson.loads(body)
            item["body"] = value
            item["n"] = {"N": str(int(item["n"]["N"]) + 1)}
            self.database.put(table, key, orjson.dumps(item))
            return b"{}"

        return await self.database.submit(job)

    async def Query(self, request: Any) -> bytes:  # noqa: N802
        values = request["ExpressionAttributeValues"]
        if "IndexName" in request:
            raise NotImplementedError
        low = key_bytes({"pk": values[":p"]})
        found = self.database.page(request["TableName"], low, low + b"\xff")
        return b'{"Items":[%b],"Count":%d,"ScannedCount":%d}' % (b",".join(found), len(found), len(found))

    async def Scan(self, request: Any) -> bytes:  # noqa: N802
        found = self.database.page(request["TableName"], b"", b"\xff" * 9)
        return b'{"Items":[%b],"Count":%d,"ScannedCount":%d}' % (b",".join(found), len(found), len(found))

    async def BatchWriteItem(self, request: Any) -> bytes:  # noqa: N802
        [(table, puts)] = request["RequestItems"].items()
        return await self.database.submit(lambda: self._put(table, [put["PutRequest"]["Item"] for put in puts]))

    async def TransactWriteItems(self, request: Any) -> bytes:  # noqa: N802
        puts = [put["Put"] for put in request["TransactItems"]]
        return await self.database.submit(lambda: self._put(puts[0]["TableName"], [put["Item"] for put in puts]))

    async def BatchGetItem(self, request: Any) -> bytes:  # noqa: N802
        [(table, wanted)] = request["RequestItems"].items()
        found = [self.database.get(table, key_bytes(key)) for key in wanted["Keys"]]
        name = orjson.dumps(table)
        return b'{"Responses":{%b:[%b]},"UnprocessedKeys":{}}' % (name, b",".join(each for each in found if each))

    def _put(self, table: str, items: list[Any]) -> bytes:
        for item in items:
            self.database.put(table, key_bytes(item), orjson.dumps(item))
        return b"{}"


class Connection(asyncio.Protocol):
    """HTTP by httptools, the signature, an operation."""

    def __init__(self, operations: Operations) -> None:
        self.operations = operations
        self.parser = httptools.HttpRequestParser(self)
        self.headers: dict[bytes, bytes] = {}
        self.body: list[bytes] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        self.body.append(body)

    def on_message_complete(self) -> None:
        headers, body = self.headers, b"".join(self.body)
        self.headers, self.body = {}, []
        asyncio.get_running_loop().create_task(self.respond(headers, body))

    async def respond(self, headers: dict[bytes, bytes], body: bytes) -> None:
        status, answer = b"200 OK", b""
        if not self.genuine(headers, body):
            status, answer = b"403 Forbidden", b"{}"
        else:
            name = headers[b"x-amz-target"].partition(b".")[2].decode()
            try:
                answer = await self.operations.answer(name, orjson.loads(body))
            except NotImplementedError:
                status, answer = b"400 Bad Request", b"{}"
        self.transport.write(
            b"HTTP/1.1 %b\r\nx-amzn-requestid: 0\r\nx-amz-crc32: %d\r\ncontent-type: application/x-amz-json-1.0\r\n"
            b"content-length: %d\r\n\r\n%b" % (status, crc32(answer), len(answer), answer)
        )

    def genuine(self, headers: dict[bytes, bytes], body: bytes) -> bool:
        fields = dict(part.strip().split(b"=", 1) for part in headers[b"authorization"].split(b" ", 1)[1].split(b","))
        scope = fields[b"Credential"].partition(b"/")[2]
        names = fields[b"SignedHeaders"]
        lines = b"".join(b"%b:%b\n" % (name, headers[name]) for name in names.split(b";"))
        digest = hashlib.sha256(body).hexdigest().encode()
        canonical = hashlib.sha256(b"POST\n/\n\n%b\n%b\n%b" % (lines, names, digest)).hexdigest().encode()
        text = b"AWS4-HMAC-SHA256\n%b\n%b\n%b" % (headers[b"x-amz-date"], scope, canonical)
        made = hmac.digest(signing_key(scope), text, "sha256").hex().encode()
        return hmac.compare_digest(made, fields[b"Signature"])


async def main(port: int, file: str) -> None:
    operations = Operations(Database(file))
    server = await asyncio.get_running_loop().create_server(lambda: Connection(operations), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2]))
