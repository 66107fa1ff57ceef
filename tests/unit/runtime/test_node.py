"""Node.js functions, run by our bootstrap on the machine's real Node.js."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tailrace.runtime.packages import NODE_SDK
from tests.unit.runtime.conftest import Workbench, archive_of, zipped

pytestmark = pytest.mark.usefixtures("node")

NODE = "nodejs20.x"


def esm(bench: Workbench, source: str, **settings: Any) -> Any:
    return bench.function(source, NODE, **settings)


def commonjs(bench: Workbench, source: str, **settings: Any) -> Any:
    return bench.function({"index.js": source}, NODE, **settings)


async def test_an_es_module(bench: Workbench) -> None:
    assert await bench.result(esm(bench, "export const handler = async (event) => event;"), {"ü": 1}) == {"ü": 1}


async def test_a_commonjs_module(bench: Workbench) -> None:
    assert await bench.result(commonjs(bench, "exports.handler = async (event) => event;"), [1]) == [1]


async def test_a_js_file_of_a_module_package(bench: Workbench) -> None:
    files = {"package.json": '{"type": "module"}', "index.js": "export const handler = async () => import.meta.url;"}
    assert (await bench.result(bench.function(files, NODE))).endswith("/task/index.js")


async def test_a_nested_handler_in_a_folder(bench: Workbench) -> None:
    files = {"src/app.js": "exports.api = { get: async () => 'got' };"}
    assert await bench.result(bench.function(files, NODE, "src/app.api.get")) == "got"


async def test_a_callback(bench: Workbench) -> None:
    source = "exports.handler = (event, context, callback) => setTimeout(() => callback(null, event), 5);"
    assert await bench.result(commonjs(bench, source), 5) == 5


async def test_a_callback_with_an_error(bench: Workbench) -> None:
    kind, error = await bench.error(commonjs(bench, "exports.handler = (e, c, done) => done(new TypeError('no'));"))
    assert (kind, error["errorType"], error["errorMessage"]) == ("handler", "TypeError", "no")


async def test_a_callback_waits_for_the_event_loop_unless_told_not_to(bench: Workbench) -> None:
    source = """
exports.handler = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = event;
  let late = false;
  setTimeout(() => { late = true; console.log("late"); }, event ? 50 : 60000);
  callback(null, "done");
};"""
    waits = commonjs(bench, source)
    assert await bench.result(waits, True) == "done"
    assert len(bench.printed) == 1
    assert await bench.result(waits, False) == "done"


async def test_a_promise_that_never_settles_is_null(bench: Workbench) -> None:
    assert await bench.result(esm(bench, "export const handler = () => new Promise(() => {});")) is None


async def test_a_rejection_is_the_answer_and_one_event(bench: Workbench) -> None:
    source = "export const handler = async () => { throw Object.assign(new RangeError('far'), {extra: 1}); };"
    kind, error = await bench.error(esm(bench, source))
    assert kind == "handler"
    assert list(error) == ["errorType", "errorMessage", "trace"]
    assert (error["errorType"], error["errorMessage"], error["trace"][0]) == ("RangeError", "far", "RangeError: far")
    (line,) = bench.printed
    _, request_id, level, what, detail = line.split("\t")
    assert (request_id, level, what) == ("request-1", "ERROR", "Invoke Error ")
    logged = json.loads(detail)
    assert (logged["errorType"], logged["extra"], logged["stack"][0]) == ("RangeError", 1, "RangeError: far")


async def test_an_unhandled_rejection_ends_the_environment(bench: Workbench) -> None:
    source = """
export const handler = async () => { Promise.reject(new Error("lost")); await new Promise(r => setTimeout(r, 500)); };
"""
    kind, error = await bench.error(esm(bench, source))
    assert kind == "handler"
    assert (error["errorType"], error["errorMessage"]) == ("Runtime.UnhandledPromiseRejection", "Error: lost")


async def test_an_uncaught_exception_is_told(bench: Workbench) -> None:
    source = "exports.handler = (e, c, done) => { setTimeout(() => { throw new Error('late'); }, 1); };"
    kind, error = await bench.error(commonjs(bench, source))
    assert (kind, error["errorMessage"]) == ("handler", "late")
    assert "\tUncaught Exception \t" in bench.printed[0]


async def test_serves_on_in_a_new_environment_after_a_crash(bench: Workbench) -> None:
    source = "exports.handler = (e, c, done) => { if (e) setTimeout(() => { throw 1; }); else done(null, 'well'); };"
    spec = commonjs(bench, source)
    await bench.error(spec, True)
    assert await bench.result(spec, False) == "well"


async def test_one_message_is_one_event_however_many_lines_it_has(bench: Workbench) -> None:
    source = """
export const handler = async () => {
  console.log("a\\nb", {c: 1});
  console.warn("w");
  console.error("%s-%d", "e", 2);
  console.debug("d");
};"""
    await bench.result(esm(bench, source))
    parts = [line.split("\t") for line in bench.printed]
    assert [part[1:] for part in parts] == [
        ["request-1", "INFO", "a\nb { c: 1 }\n"],
        ["request-1", "WARN", "w\n"],
        ["request-1", "ERROR", "e-2\n"],
        ["request-1", "DEBUG", "d\n"],
    ]


async def test_logs_as_json_objects_where_the_function_wants_it(bench: Workbench) -> None:
    source = 'export const handler = async () => { console.debug("no"); console.log("yes", 1); console.log({a: 1}); };'
    await bench.result(esm(bench, source, variables={"AWS_LAMBDA_LOG_FORMAT": "JSON"}))
    first, second = (json.loads(line) for line in bench.printed)
    assert (first["level"], first["message"], first["requestId"]) == ("INFO", "yes 1", "request-1")
    assert second["message"] == {"a": 1}


async def test_context(bench: Workbench) -> None:
    source = """
export const handler = async (event, c) => [c.functionName, c.functionVersion, c.memoryLimitInMB, c.awsRequestId,
  c.invokedFunctionArn, c.getRemainingTimeInMillis() > 5000,
  c.logStreamName === process.env.AWS_LAMBDA_LOG_STREAM_NAME];
"""
    arn = "arn:aws:lambda:us-east-1:000000000000:function:f"
    expected = ["f", "$LATEST", "256", "request-1", arn, True, True]
    assert await bench.result(esm(bench, source)) == expected


async def test_a_missing_module_a_missing_handler_and_a_syntax_error(bench: Workbench) -> None:
    cases = {
        "import 'nothing-of-that-name'; export const handler = 1;": "Runtime.ImportModuleError",
        "export const other = 1;": "Runtime.HandlerNotFound",
        "export const handler = (;": "Runtime.UserCodeSyntaxError",
    }
    for source, expected in cases.items():
        kind, error = await bench.error(esm(bench, source))
        assert (kind, error["errorType"]) == ("init", expected)


@pytest.mark.skipif(not NODE_SDK.is_dir(), reason="built without the SDK")
async def test_import_and_require_find_the_sdk(bench: Workbench) -> None:
    imports = 'import { marshall } from "@aws-sdk/util-dynamodb"; export const handler = async () => marshall({a: 1});'
    requires = (
        'const { marshall } = require("@aws-sdk/util-dynamodb"); exports.handler = async () => marshall({ a: 1 });'
    )
    assert await bench.result(esm(bench, imports)) == {"a": {"N": "1"}}
    assert await bench.result(commonjs(bench, requires)) == {"a": {"N": "1"}}


async def test_its_own_modules_come_before_the_layers_and_those_before_the_sdk(bench: Workbench) -> None:
    def module(name: str, says: str) -> tuple[str, str]:
        return f"{name}/index.js", f"module.exports = '{says}';"

    names = ("own", "layered", "@aws-sdk/util-dynamodb")
    layer = archive_of(zipped(dict(module(f"nodejs/node_modules/{name}", "layer") for name in names)))
    requires = "exports.handler = async (names) => names.map((name) => require(name));"
    files = {"index.js": requires, **dict([module("node_modules/own", "task")])}
    spec = bench.function(files, NODE, layers=(layer,))
    assert await bench.result(spec, list(names)) == ["task", "layer", "layer"]


async def test_more_output_than_a_pipe_holds(bench: Workbench) -> None:
    source = 'export const handler = async () => { for (let i = 0; i < 300; i++) console.log("x".repeat(5000)); };'
    await bench.result(esm(bench, source))
    assert len(bench.printed) == 300
