"""`make demo`'s story: it is told to its end, in the tutorial's words, on a server that leaves nothing behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys


def test_the_demo_tells_the_whole_story() -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TAILRACE_"))}
    command = [sys.executable, "-m", "tailrace", "demo", "--port", "0"]
    told = subprocess.run(
        command, capture_output=True, text=True, env=environment | {"DEMO_EXIT": "1"}, timeout=120, check=False
    )
    assert told.returncode == 0, told.stderr
    text = told.stdout
    assert "\x1b" not in text, "plain in a pipe"
    refusal = (
        r"InvalidParameterValueException: Cannot access stream arn:aws:dynamodb:us-east-1:000000000000:table/Cloud9/"
        r"stream/[-\dT:.]+\. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, "
        r"and ListStreams Actions on your stream in IAM\."
    )
    for expected in (
        "APPLE#WASHINGTON",
        refusal,
        "dynamodb-stream-access",
        "Stocks 39 -> 33",
        r"START RequestId: [-\da-f]{36} Version: \$LATEST",
        '"eventName": "MODIFY"',
        "Now in stock: .*Stocks: 33",
        r"REPORT RequestId: .*Duration: \d",
        "One change, one invocation, one log",
    ):
        assert re.search(expected, text, re.DOTALL), f"{expected} is missing in:\n{text}"
