"""A function's code: what is taken, how it is kept, and UpdateFunctionCode."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import NamedTuple

from tailrace.operation import Call, Shape, operation
from tailrace.runtime import unpack
from tailrace.runtime.spec import CodeProblem
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_ import layer_use
from tailrace.services.lambda_.function_names import LATEST, named, permission_arn
from tailrace.services.lambda_.packages import keep, release
from tailrace.services.lambda_.refusals import invalid, too_large
from tailrace.services.lambda_.versions import publish
from tailrace.store import resources
from tailrace.store.engine import Transaction

ZIP_BYTES_MAX = 52_428_800
REQUEST_BYTES_MAX = 70_167_211
_NO_S3, _NO_IMAGES = "there is no S3; send ZipFile", "functions are packages; there are no container images"
WITHOUT = {"S3Bucket": _NO_S3, "S3Key": _NO_S3, "ImageUri": _NO_IMAGES}
"""Where code can't come from, and why."""


class Package(NamedTuple):
    """A deployment package (or a layer's archive) and what AWS tells about it; `unpacked` is in bytes."""

    data: bytes
    digest: str
    unpacked: int

    @property
    def shown(self) -> Shape:
        """The configuration's members about the code."""
        sha256 = base64.b64encode(bytes.fromhex(self.digest)).decode()
        sizes = {"CodeSize": len(self.data), "Unpacked": self.unpacked}
        return {"CodeSha256": sha256, "Digest": self.digest, **sizes}


async def read(call: Call, code: Shape) -> Package:
    """The package that a request carries, checked in a thread. Raises AWS's refusals."""
    if int(call.headers.get("content-length", 0)) > REQUEST_BYTES_MAX:
        raise too_large(f"Request must be smaller than {REQUEST_BYTES_MAX} bytes for the {call.operation} operation")
    data = code.get("ZipFile")
    if not data:
        raise invalid("Please provide a source for function code.")
    if len(data) > ZIP_BYTES_MAX:
        raise too_large(f"Zipped size must be smaller than {ZIP_BYTES_MAX} bytes")
    return await asyncio.to_thread(inspect, data)


def inspect(data: bytes) -> Package:
    """Look into a package before it is taken."""
    try:
        size = unpack.check(data)
    except CodeProblem as problem:
        raise invalid(str(problem)) from problem
    if size > unpack.UNZIPPED_BYTES_MAX:
        raise invalid(f"Unzipped size must be smaller than {unpack.UNZIPPED_BYTES_MAX} bytes")
    if size == 0:
        raise invalid("Uploaded file must be a non-empty zip")
    return Package(data, hashlib.sha256(data).hexdigest(), size)


@operation("lambda", "UpdateFunctionCode", needs="lambda:UpdateFunctionCode", on=permission_arn, without=WITHOUT)
async def update_function_code(call: Call, request: Shape) -> Shape:
    """Replace a function's code; environments with the old code end.

    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
    """
    function = named(call, request)
    package = await read(call, request)

    def change(tx: Transaction) -> Shape:
        now = call.clock.now()
        old = documents.find(tx, function)
        documents.check_changeable(old, function, now, request.get("RevisionId"))
        members = {**package.shown}
        if request.get("Architectures"):
            members["Architectures"] = request["Architectures"]
        new = documents.changed(old, now, **members)
        layer_use.check_size(new)
        if request.get("DryRun"):
            return documents.show(new, LATEST, function, now)
        keep(tx, package.data)
        release(tx, old["Digest"])
        resources.put(tx, documents.FUNCTION, function.scope, function.name, new)
        if request.get("Publish"):
            return publish(tx, function, new, now)
        return documents.show(new, LATEST, function, now)

    answer = await call.store.update(change)
    if not request.get("DryRun"):
        call.node.pool.retire(function.unqualified_arn)
    return answer
