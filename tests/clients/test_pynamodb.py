"""PynamoDB as its documentation uses it: models, indexes, conditions, versions, transactions."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    NumberSetAttribute,
    TTLAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
    VersionAttribute,
)
from pynamodb.exceptions import DeleteError, DoesNotExist, PutError, TransactWriteError, UpdateError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection, LocalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite

from tests.clients.conftest import REGION
from tests.conftest import RunningServer, wait_until


class Address(MapAttribute[str, Any]):
    city = UnicodeAttribute()
    lines = ListAttribute(of=UnicodeAttribute, default=list)


class ByViews(GlobalSecondaryIndex[Any]):
    class Meta:
        index_name = "by-views"
        read_capacity_units = write_capacity_units = 1
        projection = AllProjection()

    tone = UnicodeAttribute(hash_key=True)
    views = NumberAttribute(range_key=True)


class ByAnswers(LocalSecondaryIndex[Any]):
    class Meta:
        index_name = "by-answers"
        projection = IncludeProjection(["tone"])

    forum = UnicodeAttribute(hash_key=True)
    answers = NumberAttribute(range_key=True)


class Thread(Model):
    class Meta:
        table_name = "replaced"
        region = REGION
        read_capacity_units = write_capacity_units = 1

    forum = UnicodeAttribute(hash_key=True)
    subject = UnicodeAttribute(range_key=True)
    views = NumberAttribute(default=0)
    answers = NumberAttribute(default=0)
    tone = UnicodeAttribute(null=True)
    tags = UnicodeSetAttribute(null=True)
    scores = NumberSetAttribute(null=True)
    closed = BooleanAttribute(default=False)
    last_post = UTCDateTimeAttribute(null=True)
    address = Address(null=True)
    free = MapAttribute[str, Any](null=True)
    notes = ListAttribute[Any](null=True)
    document = JSONAttribute(null=True)
    blob = BinaryAttribute(legacy_encoding=False, null=True)
    version = VersionAttribute()
    expires = TTLAttribute(null=True)
    by_views = ByViews()
    by_answers = ByAnswers()


@pytest.fixture(scope="module")
def model(server: RunningServer) -> Iterator[type[Thread]]:
    """The model on a table of its own; a class of its own too, for PynamoDB keeps its connection in the class."""

    class ThreadHere(Thread):
        class Meta(Thread.Meta):
            table_name = f"threads-{uuid.uuid4().hex[:8]}"
            host = server.endpoint
            aws_access_key_id = server.access_key
            aws_secret_access_key = server.secret_key
            max_retry_attempts = 1

    assert not ThreadHere.exists()
    ThreadHere.create_table(wait=True)
    yield ThreadHere
    ThreadHere.delete_table()


@pytest.fixture
def threads(model: type[Thread]) -> Iterator[type[Thread]]:
    """The model, whose table is empty; PynamoDB waits for seconds where a table is made."""
    yield model
    with model.batch_write() as batch:
        for each in model.scan():
            batch.delete(each)


def test_create_table_makes_what_the_model_says(threads: type[Thread]) -> None:
    table = threads.describe_table()
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["by-views"]
    assert table["LocalSecondaryIndexes"][0]["Projection"]["NonKeyAttributes"] == ["tone"]
    threads.create_table(wait=True, ignore_update_ttl_errors=True)  # a table that is there already is left as it is
    client = threads._get_connection().connection.client
    ttl = client.describe_time_to_live(TableName=threads.Meta.table_name)["TimeToLiveDescription"]
    assert (ttl["TimeToLiveStatus"] in ("ENABLED", "ENABLING"), ttl["AttributeName"]) == (True, "expires")


def test_every_attribute_comes_back(threads: type[Thread]) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    thread = threads(
        "forum",
        "all",
        views=1.5,
        tags={"a", "b"},
        scores={1, 2.5},
        closed=True,
        last_post=moment,
        address=Address(city="Oslo", lines=["one", "two"]),
        free={"x": 1, "y": {"z": [True, None, "t"]}},
        notes=[1, "two", {"three": 3}],
        document={"json": ["text"]},
        blob=b"\x00\xff",
        expires=timedelta(days=1),
    )
    thread.save()
    found = threads.get("forum", "all", consistent_read=True)
    assert found.to_dynamodb_dict() == thread.to_dynamodb_dict()
    assert found.last_post == moment
    assert found.address.lines == ["one", "two"]
    assert found.free.as_dict() == {"x": 1, "y": {"z": [True, None, "t"]}}
    assert found.expires > datetime.now(UTC)


def test_what_is_not_there_is_said(threads: type[Thread]) -> None:
    with pytest.raises(threads.DoesNotExist):
        threads.get("forum", "missing")
    assert issubclass(threads.DoesNotExist, DoesNotExist)


def test_a_version_lets_one_of_two_writers_win(threads: type[Thread]) -> None:
    threads("forum", "raced").save()
    mine, theirs = threads.get("forum", "raced"), threads.get("forum", "raced")
    theirs.update(actions=[threads.views.set(1)])
    assert (theirs.version, mine.version) == (2, 1)
    with pytest.raises(UpdateError) as caught:
        mine.update(actions=[threads.views.set(2)])
    assert caught.value.cause_response_code == "ConditionalCheckFailedException"
    with pytest.raises(PutError):
        mine.save()
    with pytest.raises(DeleteError):
        mine.delete()
    mine.refresh()
    mine.views = 3
    mine.save()
    assert threads.get("forum", "raced").version == 3


def test_updates_of_every_kind(threads: type[Thread]) -> None:
    thread = threads("forum", "updated", tags={"a", "b"}, notes=[1], address=Address(city="Oslo"))
    thread.save()
    thread.update(
        actions=[
            threads.views.set(threads.views + 10),
            threads.answers.set((threads.answers | 0) + 1),
            threads.notes.set(threads.notes.append([2])),
            threads.tags.delete({"a"}),
            threads.scores.add({7}),
            threads.address.city.set("Rome"),
            threads.tone.set(threads.tone | "calm"),
            threads.closed.remove(),
        ],
        condition=threads.notes[0].exists() & (threads.address.city == "Oslo"),
    )
    assert (thread.views, thread.answers, thread.notes, thread.tags) == (10, 1, [1, 2], {"b"})
    assert (thread.scores, thread.address.city, thread.tone, thread.closed) == (
        {7},
        "Rome",
        "calm",
        False,
    )  # the default


def fill(threads: type[Thread], count: int = 30) -> None:
    with threads.batch_write() as batch:
        for number in range(count):
            tone = "calm" if number % 2 else "loud"
            batch.save(threads("forum", f"{number:03}", views=number, answers=count - number, tone=tone, version=1))


def test_queries_of_the_table_and_its_indexes(threads: type[Thread]) -> None:
    fill(threads)
    assert threads.count("forum") == 30
    begin = threads.query("forum", threads.subject.startswith("00"), threads.views > 6)
    assert [each.subject for each in begin] == ["007", "008", "009"]
    views = threads.by_views.query("calm", threads.views.between(4, 9), scan_index_forward=False)
    assert [each.views for each in views] == [9, 7, 5]
    answers = threads.by_answers.query("forum", threads.answers <= 2)
    assert [(each.answers, each.tone, each.views) for each in answers] == [(1, "calm", 0), (2, "loud", 0)]
    assert threads.by_views.count("loud", threads.views < 10) == 5
    pages = threads.query("forum", page_size=7, limit=20)
    assert [each.subject for each in pages][-1] == "019"
    rest = threads.query("forum", last_evaluated_key=pages.last_evaluated_key)
    assert len(list(rest)) == 10


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        (Thread.views.is_in(1, 2, 99), 2),
        ((Thread.views < 3) | ~(Thread.views < 28), 5),
        (Thread.tone.contains("al"), 15),
        (Thread.tags.does_not_exist() & (Thread.views != 4), 29),
        (Thread.closed.is_type() & (Thread.closed == False), 30),  # noqa: E712 - PynamoDB's own language
        (Thread.subject.startswith("01"), 10),
    ],
)
def test_conditions_filter_a_scan(threads: type[Thread], condition: Any, count: int) -> None:
    fill(threads)
    assert len(list(threads.scan(condition))) == count


def test_scans_in_segments_pages_and_batches(threads: type[Thread]) -> None:
    fill(threads)
    parts = [[each.subject for each in threads.scan(segment=n, total_segments=3)] for n in range(3)]
    assert sorted(sum(parts, [])) == [f"{number:03}" for number in range(30)]
    keys = [("forum", f"{number:03}") for number in range(0, 40, 2)]
    assert len(list(threads.batch_get(keys, attributes_to_get=["forum", "subject"]))) == 15
    with threads.batch_write() as batch:
        for each in threads.scan(threads.views >= 10):
            batch.delete(each)
    assert threads.count("forum") == 10


def test_transactions(threads: type[Thread]) -> None:
    connection = threads._get_connection().connection
    first, second = threads("forum", "first", views=1), threads("forum", "second", views=2)
    with TransactWrite(connection=connection, client_request_token="both") as transaction:
        transaction.save(first, condition=threads.forum.does_not_exist())
        transaction.save(second)
    assert (first.version, second.version) == (1, 1)
    with TransactGet(connection=connection) as transaction:
        futures = [transaction.get(threads, "forum", subject) for subject in ("first", "second", "third")]
    assert [future.get().views for future in futures[:2]] == [1, 2]
    with pytest.raises(DoesNotExist):
        futures[2].get()
    transaction = TransactWrite(connection=connection)
    transaction.update(first, actions=[threads.views.set(5)])
    transaction.condition_check(threads, "forum", "second", condition=threads.views == 99)
    transaction.delete(threads("forum", "third"))
    with pytest.raises(TransactWriteError) as caught, transaction:
        pass
    assert caught.value.cause_response_code == "TransactionCanceledException"
    reasons = caught.value.cancellation_reasons
    assert [reason and reason.code for reason in reasons] == [
        "ConditionalCheckFailed",
        None,
        None,
    ]  # checks are sent first
    assert threads.get("forum", "first").views == 1


def test_the_low_level_connection(threads: type[Thread]) -> None:
    connection = threads._get_connection().connection
    name = threads.Meta.table_name
    assert name in connection.list_tables(exclusive_start_table_name=name[:-1])["TableNames"]
    connection.put_item(name, "forum", range_key="low", attributes={"n": {"N": "1"}}, return_consumed_capacity="TOTAL")
    assert connection.get_item(name, "forum", range_key="low")["Item"]["n"] == {"N": "1"}
    connection.update_table(name, read_capacity_units=2, write_capacity_units=2)
    wait_until("the table", lambda: threads.describe_table()["TableStatus"] == "ACTIVE")
    assert threads.describe_table()["ProvisionedThroughput"]["ReadCapacityUnits"] == 2
