"""Which service, protocol and operation a request is for.

```
X-Amz-Target: Prefix.Operation       the prefix names the service                     json
/service/Prefix/operation/Operation  the prefix names the service                     rpc-v2-cbor
credential scope .../SERVICE/...     a REST path of its model, or Action= in a form   rest-json, query
no signature                         Version= of a form, or a REST path that fits     (AssumeRoleWithWebIdentity, ...)
```
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from tailrace.base.errors import ApiError
from tailrace.wire import model, query_xml, rest_paths, rpc_cbor
from tailrace.wire.http import HttpRequest, HttpResponse
from tailrace.wire.json_rpc import JSON_RPC
from tailrace.wire.protocol import Route, WireProtocol
from tailrace.wire.query_xml import QUERY_XML
from tailrace.wire.rest_json import REST_JSON
from tailrace.wire.rpc_cbor import RPC_CBOR

PROTOCOLS: dict[str, WireProtocol] = {
    "json": JSON_RPC,
    "query": QUERY_XML,
    "rest-json": REST_JSON,
    "smithy-rpc-v2-cbor": RPC_CBOR,
}
# Read off the models; repeated here so that a request for one service loads no other's model. A test compares them.
TARGETS = {
    "DynamoDB_20120810": "dynamodb",
    "DynamoDBStreams_20120810": "dynamodbstreams",
    "Logs_20140328": "logs",
    "AmazonSQS": "sqs",
    "GraniteServiceVersion20100801": "cloudwatch",
    "Tailrace_20261101": "tailrace",
}
VERSIONS = {"2010-05-08": "iam", "2011-06-15": "sts", "2010-03-31": "sns", "2010-08-01": "cloudwatch"}
SIGNED_AS = {
    **{name: name for name in ("dynamodb", "lambda", "iam", "sts", "logs", "sns", "sqs", "tailrace")},
    "monitoring": "cloudwatch",
}  # Streams: dynamodb
IN_QUERY_TOO = frozenset(("cloudwatch",))  # speaks the query protocol to older SDKs
REST_SERVICES = ("lambda",)
# The operations that AWS carries out without a signature, for links in mails and notifications have none.
UNSIGNED = {"ConfirmSubscription": "sns", "Unsubscribe": "sns"}
# DynamoDB refuses application/x-amz-json-1.1 with a 404 (recorded on AWS by dynalite's suite).
CONTENT_TYPES = {
    "1.0": frozenset(("application/x-amz-json-1.0", "application/json")),
    "1.1": frozenset(("application/x-amz-json-1.1", "application/x-amz-json-1.0", "application/json")),
}
JSON_1_0 = frozenset(("cloudwatch", "dynamodb", "dynamodbstreams", "sqs"))
MISSING_TOKEN = "Missing Authentication Token"

_scope = re.compile(r"Credential=[^,\s]*?/\d{8}/[^/,\s]*/([^/,\s]+)/aws4_request")
_scope_query = re.compile(r"(?:^|&)X-Amz-Credential=([^&]*)")
_targets: Final[dict[tuple[str, str], Route]] = {}  # by target and content type, bounded by what there is of both


def route(request: HttpRequest) -> Route:
    """The route of a request. Raises ApiError (unknown operation, nothing to go by); `refusal` words it."""
    target = request.headers.get("x-amz-target")
    if target is not None:
        found = _targets.get((target, request.headers.get("content-type", "")))
        return found if found is not None and request.method == "POST" else _find_target(target, request)
    if rpc_cbor.is_meant(request):
        return _route_rpc(request)
    service = signed_service(request)
    if service is None:
        return _route_unsigned(request)
    protocol = model.service(service).protocol
    if protocol == "rest-json":
        return _route_path(service, request)
    if protocol == "query" or service in IN_QUERY_TOO:
        return _route_action(service, request)
    raise ApiError("UnknownOperationException", "")


def signed_service(request: HttpRequest) -> str | None:
    """The service of the credential scope, by botocore's name; None without a scope or for one that is not ours."""
    found = _scope.search(request.headers.get("authorization", ""))
    if found:
        return SIGNED_AS.get(found[1])
    in_query = _scope_query.search(request.query)
    parts = unquote(in_query[1]).split("/") if in_query else []
    return SIGNED_AS.get(parts[-2]) if len(parts) >= 5 else None


def presumed_service(request: HttpRequest) -> str:
    """The service that the sender of a request without a route most likely means. Never raises."""
    target = request.headers.get("x-amz-target")
    if target is not None:
        return TARGETS.get(target.partition(".")[0], "dynamodb")
    rpc = rpc_cbor.named(request.path)
    service = TARGETS.get(rpc[0]) if rpc else signed_service(request)
    if service is not None:
        return service
    try:
        parameters = query_xml.parameters(request)
    except ApiError:  # more parameters than a form may have; the refusal says so already
        return "sts"
    if _is_for_dynamodb(request, parameters):
        return "dynamodb"
    return VERSIONS.get(parameters.get("Version", ""), "lambda")


def refusal(request: HttpRequest, service: str, error: ApiError, request_id: str) -> HttpResponse:
    """A refusal of a request that has no route, in the protocol of the presumed service: of several, the request's."""
    protocol = PROTOCOLS[model.service(service).protocol]
    if service in IN_QUERY_TOO and not rpc_cbor.is_meant(request):
        protocol = JSON_RPC if "x-amz-target" in request.headers else QUERY_XML
    return protocol.error(service, error, request_id)


def _is_for_dynamodb(request: HttpRequest, parameters: dict[str, str]) -> bool:
    """Whether an unsigned request without a target is what DynamoDB's front end would get to see."""
    return request.path == "/" and not parameters.get("Version") and not parameters.get("Action")


def _find_target(target: str, request: HttpRequest) -> Route:
    prefix, _, operation = target.partition(".")
    service = TARGETS.get(prefix)
    if service is None or model.service(service).operation(operation) is None:
        raise ApiError("UnknownOperationException", "")
    _check_json(service, request)
    found, content_type = Route(service, JSON_RPC, operation), request.headers.get("content-type", "")
    if content_type in _content_types(service):
        _targets[target, content_type] = found
        found.by_headers = True
    return found


def _route_rpc(request: HttpRequest) -> Route:
    name, operation = rpc_cbor.named(request.path) or ("", "")
    service = TARGETS.get(name)
    if service is None or PROTOCOLS[model.service(service).protocol] is not RPC_CBOR:
        raise ApiError("UnknownOperationException", "", status=404)
    if request.method != "POST" or model.service(service).operation(operation) is None:
        raise ApiError("UnknownOperationException", "", status=404)
    return Route(service, RPC_CBOR, operation)


def _check_json(service: str, request: HttpRequest) -> None:
    content_type, allowed = request.headers.get("content-type", ""), _content_types(service)
    if content_type not in allowed:
        content_type = content_type.partition(";")[0].strip().lower()
    if request.method != "POST" or (request.body and content_type not in allowed):
        raise ApiError("UnknownOperationException", "", status=404)


def _content_types(service: str) -> frozenset[str]:
    return CONTENT_TYPES["1.0" if service in JSON_1_0 else "1.1"]


def _route_unsigned(request: HttpRequest) -> Route:
    parameters = query_xml.parameters(request)
    service = VERSIONS.get(parameters.get("Version", "")) or UNSIGNED.get(parameters.get("Action", ""))
    if service:
        return _route_action(service, request)
    if _is_for_dynamodb(request, parameters):
        _check_json("dynamodb", request)
        raise ApiError("UnknownOperationException", "")
    for name in REST_SERVICES:
        found = rest_paths.match(name, request.method, request.path, request.query)
        if found:
            return Route(name, REST_JSON, *found)
    raise ApiError("MissingAuthenticationTokenException", MISSING_TOKEN, status=403)


def _route_path(service: str, request: HttpRequest) -> Route:
    found = rest_paths.match(service, request.method, request.path, request.query)
    if found is None:
        raise ApiError("UnknownOperationException", "", status=404)
    return Route(service, REST_JSON, *found)


def _route_action(service: str, request: HttpRequest) -> Route:
    known = model.service(service)
    parameters = query_xml.parameters(request)
    action, version = parameters.get("Action", ""), parameters.get("Version", known.api_version)
    if not action:
        raise ApiError("MissingAction", "The request must contain the parameter Action", status=400)
    if version != known.api_version or known.operation(action) is None:
        raise ApiError("InvalidAction", f"Could not find operation {action} for version {version}", status=400)
    return Route(service, QUERY_XML, action)
