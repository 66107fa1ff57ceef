"""A function's configuration: UpdateFunctionConfiguration."""

from __future__ import annotations

from tailrace.operation import Call, Shape, operation
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_ import layer_use, role, settings, targets
from tailrace.services.lambda_.function_names import LATEST, named, permission_arn
from tailrace.store import resources
from tailrace.store.engine import Transaction


@operation(
    "lambda",
    "UpdateFunctionConfiguration",
    needs="lambda:UpdateFunctionConfiguration",
    on=permission_arn,
    also=layer_use.permissions,
    context=layer_use.condition_keys,
    without=settings.LATER_WITHOUT,
)
async def update_function_configuration(call: Call, request: Shape) -> Shape:
    """Change a function's settings; environments with the old ones end.

    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
    """
    function = named(call, request)

    def change(tx: Transaction) -> Shape:
        now = call.clock.now()
        old = documents.find(tx, function)
        documents.check_changeable(old, function, now, request.get("RevisionId"))
        members = settings.given(request, old)
        if "Role" in request:
            role.check(call.node.identity, tx, request["Role"], function)
        if "Layers" in request:
            members.update(layer_use.members(call, tx, request["Layers"]))
        letters = members.get("DeadLetterConfig", {}).get("TargetArn")
        if letters:
            targets.check_dead_letters(call.node.identity, tx, letters, str(members.get("Role", old["Role"])), function)
        new = documents.changed(old, now, **members)
        if new.get("DeadLetterConfig") == {}:
            del new["DeadLetterConfig"]
        layer_use.check_size(new)
        layer_use.exchange(tx, old, new)
        resources.put(tx, documents.FUNCTION, function.scope, function.name, new)
        return documents.show(new, LATEST, function, now)

    answer = await call.store.update(change)
    call.node.pool.retire(function.unqualified_arn)
    return answer
