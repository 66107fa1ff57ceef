"""The reader of botocore's data files."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tailrace.wire import model, route


def test_botocore_is_never_imported() -> None:
    code = "import sys, tailrace.wire.route as r; r.model.service('dynamodb'); sys.exit('botocore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_shape_may_hold_itself() -> None:
    value = model.service("dynamodb").shape("AttributeValue")
    inner = value.members["M"].shape.value
    assert inner
    assert inner.shape is value


def test_an_error_is_found_by_its_code_and_by_its_shape() -> None:
    iam = model.service("iam")
    assert iam.error("NoSuchEntity") is iam.error("NoSuchEntityException")
    assert iam.error("NoSuchThing") is None


def test_an_unknown_service_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        model.service("no-such-service")


@pytest.mark.parametrize("service", ["dynamodb", "dynamodbstreams", "logs", "sqs", "cloudwatch"])
def test_target_prefixes_are_the_models(service: str) -> None:
    assert route.TARGETS[model.service(service).target_prefix] == service


@pytest.mark.parametrize("service", ["iam", "sts", "sns", "cloudwatch"])
def test_query_versions_are_the_models(service: str) -> None:
    assert route.VERSIONS[model.service(service).api_version] == service
