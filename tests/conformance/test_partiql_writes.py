"""INSERT, UPDATE and DELETE, alone, in batches and in transactions; they reach indexes and streams as all writes do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.conftest import create, definitions, hash_table, index, refused, schema, unique

VALIDATION = "ValidationException"
NO_KEY = "Where clause does not contain a mandatory equality on all key attributes"
CANCELLED = "Transaction cancelled, please refer cancellation reasons for specific reasons "


def execute(dynamodb: Any, statement: str, *parameters: Any, **more: Any) -> list[dict[str, Any]]:
    if parameters:
        more["Parameters"] = list(parameters)
    items: list[dict[str, Any]] = dynamodb.execute_statement(Statement=statement, **more)["Items"]
    return items


def get(dynamodb: Any, table: str, pk: str) -> dict[str, Any] | None:
    item: dict[str, Any] | None = dynamodb.get_item(TableName=table, Key={"pk": {"S": pk}}).get("Item")
    return item


@pytest.fixture
def pk(dynamodb: Any, plain: str) -> str:
    """The key of an item that is there: n = 5, l, m and the sets s and u."""
    key = unique("there")
    text = f"""INSERT INTO "{plain}" VALUE {{'pk': ?, 'n': 5, 'l': ['a', 'b'], 'm': {{'k': 'v'}}, 's': <<'a', 'b'>>}}"""
    assert execute(dynamodb, text, {"S": key}) == []
    return key


# ── One at a time ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_insert_makes_an_item_and_never_replaces_one(dynamodb: Any, plain: str) -> None:
    key = unique("new")
    item = {"pk": {"S": key}, "b": {"B": b"\x00"}, "e": {"M": {}}}
    assert execute(dynamodb, f'INSERT INTO "{plain}" VALUE ?', {"M": item}) == []
    assert get(dynamodb, plain, key) == item
    again = f"""INSERT INTO "{plain}" VALUE {{'pk': '{key}'}}"""
    duplicate = "Duplicate primary key exists in table"
    refused(dynamodb.execute_statement, "DuplicateItemException", duplicate, Statement=again)
    execute(dynamodb, f"""DELETE FROM "{plain}" WHERE pk = '{key}'""")
    execute(dynamodb, again)


@pytest.mark.parametrize(
    ("clauses", "changed"),
    [
        ("SET n = n + 1, x = n", {"n": {"N": "6"}, "x": {"N": "5"}}),
        ("SET n = n - ? SET m.k = 'w'", {"n": {"N": "4"}, "m": {"M": {"k": {"S": "w"}}}}),
        ("SET l = list_append(l, ['c']) SET m.new = [1]", {"l": {"L": [{"S": each} for each in "abc"]}}),
        ("SET l[0] = 'z' REMOVE l[1]", {"l": {"L": [{"S": "z"}]}}),
        ("SET s = set_add(s, <<'c'>>), f = set_add(f, <<1>>)", {"s": {"SS": ["a", "b", "c"]}, "f": {"NS": ["1"]}}),
        ("SET s = set_delete(s, <<'a', 'b'>>)", {"s": None}),
        ("REMOVE n, m.k", {"n": None, "m": {"M": {}}}),
    ],
)
def test_update_changes_what_it_names(dynamodb: Any, plain: str, pk: str, clauses: str, changed: Any) -> None:
    parameters = [{"N": "1"}] * clauses.count("?")
    execute(dynamodb, f"""UPDATE "{plain}" {clauses} WHERE pk = '{pk}'""", *parameters)
    item = get(dynamodb, plain, pk)
    assert item is not None
    assert {name: item.get(name) for name in changed} == changed


@pytest.mark.parametrize(
    ("returning", "shown"),
    [
        ("ALL OLD", ["l", "m", "n", "pk", "s"]),
        ("ALL NEW", ["l", "m", "n", "new", "pk", "s"]),
        ("MODIFIED OLD", ["n"]),
        ("MODIFIED NEW", ["n", "new"]),
    ],
)
def test_update_returns_what_it_is_asked_for(dynamodb: Any, plain: str, pk: str, returning: str, shown: Any) -> None:
    text = f"""UPDATE "{plain}" SET n = 7, new = 1 WHERE pk = '{pk}' RETURNING {returning} *"""
    [item] = execute(dynamodb, text)
    assert sorted(item) == shown
    assert item["n"] == {"N": "5" if returning.endswith("OLD") else "7"}
    gone = f"""UPDATE "{plain}" REMOVE n WHERE pk = '{pk}' RETURNING MODIFIED NEW *"""
    assert execute(dynamodb, gone) == []


def test_delete_returns_the_item_that_was_there(dynamodb: Any, plain: str, pk: str) -> None:
    text = f"""DELETE FROM "{plain}" WHERE pk = '{pk}' AND n = 5 RETURNING ALL OLD *"""
    [item] = execute(dynamodb, text)
    assert item["n"] == {"N": "5"}
    assert execute(dynamodb, text) == []


@pytest.mark.parametrize("write", ["UPDATE {} SET n = 1 WHERE {} AND m.k = 'x'", "DELETE FROM {} WHERE {} AND n > 5"])
def test_what_else_the_clause_says_is_a_condition(dynamodb: Any, plain: str, pk: str, write: str) -> None:
    text = write.format(f'"{plain}"', f"pk = '{pk}'")
    before = get(dynamodb, plain, pk)
    failed = ("ConditionalCheckFailedException", "The conditional request failed")
    assert "Item" not in refused(dynamodb.execute_statement, *failed, Statement=text)
    shows = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    assert refused(dynamodb.execute_statement, *failed, Statement=text, **shows)["Item"] == before
    assert get(dynamodb, plain, pk) == before


def test_an_item_that_is_not_there_is_deleted_but_not_updated(dynamodb: Any, plain: str) -> None:
    execute(dynamodb, f"""DELETE FROM "{plain}" WHERE pk = 'nowhere' AND n = 1""")
    refused(
        dynamodb.execute_statement,
        "ConditionalCheckFailedException",
        "The conditional request failed",
        Statement=f"""UPDATE "{plain}" SET n = 1 WHERE pk = 'nowhere'""",
    )
    assert get(dynamodb, plain, "nowhere") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("UPDATE {} SET n = 1", NO_KEY),
        ("UPDATE {} SET n = 1 WHERE pk > 'a'", NO_KEY),
        ("DELETE FROM {} WHERE pk = 'a' OR pk = 'b'", NO_KEY),
        (
            "DELETE FROM {} WHERE pk = 'a' AND pk = 'b'",
            "Multiple conditions on same key pk. Only single item Update/Insert/Delete are supported",
        ),
        (
            "DELETE FROM {} WHERE pk = 1",
            "Key attribute's data type should match its data type in table's schema: Key pk",
        ),
        (
            "UPDATE {} SET pk = 'b' WHERE pk = 'a'",
            "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key",
        ),
        (
            "UPDATE {} SET n = 'a' + 1 WHERE pk = 'a' AND nope = 'x'",
            "Incorrect operand type for operator or function; operator or function: +, operand type: S",
        ),
        (
            "INSERT INTO {} VALUE {{'n': 1}}",
            "One or more parameter values were invalid: Missing the key pk in the item",
        ),
        ("EXISTS(SELECT * FROM {} WHERE pk = 'a')", "EXISTS can only be used in ExecuteTransaction write requests."),
    ],
)
def test_what_a_write_can_not_be(dynamodb: Any, plain: str, text: str, message: str) -> None:
    refused(dynamodb.execute_statement, VALIDATION, message, Statement=text.format(f'"{plain}"'))


def test_a_write_costs_what_it_writes(dynamodb: Any, plain: str, pk: str) -> None:
    text = f"""UPDATE "{plain}" SET body = ? WHERE pk = '{pk}'"""
    parameters = [{"S": "x" * 1500}]
    answer = dynamodb.execute_statement(Statement=text, Parameters=parameters, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == {"TableName": plain, "CapacityUnits": 2.0}


def test_writes_reach_the_index_and_the_stream(dynamodb: Any, streams: Any) -> None:
    parameters = hash_table(
        unique("watched"),
        AttributeDefinitions=definitions(pk="S", color="S"),
        GlobalSecondaryIndexes=[index("by_color", schema("color"))],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    table = create(dynamodb, parameters)
    execute(dynamodb, f"""INSERT INTO "{table}" VALUE {{'pk': 'a', 'color': 'red'}}""")
    batch = [{"Statement": f"""UPDATE "{table}" SET color = 'blue' WHERE pk = 'a'"""}]
    dynamodb.batch_execute_statement(Statements=batch)
    blue = f"""SELECT pk FROM "{table}".by_color WHERE color = 'blue'"""
    assert execute(dynamodb, blue) == [{"pk": {"S": "a"}}]
    dynamodb.execute_transaction(TransactStatements=[{"Statement": f"""DELETE FROM "{table}" WHERE pk = 'a'"""}])
    assert execute(dynamodb, blue) == []
    stream = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    found = []
    for shard in streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]:
        position = {"ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = streams.get_shard_iterator(StreamArn=stream, **position)["ShardIterator"]
        found += streams.get_records(ShardIterator=iterator)["Records"]
    images = [
        (each["eventName"], *(each["dynamodb"].get(f"{side}Image", {}).get("color") for side in ("Old", "New")))
        for each in found
    ]
    red, changed = {"S": "red"}, {"S": "blue"}
    assert images == [("INSERT", None, red), ("MODIFY", red, changed), ("REMOVE", changed, None)]
    dynamodb.delete_table(TableName=table)


# ── Batches ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def batch(dynamodb: Any, *statements: str, **more: Any) -> list[dict[str, Any]]:
    listed = [{"Statement": statement} for statement in statements]
    responses: list[dict[str, Any]] = dynamodb.batch_execute_statement(Statements=listed, **more)["Responses"]
    return responses


def test_a_batch_reads_items_by_their_keys(dynamodb: Any, plain: str, wide: str, pk: str) -> None:
    needs_key = "Select statements within BatchExecuteStatement must specify the primary key in the where clause."
    found = batch(
        dynamodb,
        f"""SELECT n FROM "{plain}" WHERE pk = '{pk}'""",
        f"""SELECT * FROM "{plain}" WHERE pk IN ['nowhere']""",
        f"""SELECT * FROM "{wide}" WHERE pk = 'a'""",
        f"""SELECT * FROM "{plain}" WHERE pk = '{pk}' AND n = 5""",
        f"""SELECT * FROM "{wide}".by_color WHERE color = 'a' AND sk = 1""",
        "SELECT * FROM \"missing-table\" WHERE pk = 'x'",
        "SLECT",
    )
    wrong = {"Code": "ValidationError", "Message": needs_key}
    assert found[:2] == [{"TableName": plain, "Item": {"n": {"N": "5"}}}, {"TableName": plain}]
    assert [each["Error"] for each in found[2:5]] == [wrong] * 3
    assert found[5] == {"Error": {"Code": "ResourceNotFound", "Message": "Requested resource not found"}}
    assert found[6]["Error"]["Code"] == "ValidationError"


def test_each_write_of_a_batch_stands_alone(dynamodb: Any, plain: str, pk: str) -> None:
    key = unique("batch")
    found = batch(
        dynamodb,
        f"""INSERT INTO "{plain}" VALUE {{'pk': '{key}'}}""",
        f"""INSERT INTO "{plain}" VALUE {{'pk': '{pk}'}}""",
        f"""UPDATE "{plain}" SET n = 6 WHERE pk = '{pk}' AND n = 4""",
        f"""UPDATE "{plain}" SET x = 1 WHERE pk = '{pk}' RETURNING MODIFIED NEW *""",
        f"""DELETE FROM "{plain}" WHERE pk = '{pk}' RETURNING ALL NEW *""",
    )
    codes = [each.get("Error", {}).get("Code") for each in found]
    assert codes == [None, "DuplicateItem", "ConditionalCheckFailed", None, "ValidationError"]
    assert found[3] == {"TableName": plain, "Item": {"x": {"N": "1"}}}
    assert found[1]["TableName"] == plain
    assert get(dynamodb, plain, key) is not None


def test_a_batch_reads_or_writes(dynamodb: Any, plain: str) -> None:
    read = {"Statement": f"""SELECT * FROM "{plain}" WHERE pk = 'a'"""}
    write = {"Statement": f"""DELETE FROM "{plain}" WHERE pk = 'a'"""}
    refused(dynamodb.batch_execute_statement, VALIDATION, Statements=[read, write])
    refused(dynamodb.batch_execute_statement, VALIDATION, Statements=[read] * 26)
    refused(dynamodb.batch_execute_statement, VALIDATION, Statements=[])


def test_a_batch_says_what_each_table_consumed(dynamodb: Any, plain: str, pk: str) -> None:
    read = {"Statement": f"""SELECT * FROM "{plain}" WHERE pk = '{pk}'""", "ConsistentRead": True}
    answer = dynamodb.batch_execute_statement(Statements=[read, read], ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == [{"TableName": plain, "CapacityUnits": 2.0}]


# ── Transactions ─────────────────────────────────────────────────────────────────────────────────────────────────────


def statements(*texts: str) -> list[dict[str, Any]]:
    return [{"Statement": text} for text in texts]


def cancelled(dynamodb: Any, *texts: str) -> list[dict[str, Any]]:
    """The reasons for which a transaction is cancelled."""
    call = dynamodb.execute_transaction
    answer = refused(call, "TransactionCanceledException", None, TransactStatements=statements(*texts))
    reasons: list[dict[str, Any]] = answer["CancellationReasons"]
    assert answer["Error"]["Message"] == CANCELLED + f"[{', '.join(reason['Code'] for reason in reasons)}]"
    return reasons


def test_a_transaction_writes_all_or_nothing(dynamodb: Any, plain: str, pk: str) -> None:
    one, other = unique("one"), unique("other")
    exists = f"""EXISTS(SELECT * FROM "{plain}" WHERE pk = '{pk}' AND n = 5)"""
    insert = f"""INSERT INTO "{plain}" VALUE {{'pk': '{one}'}}"""
    answer = dynamodb.execute_transaction(TransactStatements=statements(exists, insert))
    assert answer["Responses"] == [{}, {}]
    reasons = cancelled(
        dynamodb,
        f"""EXISTS(SELECT * FROM "{plain}" WHERE pk = '{pk}' AND n IS MISSING)""",
        insert,
        f"""INSERT INTO "{plain}" VALUE {{'pk': '{other}'}}""",
        f"""UPDATE "{plain}" SET n = 1 WHERE n = 2""",
    )
    assert [reason["Code"] for reason in reasons] == [
        "ConditionalCheckFailed",
        "DuplicateItem",
        "None",
        "ValidationError",
    ]
    assert reasons[3]["Message"] == "The provided key element does not match the schema"
    assert get(dynamodb, plain, one) is not None
    assert get(dynamodb, plain, other) is None


def test_a_transaction_reads_items_by_their_keys(dynamodb: Any, plain: str, pk: str) -> None:
    read = f"""SELECT n FROM "{plain}" WHERE pk = '{pk}'"""
    answer = dynamodb.execute_transaction(
        TransactStatements=statements(read, f"""SELECT * FROM "{plain}" WHERE pk = 'nowhere'"""),
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["Responses"] == [{"Item": {"n": {"N": "5"}}}, {}]
    [spent] = answer["ConsumedCapacity"]
    assert (spent["CapacityUnits"], spent["ReadCapacityUnits"]) == (4.0, 4.0)
    [reason] = cancelled(dynamodb, f"""SELECT n FROM "{plain}" WHERE pk = 1""")
    assert reason["Message"] == "The provided key element does not match the schema"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * FROM {} WHERE", "Statement wasn't well formed, can't be processed: Unexpected term"),
        (
            "UPDATE {} SET n = 1 WHERE pk = 'a' RETURNING ALL NEW *",
            "RETURNING clause is not supported in ExecuteTransaction.",
        ),
        ("SELECT * FROM {}.i WHERE pk = 'a'", "Reads on indices are not supported within transactions."),
        (
            "SELECT * FROM {} WHERE pk = 'a' AND n = 1",
            "Select statements within ExecuteTransaction must specify the primary key in the where clause.",
        ),
        (
            "SELECT * FROM {} WHERE pk IN ['a', 'a']",
            "Overlapping conditions with range keys are not supported in where clause",
        ),
        (
            "EXISTS(SELECT * FROM {} WHERE pk = 'a')",
            "EXISTS() must contain a single item read with additional condition",
        ),
    ],
)
def test_what_is_wrong_with_a_statement_is_told_with_its_place(
    dynamodb: Any, plain: str, text: str, message: str
) -> None:
    refused(
        dynamodb.execute_transaction,
        VALIDATION,
        f"Validation failed in TransactStatements[0]: {message}",
        TransactStatements=statements(text.format(f'"{plain}"')),
    )


def test_what_is_wrong_with_a_whole_transaction(dynamodb: Any, plain: str) -> None:
    read, write = f"""SELECT * FROM "{plain}" WHERE pk = 'a'""", f"""DELETE FROM "{plain}" WHERE pk = 'a'"""
    call, multiple = dynamodb.execute_transaction, "Transaction request cannot include multiple operations on one item"
    refused(call, VALIDATION, multiple, TransactStatements=statements(read, read))
    refused(call, VALIDATION, multiple, TransactStatements=statements(write, write))
    both = "ExecuteTransaction API does not support both read and write operations in the same request."
    refused(call, VALIDATION, both, TransactStatements=statements(read, write))
    refused(call, VALIDATION, TransactStatements=statements(*[read] * 101))
    reasons = cancelled(dynamodb, read, "SELECT * FROM \"missing-table\" WHERE pk = 'x'")
    assert reasons == [{"Code": "None"}, {"Code": "ResourceNotFound", "Message": "Requested resource not found"}]


def test_a_transaction_that_is_sent_twice_is_done_once(dynamodb: Any, plain: str, pk: str) -> None:
    add = statements(f"""UPDATE "{plain}" SET n = n + 1 WHERE pk = '{pk}'""")
    request = {"ClientRequestToken": unique("token"), "ReturnConsumedCapacity": "TOTAL"}
    [first] = dynamodb.execute_transaction(TransactStatements=add, **request)["ConsumedCapacity"]
    [again] = dynamodb.execute_transaction(TransactStatements=add, **request)["ConsumedCapacity"]
    assert (first.get("WriteCapacityUnits"), again.get("ReadCapacityUnits")) == (2.0, 2.0)
    item = get(dynamodb, plain, pk)
    assert item is not None
    assert item["n"] == {"N": "6"}
    other = statements(f"""UPDATE "{plain}" SET n = n + 2 WHERE pk = '{pk}'""")
    call = dynamodb.execute_transaction
    refused(call, "IdempotentParameterMismatchException", None, TransactStatements=other, **request)
