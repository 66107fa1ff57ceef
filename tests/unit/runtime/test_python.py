"""Python functions, run by AWS's own client on the machine's real Python."""

from __future__ import annotations

import pytest

from tests.unit.runtime.conftest import Workbench, archive_of, zipped

ECHO = "def handler(event, context): return event"


async def test_returns_what_the_handler_returns(bench: Workbench) -> None:
    assert await bench.result(bench.function(ECHO), {"ü": [1, None]}) == {"ü": [1, None]}


async def test_is_warm_the_second_time(bench: Workbench) -> None:
    count = bench.function("n = 0\ndef handler(event, context):\n  global n\n  n += 1\n  return n")
    first, second = await bench.call(count), await bench.call(count)
    assert (first.payload, second.payload) == (b"1", b"2")
    assert first.init_ms is not None
    assert second.init_ms is None
    assert len(bench.notebooks) == 1


async def test_is_cold_again_with_other_code(bench: Workbench) -> None:
    await bench.call(bench.function(ECHO))
    other = await bench.call(bench.function("def handler(event, context): return 'other'"))
    assert other.payload == b'"other"'
    assert other.init_ms is not None


async def test_one_print_is_one_event_however_many_lines_it_has(bench: Workbench) -> None:
    await bench.result(bench.function("def handler(e, c):\n  print('a\\nb')\n  print('c', 'd')"))
    assert bench.printed == ["a\nb\n", "c d\n"]


async def test_all_output_keeps_its_order(bench: Workbench) -> None:
    source = """
import logging, os, sys
logging.getLogger().setLevel("INFO")
def handler(event, context):
    print("one")
    logging.info("two\\nlines")
    print("three", file=sys.stderr)
    os.system("echo four")
    sys.stdout.write("five without an end")
"""
    await bench.result(bench.function(source))
    one, two, *rest = bench.printed
    assert one == "one\n"
    assert two.startswith("[INFO]\t")
    assert two.endswith("Z\trequest-1\ttwo\nlines\n")
    assert rest == ["three\n", "four\n", "five without an end"]


async def test_an_exception_is_one_event_and_the_answer(bench: Workbench) -> None:
    kind, error = await bench.error(bench.function("def handler(event, context):\n  raise ValueError('boom')"))
    assert kind == "handler"
    assert list(error) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert (error["errorMessage"], error["errorType"], error["requestId"]) == ("boom", "ValueError", "request-1")
    assert error["stackTrace"][0].endswith(", line 2, in handler\n    raise ValueError('boom')\n")
    assert bench.printed[0].startswith("[ERROR] ValueError: boom\nTraceback (most recent call last):\n\u00a0\u00a0File")


async def test_an_unfinished_line_comes_before_the_exception(bench: Workbench) -> None:
    await bench.error(bench.function("def handler(e, c):\n  print('on my way', end='')\n  raise ValueError('boom')"))
    assert [line[:12] for line in bench.printed] == ["on my way", "[ERROR] Valu"]


async def test_serves_on_after_an_exception(bench: Workbench) -> None:
    fails_once = bench.function("n = 0\ndef handler(e, c):\n  global n\n  n += 1\n  assert n > 1\n  return n")
    await bench.error(fails_once)
    assert await bench.result(fails_once) == 2
    assert len(bench.notebooks) == 1


async def test_a_module_that_cannot_be_imported_is_told_by_the_invocation(bench: Workbench) -> None:
    kind, error = await bench.error(bench.function("import nothing_of_that_name"))
    assert kind == "init"
    assert error["errorType"] == "Runtime.ImportModuleError"
    assert error["requestId"] == ""


async def test_sees_nothing_of_the_host(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAILRACE_SECRET_OF_THE_HOST", "x")
    seen = await bench.result(bench.function("import os\ndef handler(e, c): return dict(os.environ)"))
    assert "x" not in seen.values()
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "f"
    assert seen["_HANDLER"] == "index.handler"
    assert seen["TZ"] == ":UTC"
    assert not [name for name in seen if name.startswith(("TAILRACE", "PYTEST", "VIRTUAL"))]


async def test_inherits_no_file_descriptor(bench: Workbench) -> None:
    source = "import os\ndef handler(e, c): return sorted(int(n) for n in os.listdir('/proc/self/fd'))"
    opened = await bench.result(bench.function(source))
    assert len(opened) <= 10  # three standard ones, the log's, the Runtime API's, and the listing's own


async def test_has_limits_of_its_own(bench: Workbench) -> None:
    source = """
import os, resource as r
def handler(event, context):
    core, files = r.getrlimit(r.RLIMIT_CORE)[0], r.getrlimit(r.RLIMIT_NOFILE)[0]
    return [core, files <= 1024, os.umask(0), os.getsid(0) == os.getpid()]
"""
    assert await bench.result(bench.function(source)) == [0, True, 0o022, True]


async def test_imports_the_sdk_but_not_the_servers_packages(bench: Workbench) -> None:
    source = """
import importlib.util as u
def handler(event, context): return [name for name in event if u.find_spec(name)]
"""
    wanted = ["boto3", "botocore", "urllib3", "dateutil", "six", "jmespath", "s3transfer"]
    unwanted = ["orjson", "lark", "tailrace", "uvloop", "pytest", "click"]
    assert await bench.result(bench.function(source), [*wanted, *unwanted]) == wanted


async def test_its_own_packages_come_before_the_runtimes(bench: Workbench) -> None:
    files = {"index.py": "import six\ndef handler(e, c): return six.mine", "six.py": "mine = 'yes'"}
    assert await bench.result(bench.function(files)) == "yes"


async def test_layers_come_between(bench: Workbench) -> None:
    layer = archive_of(zipped({"python/six.py": "mine = 'layer'", "python/index.py": "raise SystemExit"}))
    spec = bench.function("import six\ndef handler(e, c): return six.mine", layers=(layer,))
    assert await bench.result(spec) == "layer"


async def test_a_handler_in_a_folder(bench: Workbench) -> None:
    files = {"inner/app.py": ECHO}
    assert await bench.result(bench.function(files, handler="inner/app.handler"), 7) == 7


async def test_context(bench: Workbench) -> None:
    source = """
def handler(event, c):
    return [c.function_name, c.function_version, c.memory_limit_in_mb, c.aws_request_id, c.invoked_function_arn,
            c.get_remaining_time_in_millis() > 5000, c.client_context]
"""
    arn = "arn:aws:lambda:us-east-1:000000000000:function:f"
    assert await bench.result(bench.function(source)) == ["f", "$LATEST", "256", "request-1", arn, True, None]


async def test_exit_and_quit_are_there(bench: Workbench) -> None:
    kind, error = await bench.error(bench.function("def handler(e, c): exit(3)"))
    assert kind == "exit"
    text = "RequestId: request-1 Error: Runtime exited with error: exit status 3"
    assert error == {"errorType": "Runtime.ExitError", "errorMessage": text}
