"""The account's limits and what it uses of them."""

from __future__ import annotations

from tailrace.operation import Call, Shape, anything, operation
from tailrace.runtime.pool import CONCURRENCY_MAX
from tailrace.runtime.unpack import UNZIPPED_BYTES_MAX
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_ import layer_document
from tailrace.services.lambda_.code import ZIP_BYTES_MAX
from tailrace.services.lambda_.concurrency import FUNCTIONS_MAX, reserved_by_all
from tailrace.store import resources
from tailrace.store.engine import Transaction

TOTAL_CODE_BYTES_MAX = 80_530_636_800


@operation("lambda", "GetAccountSettings", needs="lambda:GetAccountSettings", on=anything)
async def get_account_settings(call: Call, request: Shape) -> Shape:
    """The limits of the account in this region, and what its functions use.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
    """

    def read(tx: Transaction) -> tuple[int, int, int]:
        functions = resources.page(tx, documents.FUNCTION, call.scope, None, FUNCTIONS_MAX)
        versions = resources.page(tx, documents.VERSION, call.scope, None, FUNCTIONS_MAX)
        layers = resources.page(tx, layer_document.VERSION, call.scope, None, FUNCTIONS_MAX)
        size = sum(document["CodeSize"] for _, document in (*functions, *versions, *layers))
        return len(functions), size, reserved_by_all(tx, call.scope)

    count, size, reserved = await call.store.view(read)
    limit = {
        "TotalCodeSize": TOTAL_CODE_BYTES_MAX,
        "CodeSizeUnzipped": UNZIPPED_BYTES_MAX,
        "CodeSizeZipped": ZIP_BYTES_MAX,
        "ConcurrentExecutions": CONCURRENCY_MAX,
        "UnreservedConcurrentExecutions": CONCURRENCY_MAX - reserved,
    }
    return {"AccountLimit": limit, "AccountUsage": {"TotalCodeSize": size, "FunctionCount": count}}
