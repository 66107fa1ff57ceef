"""The AWS CLI on tables: shorthand, --query, its own pages over the server's, tables of output, and waiters."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Aws = Callable[..., Any]


@pytest.fixture
def aws(run: Callable[..., subprocess.CompletedProcess[str]]) -> Aws:
    """`aws dynamodb ...`: the parsed JSON, the text where it is none, or (with `refused`) what the refusal says."""
    program = str(Path(sys.executable).with_name("aws"))

    def command(*words: str, refused: bool = False) -> Any:
        done = run(sys.executable, program, "dynamodb", *words, check=not refused)
        if refused:
            assert done.returncode in (254, 255), done.stdout  # versions 2 and 1 of the CLI
            return done.stderr.strip()
        try:
            return json.loads(done.stdout)
        except ValueError:
            return done.stdout

    return command


@pytest.fixture
def music(aws: Aws, unique: Callable[[str], str]) -> str:
    """The developer guide's table, with an index by year."""
    name = unique("Music")
    created = aws(
        *("create-table", "--table-name", name, "--query", "TableDescription.TableStatus"),
        *("--attribute-definitions", "AttributeName=Artist,AttributeType=S", "AttributeName=SongTitle,AttributeType=S"),
        "AttributeName=Year,AttributeType=N",
        *("--key-schema", "AttributeName=Artist,KeyType=HASH", "AttributeName=SongTitle,KeyType=RANGE"),
        *("--provisioned-throughput", "ReadCapacityUnits=5,WriteCapacityUnits=5", "--table-class", "STANDARD"),
        "--local-secondary-indexes",
        "IndexName=by-year,KeySchema=[{AttributeName=Artist,KeyType=HASH},{AttributeName=Year,KeyType=RANGE}],"
        "Projection={ProjectionType=ALL}",
    )
    assert created == "CREATING"
    aws("wait", "table-exists", "--table-name", name)
    return name


def test_items_by_the_words_of_the_guide(aws: Aws, music: str) -> None:
    key = json.dumps({"Artist": {"S": "No One You Know"}, "SongTitle": {"S": "Call Me Today"}})
    item = {**json.loads(key), "Year": {"N": "2015"}, "Tags": {"SS": ["a", "b"]}}
    spent = aws(
        *("put-item", "--table-name", music, "--item", json.dumps(item), "--return-consumed-capacity", "TOTAL"),
        *("--query", "ConsumedCapacity.CapacityUnits"),
    )
    assert spent == 2.0
    assert aws("get-item", "--consistent-read", "--table-name", music, "--key", key)["Item"] == item
    updated = aws(
        *("update-item", "--table-name", music, "--key", key, "--return-values", "ALL_NEW"),
        *("--update-expression", "SET #y = #y + :one ADD Tags :t", "--expression-attribute-names", '{"#y": "Year"}'),
        *("--expression-attribute-values", '{":one": {"N": "1"}, ":t": {"SS": ["c"]}}'),
        *("--query", "Attributes.[Year.N, Tags.SS[]]", "--output", "text"),
    )
    assert updated.split() == ["2016", "a", "b", "c"]
    refusal = aws(
        *("delete-item", "--table-name", music, "--key", key, "--condition-expression", "attribute_not_exists(Artist)"),
        refused=True,
    )
    assert refusal.endswith(
        "An error occurred (ConditionalCheckFailedException) when calling the DeleteItem operation: "
        "The conditional request failed"
    )


def test_pages_of_the_cli_over_pages_of_the_server(aws: Aws, music: str, tmp_path: Path) -> None:
    for start in (0, 25):
        requests = [
            {"PutRequest": {"Item": {"Artist": {"S": "A"}, "SongTitle": {"S": f"{n:02}"}, "Year": {"N": str(n)}}}}
            for n in range(start, start + 25)
        ]
        (tmp_path / "requests.json").write_text(json.dumps({music: requests}))
        assert aws("batch-write-item", "--request-items", "file://requests.json") == {"UnprocessedItems": {}}
    values = ("--expression-attribute-values", '{":a": {"S": "A"}}')
    query = ("query", "--table-name", music, "--key-condition-expression", "Artist = :a", *values)
    assert len(aws(*query, "--page-size", "7")["Items"]) == 50
    first = aws(*query, "--page-size", "7", "--max-items", "10")
    assert len(first["Items"]) == 10
    rest = aws(*query, "--starting-token", first["NextToken"], "--query", "Items[].SongTitle.S", "--output", "json")
    assert rest == [f"{n:02}" for n in range(10, 50)]
    assert aws("scan", "--table-name", music, "--select", "COUNT", "--page-size", "9", "--query", "Count") == 50
    newest = aws(
        *("query", "--table-name", music, "--index-name", "by-year", "--no-scan-index-forward", "--max-items", "2"),
        *("--key-conditions", '{"Artist": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "A"}]}}'),
        *("--query", "Items[*].{song: SongTitle.S, year: Year.N}"),
    )
    assert newest == [{"song": "49", "year": "49"}, {"song": "48", "year": "48"}]
    table = aws("scan", "--table-name", music, "--max-items", "1", "--output", "table")
    assert "SongTitle" in table


def test_transactions_and_statements(aws: Aws, music: str) -> None:
    item = {"Artist": {"S": "T"}, "SongTitle": {"S": "1"}}
    put = {"Put": {"TableName": music, "Item": item, "ConditionExpression": "attribute_not_exists(Artist)"}}
    aws("transact-write-items", "--transact-items", json.dumps([put]))
    refusal = aws("transact-write-items", "--transact-items", json.dumps([put]), refused=True)
    assert "(TransactionCanceledException)" in refusal
    assert "[ConditionalCheckFailed]" in refusal
    gets = json.dumps([{"Get": {"TableName": music, "Key": item}}])
    assert aws("transact-get-items", "--transact-items", gets, "--query", "Responses[0].Item") == item
    statement = f"SELECT SongTitle FROM \"{music}\" WHERE Artist = 'T'"
    assert aws("execute-statement", "--statement", statement)["Items"] == [{"SongTitle": {"S": "1"}}]


def test_settings_of_a_table(aws: Aws, music: str) -> None:
    arn = aws("describe-table", "--table-name", music, "--query", "Table.TableArn")
    aws("tag-resource", "--resource-arn", arn, "--tags", "Key=Owner,Value=blue team")
    assert aws("list-tags-of-resource", "--resource-arn", arn, "--query", "Tags[0].Value") == "blue team"
    aws("update-time-to-live", "--table-name", music, "--time-to-live-specification", "Enabled=true,AttributeName=Ends")
    aws("update-table", "--table-name", music, "--billing-mode", "PAY_PER_REQUEST", "--deletion-protection-enabled")
    aws("wait", "table-exists", "--table-name", music)
    table = aws("describe-table", "--table-name", music)["Table"]
    assert (table["BillingModeSummary"]["BillingMode"], table["DeletionProtectionEnabled"]) == ("PAY_PER_REQUEST", True)
    assert "(ValidationException)" in aws("delete-table", "--table-name", music, refused=True)
    assert music in aws("list-tables", "--page-size", "1", "--query", "TableNames")
    assert aws("describe-limits")["TableMaxReadCapacityUnits"] > 0
    assert aws("describe-endpoints")["Endpoints"]
    aws("update-table", "--table-name", music, "--no-deletion-protection-enabled")
    aws("delete-table", "--table-name", music)
