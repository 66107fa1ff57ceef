"""One invocation of a function, for whoever calls: the API, a stream's mapping, a delivery."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import orjson

from tailrace.base import ids
from tailrace.base.errors import ApiError, Missing
from tailrace.identity import Principal, assume_role_for_service
from tailrace.operation import Node
from tailrace.runtime.command import RESERVED
from tailrace.runtime.interpreters import RuntimeMissing
from tailrace.runtime.response_stream import ResponseStream
from tailrace.runtime.spec import Archive, CodeProblem, FunctionSpec, Launch, Throttled
from tailrace.services.lambda_ import function_document as documents
from tailrace.services.lambda_ import function_metrics, tracing
from tailrace.services.lambda_.function_names import LATEST, FunctionName
from tailrace.services.lambda_.log_writer import LogSettings, LogWriter
from tailrace.services.lambda_.refusals import throttled
from tailrace.services.lambda_.role import LAMBDA, session_name, source
from tailrace.store import blobs
from tailrace.store.engine import Transaction

CREDENTIALS_SECONDS = 6 * 3600.0
ERROR_CHARACTERS_MAX = 1024


@dataclass(frozen=True, slots=True)
class InvocationResult:
    """What came of it. `function_error` is None or `Unhandled`; times are in milliseconds, `init_ms` is None unless an
    environment was started for it.

    `content_type` is what the code said of its response; a response that was streamed isn't in the payload.
    """

    request_id: str
    executed_version: str
    function_error: str | None
    payload: bytes
    log_tail: str
    log_stream: str
    duration_ms: float
    kind: str | None = None
    log_group: str = ""
    init_ms: float | None = None
    error_type: str | None = None
    content_type: str = ""


class Prepared(NamedTuple):
    """An invocation before it runs: what runs, which version that is, and what the code is told with the event."""

    node: Node
    function: FunctionName
    spec: FunctionSpec
    version: str
    request_id: str
    headers: dict[str, str]
    log_group: str


async def invoke(
    node: Node,
    scope: str,
    name: str,
    qualifier: str | None,
    payload: bytes,
    *,
    request_id: str | None = None,
    client_context: str | None = None,
    trace: str | None = None,
) -> InvocationResult:
    """Run the function once and wait for it; its log is stored when this returns.

    Raises ApiError: the function is gone, its role is, or it is throttled (TooManyRequestsException).
    """
    function = FunctionName(scope, name, qualifier)
    prepared = await prepare(node, function, request_id=request_id, client_context=client_context, trace=trace)
    return await run(prepared, payload)


async def prepare(
    node: Node,
    function: FunctionName,
    *,
    request_id: str | None = None,
    client_context: str | None = None,
    trace: str | None = None,
) -> Prepared:
    """Find what a call of the function runs; `trace` is the caller's X-Amzn-Trace-Id, `client_context` JSON.

    Raises ApiError where the function is gone.
    """
    asked = function._replace(qualifier=function.qualifier or LATEST)

    def read(tx: Transaction) -> tuple[dict[str, Any], str, int | None]:
        document, version = documents.find_routed(tx, asked, ids.uniform(0, 1))
        reserved: int | None = documents.find(tx, asked).get("ReservedConcurrency")
        return document, version, reserved

    document, version, reserved = await node.store.view(read)
    active = document["TracingConfig"]["Mode"] == "Active"
    headers = {
        "Lambda-Runtime-Trace-Id": tracing.passed_on(trace, node.clock.now(), active=active),
        "Lambda-Runtime-Invoked-Function-Arn": function.arn,
    }
    if client_context:
        headers["Lambda-Runtime-Client-Context"] = client_context
    spec = specify(node, function, document, version, reserved)
    group: str = document["LoggingConfig"]["LogGroup"]
    return Prepared(node, function, spec, version, request_id or ids.uuid(), headers, group)


async def run(prepared: Prepared, payload: bytes, stream: ResponseStream | None = None) -> InvocationResult:
    """Run it; `stream` takes a response that the code streams. Raises ApiError where nothing can be run."""
    node, function = prepared.node, prepared.function
    running, of_all = node.pool.running(prepared.spec.key[0])
    try:
        outcome = await node.pool.invoke(prepared.spec, prepared.request_id, payload or b"{}", prepared.headers, stream)
    except Throttled as problem:
        function_metrics.measure(node, function, Throttles=1)
        function_limit = problem.args == ("function",)
        reason = "ReservedFunctionConcurrent" if function_limit else "Concurrent"
        raise throttled(f"{reason}InvocationLimitExceeded") from problem
    except RuntimeMissing as problem:
        raise ApiError("InvalidRuntimeException", str(problem), status=502) from problem
    except CodeProblem as problem:
        raise ApiError("InvalidZipFileException", str(problem), status=502) from problem
    errors = int(outcome.function_error is not None)
    function_metrics.measure(node, function, Invocations=1, Errors=errors, Duration=outcome.duration_ms)
    function_metrics.measure_running(node, function, running + 1, of_all + 1)
    return InvocationResult(
        prepared.request_id,
        prepared.version,
        outcome.function_error,
        outcome.payload,
        outcome.log_tail,
        outcome.log_stream,
        outcome.duration_ms,
        outcome.kind,
        prepared.log_group,
        outcome.init_ms,
        outcome.error_type,
        outcome.content_type,
    )


def error_text(payload: bytes) -> str:
    """`Type: message` of a function's error object."""
    try:
        found = orjson.loads(payload)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        return "the function failed"
    return f"{found.get('errorType', 'Error')}: {found.get('errorMessage', '')}"[:ERROR_CHARACTERS_MAX]


def specify(
    node: Node, function: FunctionName, document: dict[str, Any], version: str, reserved: int | None
) -> FunctionSpec:
    """What the pool has to know to run this version of the function."""
    session = session_name(function.name)
    settings = LogSettings(
        function_arn=function.arn,
        version=version,
        runtime=document["Runtime"],
        runtime_arn=documents.runtime_version_arn(function.scope, document["Runtime"]),
        memory_mb=document["MemorySize"],
        role=document["Role"],
        session=session,
        group=document["LoggingConfig"]["LogGroup"],
        json=document["LoggingConfig"]["LogFormat"] == "JSON",
        system_level=document["LoggingConfig"].get("SystemLogLevel", "INFO"),
        traced=document["TracingConfig"]["Mode"] == "Active",
    )

    def archive(digest: str) -> Archive:
        async def fetch() -> bytes:
            try:
                return await node.store.view(lambda tx: blobs.get(tx, digest))
            except Missing as problem:
                raise CodeProblem("The function's code is gone") from problem

        return Archive(digest, fetch)

    async def launch(log_stream: str) -> Launch:
        return await start_values(node, function, document, session)

    return FunctionSpec(
        key=(function.unqualified_arn, version, document["RevisionId"]),
        function_name=function.name,
        version=version,
        arn=function.arn,
        runtime=document["Runtime"],
        handler=document["Handler"],
        code=archive(document["Digest"]),
        layers=tuple(archive(digest) for digest in document.get("LayerDigests", ())),
        memory_mb=document["MemorySize"],
        timeout_s=document["Timeout"],
        launch=launch,
        open_journal=lambda: LogWriter(node, function.scope, settings),
        concurrency=reserved,
        storage_mb=document["EphemeralStorage"]["Size"],
    )


async def start_values(node: Node, function: FunctionName, document: dict[str, Any], session: str) -> Launch:
    """The variables of a new environment: the role's credentials, this endpoint, the function's own.

    Raises ApiError where the role cannot be assumed any more.
    """

    def assume(tx: Transaction) -> Principal:
        if not assume_role_for_service(node.identity, tx, document["Role"], LAMBDA, source(function)):
            text = "The role defined for the function cannot be assumed by Lambda."
            raise ApiError("AccessDeniedException", text, status=403)
        taken = node.identity.role_principal(tx, document["Role"], session)
        assert taken.session
        return replace(taken, session=replace(taken.session, source_function=function.unqualified_arn))

    principal = await node.store.view(assume)
    node.last_used.note(principal, "", node.clock.now(), "lambda", function.scope.split("/")[1])
    credentials = node.identity.mint(principal, CREDENTIALS_SECONDS)
    region = function.scope.split("/")[1]
    logging_config = document["LoggingConfig"]
    variables = {
        "AWS_ENDPOINT_URL": node.endpoint,
        **own_variables(document),
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_SESSION_TOKEN": credentials.session_token,
        "AWS_LAMBDA_LOG_GROUP_NAME": logging_config["LogGroup"],
    }
    if logging_config["LogFormat"] == "JSON":
        variables |= {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": logging_config["ApplicationLogLevel"]}
    return Launch(variables, credentials.expiration)


def own_variables(document: dict[str, Any]) -> dict[str, str]:
    """The variables that the function's configuration sets."""
    variables: dict[str, str] = document.get("Environment", {}).get("Variables", {})
    return {name: value for name, value in variables.items() if name not in RESERVED}
