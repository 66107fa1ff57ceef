"""`python -m tailrace.compatibility`: docs/compatibility.md, written from the registry and AWS's own service models.

What the page says of an operation stands beside the operation: its first sentence, what it refuses, and why. So the
page can't promise what isn't there, and a test fails while it is older than the code.
"""

from __future__ import annotations

import importlib.metadata
import inspect
from collections.abc import Iterator
from pathlib import Path

from tailrace import app
from tailrace.operation import REGISTRY, Operation
from tailrace.wire import model

OURS = "tailrace"  # the service of the console's own calls: AWS has none of them
PAGE = Path(__file__).parents[2] / "docs" / "compatibility.md"
TITLES = {
    "cloudwatch": "CloudWatch",
    "dynamodb": "DynamoDB",
    "dynamodbstreams": "DynamoDB Streams",
    "iam": "IAM",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "sns": "SNS",
    "sqs": "SQS",
    "sts": "STS",
}
HEAD = """# Compatibility

<!-- Written by `python -m tailrace.compatibility`; change the operations, not this page. -->

What of AWS's APIs works, what is refused with a reason, and what isn't there, by the service models of
botocore {version}. Where a working operation can't do what a parameter asks for, it refuses the parameter by name,
as the tables say. An operation that isn't there is answered with `UnsupportedOperationException`.
"""


def models_version() -> str:
    """The version of botocore whose models are installed here."""
    return importlib.metadata.version("botocore")


def page() -> str:
    """The whole page."""
    named = {operation.service for operation in REGISTRY} - {OURS}
    services = sorted(named, key=lambda name: TITLES.get(name, name))
    lines = [HEAD.format(version=models_version())]
    lines += ["| Service | works | refused | not there |", "|---|--:|--:|--:|"]
    lines += [_counts(service) for service in services]
    for service in services:
        lines += ["", *_section(service)]
    return "\n".join(lines) + "\n"


def _operations(service: str) -> tuple[list[Operation], list[Operation], list[str]]:
    """Those that work, those that are refused, and the names of those that aren't there."""
    names = sorted(model.service(service).operation_names)
    found = [operation for name in names if (operation := REGISTRY.find(service, name)) is not None]
    works = [operation for operation in found if not operation.refused]
    refused = [operation for operation in found if operation.refused]
    return works, refused, [name for name in names if REGISTRY.find(service, name) is None]


def _counts(service: str) -> str:
    works, refused, missing = _operations(service)
    title = TITLES.get(service, service)
    anchor = title.lower().replace(" ", "-")
    return f"| [{title}](#{anchor}) | {len(works)} | {len(refused)} | {len(missing)} |"


def _section(service: str) -> Iterator[str]:
    works, refused, missing = _operations(service)
    yield f"## {TITLES.get(service, service)}"
    yield ""
    yield "| Operation | What it does |"
    yield "|---|---|"
    for operation in works:
        yield f"| {operation.name} | {_cell(_first_sentence(operation))} |"
    limited = [operation for operation in works if operation.without]
    if limited:
        yield from ("", "Refused parameters:", "", "| Operation | Parameter | Why |", "|---|---|---|")
        for operation in limited:
            for what, why in operation.without.items():
                yield f"| {operation.name} | `{what}` | {_cell(why)} |"
    if refused:
        yield from ("", "Refused operations:", "", "| Operation | Why |", "|---|---|")
        for operation in refused:
            yield f"| {operation.name} | {_cell(operation.refused)} |"
    if missing:
        yield from ("", f"Not there: {', '.join(missing)}.")


def _first_sentence(operation: Operation) -> str:
    """The first line of the handler's description."""
    return (inspect.getdoc(operation.handler) or "").partition("\n")[0]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the page."""
    assert app.SERVICES, "importing the app has registered every operation"
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
