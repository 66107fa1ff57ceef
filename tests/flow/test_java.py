"""Java functions through AWS's runtime client, which Maven fetches: skipped where there is no JDK or no network."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tailrace.runtime import interpreters
from tests.conftest import RunningServer, wait_until
from tests.flow.functions import make_role, unique

CLIENT = "com.amazonaws:aws-lambda-java-runtime-interface-client:2.6.0"
SOURCE = """
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;

public class Hello implements RequestHandler<Map<String, Object>, Map<String, Object>> {
  public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
    context.getLogger().log("first\\nand second line");
    context.getLogger().log("another");
    if (event.containsKey("fails")) throw new IllegalStateException("no");
    return Map.of("event", event, "name", context.getFunctionName());
  }
}
"""
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>tests</groupId><artifactId>hello</artifactId><version>1</version><dependencies><dependency>
<groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency></dependencies></project>"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A class and the jars that it needs, as `mvn package` and a zip would make them."""
    if not all(shutil.which(program) for program in ("java", "javac", "mvn")):
        pytest.skip("no JDK or no Maven (Debian: apt-get install default-jdk-headless maven)")
    folder = tmp_path_factory.mktemp("java")
    (folder / "pom.xml").write_text(POM.format(*CLIENT.split(":")))
    fetch = ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"]
    if subprocess.run(fetch, cwd=folder, capture_output=True, timeout=300, check=False).returncode:
        pytest.skip(f"{CLIENT} can't be fetched from Maven Central")
    (folder / "Hello.java").write_text(SOURCE)
    subprocess.run(["javac", "-cp", "lib/*", "Hello.java"], cwd=folder, check=True, timeout=120)
    return zipped([folder / "Hello.class", *(folder / "lib").iterdir()], folder)


def zipped(files: list[Path], root: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in files:
            archive.write(file, file.relative_to(root))
    return buffer.getvalue()


@pytest.fixture(scope="module")
def function(server: RunningServer, package: bytes) -> str:
    """The class as a function, in the newest runtime that the machine has."""
    name, client = unique("java"), server.client("lambda")
    runtime = [one for one in interpreters.runnable() if one.startswith("java")][-1]
    client.create_function(
        FunctionName=name,
        Runtime=runtime,
        Role=make_role(server, "java")[1],
        Handler="Hello::handleRequest",
        Code={"ZipFile": package},
        MemorySize=512,
        Timeout=30,
    )
    wait_until("it", lambda: client.get_function(FunctionName=name)["Configuration"]["State"] == "Active")
    return name


def invoke(server: RunningServer, function: str, event: Any) -> tuple[Any, str | None]:
    answer = server.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read()), answer.get("FunctionError")


def test_a_class_is_a_function(server: RunningServer, function: str) -> None:
    found, failed = invoke(server, function, {"a": 1})
    assert failed is None
    assert (found["event"], found["name"]) == ({"a": 1}, function)


def test_an_exception_is_an_error(server: RunningServer, function: str) -> None:
    found, failed = invoke(server, function, {"fails": True})
    assert failed == "Unhandled"
    assert (found["errorType"], found["errorMessage"]) == ("java.lang.IllegalStateException", "no")


def test_what_is_logged_at_once_is_one_event(server: RunningServer, function: str) -> None:
    invoke(server, function, {})
    events = server.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    logged = [event["message"].strip() for event in events]
    assert "first\nand second line" in logged
    assert "another" in logged
