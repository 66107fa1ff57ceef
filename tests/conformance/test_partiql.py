"""ExecuteStatement's SELECT: what is read, in which order, in which pages, and what can't be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conformance.conftest import create, definitions, index, refused, schema, unique

VALIDATION = "ValidationException"
Read = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def music(dynamodb: Any) -> Iterator[str]:
    """`artist`, `year` (N): five records; indexes `by_label` (INCLUDE note) and the local `by_price` (KEYS_ONLY)."""
    name = create(
        dynamodb,
        {
            "TableName": unique("music"),
            "AttributeDefinitions": definitions(artist="S", year="N", label="S", price="N"),
            "KeySchema": schema("artist", "year"),
            "LocalSecondaryIndexes": [index("by_price", schema("artist", "price"), "KEYS_ONLY")],
            "GlobalSecondaryIndexes": [index("by_label", schema("label", "year"), "INCLUDE", "note")],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    for artist, year, label in (("Abe", 1, "x"), ("Abe", 2, "y"), ("Abe", 3, "x"), ("Bea", 1, "y"), ("Bea", 2, "")):
        item: dict[str, Any] = {"artist": {"S": artist}, "year": {"N": str(year)}, "note": {"S": f"{artist}{year}"}}
        item |= {"label": {"S": label}, "price": {"N": str(10 - year)}} if label else {}
        item |= {"tracks": {"L": [{"M": {"name": {"S": "one"}}}, {"S": "two"}]}, "tags": {"SS": ["live", "rare"]}}
        dynamodb.put_item(TableName=name, Item=item)
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def read(dynamodb: Any, music: str) -> Read:
    """A function that runs `SELECT ... FROM music`, where the text has {} for the table, and gives the items."""

    def execute(text: str, *parameters: Any, **more: Any) -> list[dict[str, Any]]:
        if parameters:
            more["Parameters"] = list(parameters)
        items: list[dict[str, Any]] = dynamodb.execute_statement(Statement=text.format(f'"{music}"'), **more)["Items"]
        return items

    return execute


def notes(items: list[dict[str, Any]]) -> list[str]:
    return [item["note"]["S"] for item in items]


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ("artist = 'Abe'", ["Abe1", "Abe2", "Abe3"]),
        ("artist = 'Abe' AND year > 1", ["Abe2", "Abe3"]),
        ("artist = 'Abe' AND year BETWEEN 2 AND 9 AND label = 'x'", ["Abe3"]),
        ("artist IN ['Abe', 'Bea'] AND year = 2", ["Abe2", "Bea2"]),
        ("artist = 'Abe' AND year = 1 OR artist = 'Bea' AND year = 2", ["Abe1", "Bea2"]),
        ("artist = 'Abe' AND NOT label = 'x'", ["Abe2"]),
        ("artist = 'Bea' AND label IS MISSING", ["Bea2"]),
        ("artist = 'Bea' AND label IS NOT MISSING", ["Bea1"]),
        (
            "artist = 'Abe' AND begins_with(note, 'Abe') AND contains(tags, 'live') AND size(tracks) = 2 AND year < 2",
            ["Abe1"],
        ),
        ("artist = 'Abe' AND tracks[0].name = 'one' AND year = 3", ["Abe3"]),
        ("artist = 'Abe' AND attribute_type(price, 'N') AND year <= 1", ["Abe1"]),
        ("artist = 'Abe' AND tags = <<'rare', 'live'>> AND year = 1", ["Abe1"]),
        ("artist = 'Nobody'", []),
    ],
)
def test_where_finds_what_it_says(read: Read, clause: str, found: list[str]) -> None:
    assert notes(read("SELECT * FROM {} WHERE " + clause)) == found


def test_a_clause_without_the_key_reads_everything(read: Read) -> None:
    assert sorted(notes(read("SELECT note FROM {} WHERE label != 'x' AND price > 0"))) == ["Abe2", "Bea1"]
    assert len(read("SELECT * FROM {}")) == 5


def test_columns_are_named_by_the_end_of_their_paths(read: Read) -> None:
    columns = "SELECT year, tracks[0].name, tracks[1], gone FROM {} WHERE artist = 'Abe' AND year = 1"
    assert read(columns) == [{"year": {"N": "1"}, "name": {"S": "one"}, "tracks[1]": {"S": "two"}}]


def test_parameters_take_the_place_of_values(read: Read) -> None:
    text = "SELECT note FROM {} WHERE artist = ? AND year IN [?, 3]"
    assert notes(read(text, {"S": "Abe"}, {"N": "1"})) == ["Abe1", "Abe3"]


@pytest.mark.parametrize("parameters", [[{"S": "Abe"}], [{"S": "Abe"}, {"N": "1"}, {"N": "2"}]])
def test_there_are_as_many_parameters_as_question_marks(dynamodb: Any, music: str, parameters: list[Any]) -> None:
    refused(
        dynamodb.execute_statement,
        VALIDATION,
        "Number of parameters in request and statement don't match.",
        Statement=f'SELECT * FROM "{music}" WHERE artist = ? AND year = ?',
        Parameters=parameters,
    )


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ("artist = 'Abe' ORDER BY year DESC", ["Abe3", "Abe2", "Abe1"]),
        ("artist = 'Abe' ORDER BY year", ["Abe1", "Abe2", "Abe3"]),
        ("artist = 'Abe' ORDER BY artist ASC", ["Abe3", "Abe2", "Abe1"]),
        ("artist IN ['Abe', 'Bea'] ORDER BY artist DESC, year ASC", ["Bea1", "Bea2", "Abe1", "Abe2", "Abe3"]),
        ("artist = 'Abe' AND year IN [2, 1] ORDER BY year DESC", ["Abe2", "Abe1"]),
    ],
)
def test_order_by_the_keys(read: Read, clause: str, found: list[str]) -> None:
    assert notes(read("SELECT * FROM {} WHERE " + clause)) == found


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("ORDER BY year", "Must have WHERE clause in the statement when using ORDER BY clause."),
        ("WHERE artist = 'a' ORDER BY note", "Attribute note in ORDER BY clause must be part of the primary key"),
        (
            "WHERE artist > 'a' ORDER BY year",
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.",
        ),
        (
            "WHERE artist IN ['a', 'b'] ORDER BY year",
            "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause.",
        ),
        ("WHERE artist = 1", "Key attribute's data type should match its data type in table's schema: Key artist"),
        (
            "WHERE artist = 'a' AND (year = 1 OR note = 'b')",
            "Overlapping conditions with range keys are not supported in where clause",
        ),
        (
            "WHERE artist = 'a' AND note < TRUE",
            "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL",
        ),
        ("LIMIT 1", None),
        ("WHERE artist = 'a' AND", None),
    ],
)
def test_what_a_select_can_not_ask(dynamodb: Any, music: str, rest: str, message: str | None) -> None:
    refused(dynamodb.execute_statement, VALIDATION, message, Statement=f'SELECT * FROM "{music}" {rest}')


def test_a_table_that_is_not_there_is_found_out_last(dynamodb: Any) -> None:
    missing = f'SELECT * FROM "{unique("missing")}" WHERE artist = ?'
    execute = dynamodb.execute_statement
    refused(
        execute,
        "ResourceNotFoundException",
        "Requested resource not found",
        Statement=missing,
        Parameters=[{"S": "x"}],
    )
    refused(execute, VALIDATION, None, Statement=missing)
    refused(execute, VALIDATION, None, Statement=missing + " AND n < true", Parameters=[{"S": "x"}])
    duplicates = "One or more parameter values were invalid: Input collection [a, a] contains duplicates."
    refused(execute, VALIDATION, duplicates, Statement="SELECT", Parameters=[{"SS": ["a", "a"]}])


def pages(dynamodb: Any, statement: str, **more: Any) -> Iterator[list[str]]:
    """The notes of each page."""
    token: dict[str, str] = {}
    while True:
        page = dynamodb.execute_statement(Statement=statement, **token, **more)
        yield notes(page["Items"])
        if "NextToken" not in page:
            return
        assert page["LastEvaluatedKey"]
        token = {"NextToken": page["NextToken"]}


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ("artist IN ['Abe', 'Bea'] ORDER BY artist DESC", [["Bea2", "Bea1"], ["Abe3", "Abe2"], ["Abe1"]]),
        ("artist = 'Abe' AND label = 'x'", [["Abe1"], ["Abe3"]]),
        ("artist = 'Bea' AND year IN [1, 2]", [["Bea1", "Bea2"], []]),
    ],
)
def test_pages_of_two_rows_go_through_all_ranges(dynamodb: Any, music: str, clause: str, found: list[Any]) -> None:
    assert list(pages(dynamodb, f'SELECT * FROM "{music}" WHERE {clause}', Limit=2)) == found


def test_a_scan_goes_on_where_it_stopped(dynamodb: Any, music: str) -> None:
    found = [note for page in pages(dynamodb, f'SELECT note FROM "{music}" WHERE price > 0', Limit=1) for note in page]
    assert sorted(found) == ["Abe1", "Abe2", "Abe3", "Bea1"]


def test_a_page_holds_a_megabyte_over_all_ranges(dynamodb: Any, wide: str) -> None:
    owners = [unique("big") for _ in range(3)]
    for owner in owners:
        for number in range(2):
            item = {"pk": {"S": owner}, "sk": {"N": str(number)}, "body": {"S": "x" * 300_000}}
            dynamodb.put_item(TableName=wide, Item={**item, "note": {"S": f"{owner}{number}"}})
    listed = ", ".join(f"'{owner}'" for owner in owners)
    found = list(pages(dynamodb, f"""SELECT note FROM "{wide}" WHERE pk IN [{listed}]"""))
    assert [note for page in found for note in page] == [f"{owner}{number}" for owner in owners for number in range(2)]
    assert len(found) == 2


def test_a_token_belongs_to_its_statement_and_parameters(dynamodb: Any, music: str) -> None:
    statement = f'SELECT * FROM "{music}" WHERE artist = ?'
    execute = dynamodb.execute_statement
    token = execute(Statement=statement, Parameters=[{"S": "Abe"}], Limit=1)["NextToken"]
    mismatch = "NextToken does not match request"
    more = {"NextToken": token, "Limit": 5}
    refused(execute, VALIDATION, mismatch, Statement=statement, Parameters=[{"S": "Bea"}], **more)
    refused(execute, VALIDATION, mismatch, Statement=f'SELECT * FROM "{music}"', **more)
    for wrong in ("garbage", token[:-8] + "AAAAAAA="):
        parameters = {"Statement": statement, "Parameters": [{"S": "Abe"}], "NextToken": wrong}
        refused(execute, VALIDATION, "Invalid NextToken", **parameters)
    assert notes(execute(Statement=statement, Parameters=[{"S": "Abe"}], **more)["Items"]) == ["Abe2", "Abe3"]


# ── Indexes ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_index_is_read_as_it_is(read: Read, dynamodb: Any, music: str) -> None:
    assert notes(read("SELECT * FROM {}.by_label WHERE label = 'x'")) == ["Abe1", "Abe3"]
    [item] = read("SELECT * FROM {}.\"by_label\" WHERE label = 'y' AND year = 1")
    assert sorted(item) == ["artist", "label", "note", "year"]
    assert [sorted(each) for each in read("SELECT * FROM {}.by_price WHERE artist = 'Bea'")] == [
        ["artist", "price", "year"]
    ]
    ordered = read("SELECT price FROM {}.by_price WHERE artist = 'Abe' ORDER BY price DESC")
    assert [item["price"]["N"] for item in ordered] == ["9", "8", "7"]
    capacity = {"ReturnConsumedCapacity": "INDEXES", "ConsistentRead": True}
    statement = f"""SELECT note FROM "{music}".by_price WHERE artist = 'Bea'"""
    answer = dynamodb.execute_statement(Statement=statement, **capacity)
    assert notes(answer["Items"]) == ["Bea1"]
    spent = answer["ConsumedCapacity"]
    assert (spent["Table"], spent["LocalSecondaryIndexes"]) == (
        {"CapacityUnits": 1.0},
        {"by_price": {"CapacityUnits": 1.0}},
    )


def test_without_its_key_an_index_is_scanned_and_what_it_lacks_is_missing(read: Read) -> None:
    assert read("SELECT * FROM {}.by_label WHERE price = 9") == []
    assert len(read("SELECT * FROM {}.by_label WHERE NOT price = 9")) == 4
    either = "SELECT * FROM {}.by_label WHERE (label = 'x' AND price = 9) OR (label = 'y')"
    assert notes(read(either)) == ["Bea1", "Abe2"]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SELECT * FROM {}.nothing WHERE artist = 'a'", "The table does not have the specified index"),
        (
            "SELECT price, note FROM {}.by_label WHERE label = 'x'",
            "One or more parameter values were invalid: Global secondary index by_label does not project [price]",
        ),
        (
            "SELECT note FROM {}.by_label WHERE label IN ['x', 'y'] AND NOT price = 9",
            "One or more parameter values were invalid: "
            "Secondary index by_label does not project one or more filter attributes: [price]",
        ),
        (
            "SELECT artist FROM {}.by_price WHERE artist = 'Abe' AND note IS MISSING",
            "One or more parameter values were invalid: "
            "Secondary index by_price does not project one or more filter attributes: [note]",
        ),
    ],
)
def test_what_an_index_can_not_give(dynamodb: Any, music: str, statement: str, message: str) -> None:
    refused(dynamodb.execute_statement, VALIDATION, message, Statement=statement.format(f'"{music}"'))


def test_global_indexes_are_not_read_consistently(dynamodb: Any, music: str) -> None:
    refused(
        dynamodb.execute_statement,
        VALIDATION,
        "Strongly consistent read is not supported on Global Secondary Indexes",
        Statement=f"""SELECT * FROM "{music}".by_label WHERE label = 'x'""",
        ConsistentRead=True,
    )


@pytest.mark.parametrize(("consistent", "units"), [(True, 1.0), (False, 0.5)])
def test_a_read_costs_what_a_query_costs(dynamodb: Any, music: str, consistent: bool, units: float) -> None:
    answer = dynamodb.execute_statement(
        Statement=f"""SELECT * FROM "{music}" WHERE artist = 'Abe'""",
        ConsistentRead=consistent,
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["ConsumedCapacity"] == {"TableName": music, "CapacityUnits": units}
