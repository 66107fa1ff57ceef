"""HTTPS: certificates, who is trusted by whom, and what a server shows to its network."""

from __future__ import annotations

import json
import os
import ssl
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tailrace import exposure, tls
from tailrace.base.config import Config
from tests.conftest import RunningServer
from tests.flow.functions import make_function, make_role

CALLS_BACK = """
import boto3, os, urllib.request
def handler(event, context):
    names = boto3.client("dynamodb").list_tables()["TableNames"]
    health = urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/_tailrace/health").status
    return {"endpoint": os.environ["AWS_ENDPOINT_URL"], "tables": names, "health": health}
"""
FETCHES = """
export const handler = async () => (await fetch(process.env.AWS_ENDPOINT_URL + "/_tailrace/health")).status;
"""
ONLY_SECURE = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "dynamodb:ListTables",
            "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "true"}},
        }
    ],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls") / "data"


@pytest.fixture(scope="module")
def secure(folder: Path) -> Iterator[RunningServer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_CA_BUNDLE", str(folder / tls.CERTIFICATE_FILE))
        running = RunningServer(str(folder), "--tls", "self")
        yield running
        running.kill()


def invoke(server: RunningServer, code: str, runtime: str) -> object:
    role, role_arn = make_role(server, "tls")
    server.client("iam").put_role_policy(RoleName=role, PolicyName="tables", PolicyDocument=json.dumps(ONLY_SECURE))
    name = make_function(server, "tls", code, role=role_arn, runtime=runtime, Timeout=60)
    answer = server.client("lambda").invoke(FunctionName=name)
    payload = answer["Payload"].read()
    assert "FunctionError" not in answer, payload
    return json.loads(payload)


def test_boto_and_functions_reach_a_server_with_its_own_certificate(secure: RunningServer, folder: Path) -> None:
    assert secure.endpoint.startswith("https://127.0.0.1:")
    assert secure.client("dynamodb").list_tables()["TableNames"] == []
    assert invoke(secure, CALLS_BACK, "python3.11") == {"endpoint": secure.endpoint, "tables": [], "health": 200}
    assert stat.S_IMODE((folder / tls.KEY_FILE).stat().st_mode) == 0o600


def test_node_functions_trust_it_too(secure: RunningServer) -> None:
    assert invoke(secure, FETCHES, "nodejs20.x") == 200


def test_who_does_not_know_the_certificate_does_not_talk_to_it(secure: RunningServer) -> None:
    with pytest.raises(urllib.error.URLError) as caught:
        urllib.request.urlopen(secure.endpoint + "/_tailrace/health", context=ssl.create_default_context())
    assert "CERTIFICATE_VERIFY_FAILED" in str(caught.value)


def test_env_names_the_certificate(secure: RunningServer, folder: Path) -> None:
    environment = os.environ | {"TAILRACE_ACCESS_KEY_ID": "test", "TAILRACE_SECRET_ACCESS_KEY": "test"}
    command = [sys.executable, "-m", "tailrace", "env", "--data", str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout
    assert f"export AWS_CA_BUNDLE={folder / tls.CERTIFICATE_FILE}\n" in told
    assert f"export AWS_ENDPOINT_URL={secure.endpoint}\n" in told


def test_a_policy_may_ask_for_https(secure: RunningServer, server: RunningServer) -> None:
    for each, allowed in ((secure, True), (server, False)):
        iam, name = each.client("iam"), "secure-only"
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(ONLY_SECURE))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        client = each.client("dynamodb", access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
        if allowed:
            client.list_tables()
        else:
            with pytest.raises(ClientError, match="AccessDenied"):
                client.list_tables()


def test_a_certificate_is_kept_until_it_ends_or_the_name_changes(tmp_path: Path) -> None:
    config = Config(data=str(tmp_path), tls="self")
    first = tls.prepare(config)
    assert first
    made = (tmp_path / tls.CERTIFICATE_FILE).read_bytes()
    assert tls.prepare(config)
    assert (tmp_path / tls.CERTIFICATE_FILE).read_bytes() == made
    other = tls.prepare(Config(data=str(tmp_path), tls="self", host="tables.internal"))
    assert other
    assert (tmp_path / tls.CERTIFICATE_FILE).read_bytes() != made
    assert other.host("tables.internal") == "tables.internal"
    assert other.host("10.1.2.3") == "localhost"


def test_a_given_certificate_names_the_endpoint(tmp_path: Path) -> None:
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    tls.make(certificate, key, ("db.example",))
    given = tls.prepare(Config(tls_cert=str(certificate), tls_key=str(key)))
    assert given
    assert (given.host("127.0.0.1"), given.authority) == ("db.example", certificate)
    key.write_text("no key")
    with pytest.raises(tls.BadCertificate, match=r"c\.pem"):
        tls.prepare(Config(tls_cert=str(certificate), tls_key=str(key)))
    assert tls.prepare(Config()) is None


@pytest.mark.parametrize(
    ("host", "secret", "open_"),
    [
        ("127.0.0.1", "test", True),
        ("::1", "test", True),
        ("localhost", "test", True),
        ("0.0.0.0", "test", False),
        ("", "test", False),
        ("db.example", "short", False),
        ("0.0.0.0", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", False),
        ("0.0.0.0", "kVq9Zb1xTn4uYp7wEo2i", True),
    ],
)
def test_a_well_known_key_is_not_shown_to_the_network(host: str, secret: str, open_: bool) -> None:
    exposure.check(host, secret, allow_weak=True)
    if open_:
        exposure.check(host, secret, allow_weak=False)
    else:
        with pytest.raises(exposure.WeakKey, match="--allow-weak-keys"):
            exposure.check(host, secret, allow_weak=False)


def test_the_command_line_refuses_weak_keys_and_half_certificates(tmp_path: Path) -> None:
    environment = os.environ | {"TAILRACE_ACCESS_KEY_ID": "test", "TAILRACE_SECRET_ACCESS_KEY": "test"}

    def serve(*options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tailrace", "serve", "--port", "0", "--data", str(tmp_path / "d"), *options]
        return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)

    refused = serve("--host", "0.0.0.0")
    assert (refused.returncode, "--allow-weak-keys insists" in refused.stderr) == (1, True)
    assert "Traceback" not in refused.stderr
    assert serve("--tls-cert", str(Path(__file__))).returncode == 2
    bad = serve("--tls-cert", str(Path(__file__)), "--tls-key", str(Path(__file__)))
    assert (bad.returncode, "can't be served" in bad.stderr) == (1, True)
