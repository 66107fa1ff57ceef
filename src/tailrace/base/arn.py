"""Amazon Resource Names: built and taken apart in one place."""

from __future__ import annotations

from typing import NamedTuple


class Arn(NamedTuple):
    """arn:partition:service:region:account:resource."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def parse(text: str) -> Arn | None:
    """The parts of an ARN, or None where `text` is none."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        return None
    return Arn(*parts[1:])


def build(service: str, region: str, account: str, resource: str) -> str:
    """An ARN of the `aws` partition."""
    return f"arn:aws:{service}:{region}:{account}:{resource}"


def table(region: str, account: str, name: str) -> str:
    """A DynamoDB table's ARN."""
    return f"arn:aws:dynamodb:{region}:{account}:table/{name}"


def stream(region: str, account: str, table_name: str, label: str) -> str:
    """A DynamoDB stream's ARN; the label is its enable time."""
    return f"arn:aws:dynamodb:{region}:{account}:table/{table_name}/stream/{label}"


def stream_name(text: str) -> tuple[Arn, str] | None:
    """The parts of a DynamoDB stream's ARN and the stream's name, `TABLE/stream/LABEL`; None where `text` is none."""
    parts = parse(text)
    if parts is None or parts.service != "dynamodb" or not parts.resource.startswith("table/"):
        return None
    name = parts.resource.removeprefix("table/")
    table_name, _, label = name.partition("/stream/")
    return (parts, name) if table_name and label else None


def function(region: str, account: str, name: str, qualifier: str | None = None) -> str:
    """A Lambda function's ARN, qualified by version or alias where one is given."""
    tail = f":{qualifier}" if qualifier else ""
    return f"arn:aws:lambda:{region}:{account}:function:{name}{tail}"


def log_group(region: str, account: str, name: str) -> str:
    """A CloudWatch Logs group's ARN, without the `:*` that some answers add."""
    return f"arn:aws:logs:{region}:{account}:log-group:{name}"


def iam(account: str, resource: str) -> str:
    """An IAM ARN; IAM has no region."""
    return f"arn:aws:iam::{account}:{resource}"
