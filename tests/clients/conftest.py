"""What the tests of clients share: where the server is, and names of their own."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import RunningServer

REGION = "us-east-1"
PROGRAM_SECONDS = 180


@pytest.fixture
def unique() -> Callable[[str], str]:
    """A function that makes names that no other test uses."""
    return lambda name: f"{name}-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def aws_environment(server: RunningServer, tmp_path: Path) -> dict[str, str]:
    """The environment of a program that finds the server, and nothing of the machine's own settings."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_PAGER": "",
    }


@pytest.fixture
def run(aws_environment: dict[str, str], tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """A function that runs a program in that environment to its end."""

    def run_program(*command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command, capture_output=True, text=True, env=aws_environment, cwd=tmp_path, timeout=PROGRAM_SECONDS
        )
        if check and done.returncode != 0:
            pytest.fail(f"{Path(command[0]).name} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    return run_program
