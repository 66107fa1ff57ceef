"""Functions: made, read, listed, deleted."""

from __future__ import annotations

from typing import Any

from tailrace.base.errors import AlreadyExists
from tailrace.operation import Call, Shape, anything, operation
from tailrace.services.lambda_ import code_location, layer_use, packages, role, settings, tag_rules, targets
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_.code import WITHOUT, read
from tailrace.services.lambda_.function_names import LATEST, FunctionName, named, permission_arn
from tailrace.services.lambda_.refusals import conflict, function_not_found, invalid
from tailrace.services.lambda_.versions import drop_version, publish, versions_of
from tailrace.store import resources
from tailrace.store.engine import Transaction

PAGE_MAX = 50


@operation(
    "lambda",
    "CreateFunction",
    needs="lambda:CreateFunction",
    on=permission_arn,
    also=layer_use.permissions,
    context=layer_use.condition_keys,
    without={**settings.WITHOUT, **{f"Code.{member}": why for member, why in WITHOUT.items()}},
)
async def create_function(call: Call, request: Shape) -> Shape:
    """Create a function from a zip file.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    """
    function = FunctionName(*named(call, request)[:2], None)
    base = settings.defaults(function.name)
    members = settings.given(request, base)
    if not (request.get("Runtime") and request.get("Handler")):
        raise invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.")
    tag_rules.check(request.get("Tags", {}))
    package = await read(call, request["Code"])

    def create(tx: Transaction) -> Shape:
        now = call.clock.now()
        role.check(call.node.identity, tx, request["Role"], function)
        letters = members.get("DeadLetterConfig", {}).get("TargetArn")
        if letters:
            targets.check_dead_letters(call.node.identity, tx, letters, request["Role"], function)
        if request.get("Layers"):
            members.update(layer_use.members(call, tx, request["Layers"]))
        document = documents.changed({**base, **members}, now, created=True, **package.shown)
        layer_use.check_size(document)
        document |= {"Tags": request.get("Tags", {}), "LastVersion": 0}
        try:
            resources.create(tx, documents.FUNCTION, function.scope, function.name, document)
        except AlreadyExists as problem:
            raise conflict(f"Function already exist: {function.name}") from problem
        packages.keep(tx, package.data)
        layer_use.exchange(tx, {}, document)
        if request.get("Publish"):
            return publish(tx, function, document, now)
        return documents.show(document, LATEST, function, now)

    return await call.store.update(create)


@operation("lambda", "GetFunction", needs="lambda:GetFunction", on=permission_arn)
async def get_function(call: Call, request: Shape) -> Shape:
    """A function's configuration, a link to its code, its tags and its reserved concurrency.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
    """
    function = named(call, request)

    def find(tx: Transaction) -> tuple[dict[str, Any], str, dict[str, Any]]:
        return *documents.find_version(tx, function), documents.find(tx, function)

    document, version, latest = await call.store.view(find)
    location = await code_location.make(call.node, document["Digest"])
    answer: Shape = {
        "Configuration": documents.show(document, version, function, call.clock.now()),
        "Code": {"RepositoryType": "S3", "Location": location},
    }
    if latest["Tags"]:
        answer["Tags"] = latest["Tags"]
    if "ReservedConcurrency" in latest:
        answer["Concurrency"] = {"ReservedConcurrentExecutions": latest["ReservedConcurrency"]}
    return answer


@operation("lambda", "GetFunctionConfiguration", needs="lambda:GetFunctionConfiguration", on=permission_arn)
async def get_function_configuration(call: Call, request: Shape) -> Shape:
    """A function's configuration.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
    """
    function = named(call, request)
    document, version = await call.store.view(lambda tx: documents.find_version(tx, function))
    return documents.show(document, version, function, call.clock.now())


@operation("lambda", "ListFunctions", needs="lambda:ListFunctions", on=anything)
async def list_functions(call: Call, request: Shape) -> Shape:
    """The functions of the account and region by name; with FunctionVersion ALL, all their versions.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
    """
    limit = min(request.get("MaxItems", PAGE_MAX), PAGE_MAX)
    every = request.get("FunctionVersion") == "ALL"
    now = call.clock.now()

    def read_page(tx: Transaction) -> tuple[list[Shape], str | None]:
        found = resources.page(tx, documents.FUNCTION, call.scope, request.get("Marker"), limit + 1)
        shown: list[Shape] = []
        for name, document in found[:limit]:
            unqualified = FunctionName(call.scope, name, None)
            if every:
                shown.append(documents.show(document, LATEST, unqualified._replace(qualifier=LATEST), now, listed=True))
                shown += versions_of(tx, unqualified, now)
            else:
                shown.append(documents.show(document, LATEST, unqualified, now, listed=True))
        return shown, found[limit - 1][0] if len(found) > limit else None

    entries, marker = await call.store.view(read_page)
    return {"Functions": entries, **({"NextMarker": marker} if marker else {})}


@operation("lambda", "DeleteFunction", needs="lambda:DeleteFunction", on=permission_arn)
async def delete_function(call: Call, request: Shape) -> Shape:
    """Delete a function with its versions and aliases, or one version; its mappings stay, and its logs.

    https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html
    """
    function = named(call, request)
    if function.qualifier == LATEST:
        raise invalid("$LATEST version cannot be deleted without deleting the function.")

    def delete(tx: Transaction) -> Shape:
        document = documents.find(tx, function._replace(qualifier=None))
        if function.qualifier:
            if not function.qualifier.isdigit():
                raise function_not_found(function.arn)
            drop_version(tx, function, function.qualifier)
            return {}
        prefix = f"{function.name}:"
        for kind in (documents.VERSION, documents.ALIAS, documents.EVENT_CONFIG, documents.URL_CONFIG):
            while page := resources.page(tx, kind, function.scope, None, 100, prefix):
                for name, kept in page:
                    if kind == documents.URL_CONFIG:
                        documents.forget_url(tx, function.scope, name)
                    resources.delete(tx, kind, function.scope, name)
                    if kind == documents.VERSION:
                        packages.release_all(tx, kept)
        resources.delete(tx, documents.FUNCTION, function.scope, function.name)
        packages.release_all(tx, document)
        return {}

    answer = await call.store.update(delete)
    call.node.pool.retire(function.unqualified_arn)
    return answer
