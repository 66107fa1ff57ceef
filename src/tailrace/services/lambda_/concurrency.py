"""Reserved concurrency: how many invocations of a function may run at once."""

from __future__ import annotations

from tailrace.operation import Call, Shape, operation
from tailrace.runtime.pool import CONCURRENCY_MAX
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_.function_names import named, permission_arn
from tailrace.services.lambda_.refusals import invalid
from tailrace.store import resources
from tailrace.store.engine import Transaction

UNRESERVED_MIN = 100
FUNCTIONS_MAX = 100_000


def reserved_by_all(tx: Transaction, scope: str, but: str = "") -> int:
    """What all functions of an account and region reserve together, one left out."""
    page = resources.page(tx, documents.FUNCTION, scope, None, FUNCTIONS_MAX)
    return sum(document.get("ReservedConcurrency", 0) for name, document in page if name != but)


@operation("lambda", "PutFunctionConcurrency", needs="lambda:PutFunctionConcurrency", on=permission_arn)
async def put_function_concurrency(call: Call, request: Shape) -> Shape:
    """Reserve concurrency for a function; 0 stops it.

    https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html
    """
    function = named(call, request)
    wanted = request["ReservedConcurrentExecutions"]

    def change(tx: Transaction) -> Shape:
        old = documents.find(tx, function)
        if wanted and CONCURRENCY_MAX - reserved_by_all(tx, function.scope, function.name) - wanted < UNRESERVED_MIN:
            raise invalid(
                "Specified ReservedConcurrentExecutions for function decreases account's "
                f"UnreservedConcurrentExecution below its minimum value of [{UNRESERVED_MIN}]."
            )
        resources.put(tx, documents.FUNCTION, function.scope, function.name, {**old, "ReservedConcurrency": wanted})
        return {"ReservedConcurrentExecutions": wanted}

    return await call.store.update(change)


@operation("lambda", "GetFunctionConcurrency", needs="lambda:GetFunctionConcurrency", on=permission_arn)
async def get_function_concurrency(call: Call, request: Shape) -> Shape:
    """What a function reserves; an empty answer for one that reserves nothing.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html
    """
    function = named(call, request)
    document = await call.store.view(lambda tx: documents.find(tx, function))
    if "ReservedConcurrency" not in document:
        return {}
    return {"ReservedConcurrentExecutions": document["ReservedConcurrency"]}


@operation("lambda", "DeleteFunctionConcurrency", needs="lambda:DeleteFunctionConcurrency", on=permission_arn)
async def delete_function_concurrency(call: Call, request: Shape) -> Shape:
    """Reserve nothing any more.

    https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionConcurrency.html
    """
    function = named(call, request)

    def change(tx: Transaction) -> Shape:
        old = documents.find(tx, function)
        new = {name: value for name, value in old.items() if name != "ReservedConcurrency"}
        resources.put(tx, documents.FUNCTION, function.scope, function.name, new)
        return {}

    return await call.store.update(change)
