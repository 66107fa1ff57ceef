"""docs/compatibility.md says what the registry says, and the registry says enough to be understood."""

from __future__ import annotations

import inspect
import re

import pytest

from tailrace import compatibility
from tailrace.operation import REGISTRY


def test_the_page_is_as_new_as_the_code() -> None:
    kept = compatibility.PAGE.read_text()
    version = re.search(r"botocore (\S+)\.", kept)
    assert version
    if version[1] != compatibility.models_version():
        pytest.skip(f"the page was written by the models of botocore {version[1]}")
    assert kept == compatibility.page(), "run `python -m tailrace.compatibility`"


def test_every_operation_that_works_says_what_it_does() -> None:
    for operation in REGISTRY:
        if not operation.refused:
            first = (inspect.getdoc(operation.handler) or "").partition("\n")[0]
            assert first.endswith((".", ":")), f"{operation.service}:{operation.name} says {first!r}"


def test_what_is_refused_is_not_counted_as_working() -> None:
    page = compatibility.page()
    section = page.split("## DynamoDB\n")[1].split("\n## ")[0]
    works, _, refused = section.partition("Refused operations:")
    assert "| PutItem |" in works
    assert "| ImportTable | there is no S3" in refused
    assert "| ImportTable |" not in works
    assert "`VectorIndexes`" in works
