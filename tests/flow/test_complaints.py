"""What people complain about most in other emulators of DynamoDB streams and their triggers: each has a test here."""

from __future__ import annotations

import json
import time
from typing import Any

from tailrace.reach import Reached, client
from tests.conftest import RunningServer, wait_until
from tests.flow.functions import allow, make_function, make_role, make_table, stream_arn, unique, zipped
from tests.flow.test_triggers import CODE, Trigger

HOUR = 3600
RECORDS_CODE = """
import json
def handler(event, context):
    for record in event["Records"]:
        print("RECORD " + json.dumps(record))
"""


def advance(server: RunningServer, seconds: float) -> None:
    ours = client(Reached(server.endpoint, server.access_key, server.secret_key, "us-east-1"))
    ours.advance_clock(Seconds=seconds)


def make_again(server: RunningServer, table: str) -> str:
    """Delete a table and make it again; the new stream's ARN."""
    dynamodb = server.client("dynamodb")
    dynamodb.delete_table(TableName=table)
    dynamodb.get_waiter("table_not_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return stream_arn(server, table)


def test_a_trigger_fires_after_days_without_a_write(movable: RunningServer) -> None:
    """The trigger dies silently when idle."""
    trigger = Trigger(movable)
    trigger.put("a", 1)
    trigger.wait_for(("a", 1))
    for _ in range(9):
        advance(movable, 8 * HOUR)
    streams = movable.client("dynamodbstreams")

    def trimmed() -> bool:
        shards = streams.describe_stream(StreamArn=trigger.arn)["StreamDescription"]["Shards"]
        return all("EndingSequenceNumber" not in each["SequenceNumberRange"] for each in shards)

    advance(movable, 60)
    wait_until("the shards of before have rolled over, and are gone", trimmed)
    trigger.put("a", 2)
    trigger.wait_for(("a", 2))
    assert trigger.seen() == [("a", 1), ("a", 2)]


def test_an_old_mapping_does_not_fire_for_a_table_that_was_made_again(server: RunningServer) -> None:
    """An old mapping fires on a recreated table."""
    old = Trigger(server)
    old.put("a", 1)
    old.wait_for(("a", 1))
    arn = make_again(server, old.table)
    assert arn != old.arn
    wait_until("the old mapping says so", lambda: "Stream is disabled" in old.mapping()["LastProcessingResult"])
    new = make_function(server, "again", CODE, role=make_role(server, "again", reads=arn)[1])
    server.client("lambda").create_event_source_mapping(
        EventSourceArn=arn, FunctionName=new, StartingPosition="TRIM_HORIZON"
    )
    old.put("a", 2)
    function, old.function = old.function, new
    old.wait_for(("a", 2))
    assert old.seen() == [("a", 2)]
    old.function = function
    assert old.seen() == [("a", 1)], "the old function was not called"


def test_a_disabled_mapping_does_not_fire(durable_server: RunningServer) -> None:
    """A disabled mapping still fires: neither at once nor after a restart."""
    trigger = Trigger(durable_server)
    trigger.put("a", 1)
    trigger.wait_for(("a", 1))
    trigger.update(Enabled=False)
    trigger.wait_for_state("Disabled")
    trigger.put("a", 2)
    durable_server.stop()
    durable_server.start()
    trigger.connect()
    other = trigger.function
    trigger.function = make_function(durable_server, "other", CODE, reads=trigger.arn)
    trigger.map(StartingPosition="TRIM_HORIZON")
    trigger.wait_for(("a", 2))
    trigger.function = other
    assert trigger.seen() == [("a", 1)]
    assert trigger.mapping()["State"] == "Disabled"


def test_a_batch_holds_as_many_records_as_there_are(server: RunningServer) -> None:
    """Batches always hold one record."""
    trigger = Trigger(server, Enabled=False, BatchSize=100)
    for value in range(30):
        trigger.put("a", value)
    trigger.update(Enabled=True)
    trigger.wait_for(("a", 29))
    assert [len(call) for call in trigger.calls()] == [30]


def test_a_window_gathers_a_batch(server: RunningServer) -> None:
    """Batches always hold one record, though a window is set."""
    trigger = Trigger(server, MaximumBatchingWindowInSeconds=60, BatchSize=3)  # a full batch needn't wait so long
    for value in range(3):
        trigger.put("a", value)
    trigger.wait_for(("a", 2))
    assert [len(call) for call in trigger.calls()] == [3]


def test_a_failure_is_retried_and_told_and_the_rest_goes_on(server: RunningServer) -> None:
    """Failures are not handled."""
    sqs, name = server.client("sqs"), unique("failures")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    trigger = Trigger(server, Enabled=False)
    server.client("iam").put_role_policy(
        RoleName=trigger.role, PolicyName="failures", PolicyDocument=allow("sqs:SendMessage", on=queue)
    )
    destination = {"OnFailure": {"Destination": queue}}
    trigger.update(MaximumRetryAttempts=1, BisectBatchOnFunctionError=True, DestinationConfig=destination)
    for value in range(4):
        trigger.put("a", value, poison=value == 1)
    trigger.update(Enabled=True)
    trigger.wait_for(("a", 3))
    [message] = wait_until("word", lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages"))
    told = json.loads(message["Body"])
    assert (told["requestContext"]["condition"], told["DDBStreamBatchInfo"]["batchSize"]) == (
        "RetryAttemptsExhausted",
        1,
    )
    assert trigger.calls().count([("a", 1)]) == 2


def test_a_ttl_delete_says_who_deleted(movable: RunningServer) -> None:
    """TTL deletes lack userIdentity."""
    records = Records(movable)
    specification = {"Enabled": True, "AttributeName": "expires"}
    movable.client("dynamodb").update_time_to_live(TableName=records.table, TimeToLiveSpecification=specification)
    now = client(Reached(movable.endpoint, "test", "test", "us-east-1")).get_clock()["Time"].timestamp()
    item = {"pk": {"S": "a"}, "expires": {"N": str(int(now) + 30 * 24 * HOUR)}}
    movable.client("dynamodb").put_item(TableName=records.table, Item=item)
    movable.client("dynamodb").put_item(TableName=records.table, Item={"pk": {"S": "b"}})
    movable.client("dynamodb").delete_item(TableName=records.table, Key={"pk": {"S": "b"}})
    records.wait_for(3)
    advance(movable, 30 * 24 * HOUR + 5)
    found = records.wait_for(4)
    told = {each["dynamodb"]["Keys"]["pk"]["S"]: each for each in found if each["eventName"] == "REMOVE"}
    assert told["a"]["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    assert "userIdentity" not in told["b"], "a user's own delete has none"


def test_what_partiql_writes_reaches_the_function(server: RunningServer) -> None:
    """PartiQL writes never reach the stream."""
    records, dynamodb = Records(server), server.client("dynamodb")
    table = records.table
    dynamodb.execute_statement(Statement=f"INSERT INTO \"{table}\" VALUE {{'pk': 'a', 'n': 1}}")
    dynamodb.execute_statement(Statement=f"UPDATE \"{table}\" SET n = 2 WHERE pk = 'a'")
    dynamodb.batch_execute_statement(Statements=[{"Statement": f"INSERT INTO \"{table}\" VALUE {{'pk': 'b'}}"}])
    dynamodb.execute_transaction(TransactStatements=[{"Statement": f"DELETE FROM \"{table}\" WHERE pk = 'a'"}])
    found = [(each["dynamodb"]["Keys"]["pk"]["S"], each["eventName"]) for each in records.wait_for(4)]
    assert [name for key, name in found if key == "a"] == ["INSERT", "MODIFY", "REMOVE"]
    assert [name for key, name in found if key == "b"] == ["INSERT"]


def test_a_stream_and_its_triggers_outlive_the_process(durable_server: RunningServer) -> None:
    """All lose the stream on restart."""
    trigger = Trigger(durable_server, Enabled=False)
    trigger.put("a", 1)
    durable_server.kill()
    durable_server.start()
    trigger.connect()
    assert stream_arn(durable_server, trigger.table) == trigger.arn
    trigger.put("a", 2)
    trigger.update(Enabled=True)
    trigger.wait_for(("a", 2))
    assert trigger.seen() == [("a", 1), ("a", 2)]


def test_a_stream_that_is_switched_on_again_is_another_one(server: RunningServer) -> None:
    trigger = Trigger(server)
    trigger.put("a", 1)
    dynamodb = server.client("dynamodb")
    dynamodb.update_table(TableName=trigger.table, StreamSpecification={"StreamEnabled": False})
    trigger.wait_for(("a", 1))
    why = f"Stream is disabled: {trigger.arn}"
    wait_until("it says so", lambda: trigger.mapping()["LastProcessingResult"] == f"PROBLEM: {why}")
    assert (trigger.mapping()["State"], trigger.mapping()["StateTransitionReason"]) == ("Enabled", why)
    dynamodb.get_waiter("table_exists").wait(TableName=trigger.table)
    specification = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    dynamodb.update_table(TableName=trigger.table, StreamSpecification=specification)
    arn = stream_arn(server, trigger.table)
    assert arn != trigger.arn
    trigger.put("a", 2)
    time.sleep(1.2)
    assert trigger.seen() == [("a", 1)], "the mapping is the old stream's"
    trigger.arn = arn
    trigger.map()
    trigger.wait_for(("a", 2))
    assert trigger.seen() == [("a", 1), ("a", 2)]


def test_a_function_that_is_made_again_gets_what_was_written_meanwhile(server: RunningServer) -> None:
    trigger = Trigger(server)
    client_ = server.client("lambda")
    role = client_.get_function(FunctionName=trigger.function)["Configuration"]["Role"]
    client_.delete_function(FunctionName=trigger.function)
    trigger.put("a", 1)
    wait_until("it says so", lambda: trigger.mapping()["LastProcessingResult"].startswith("PROBLEM: Function not"))
    assert trigger.mapping()["State"] == "Enabled"
    client_.create_function(
        FunctionName=trigger.function,
        Runtime="python3.11",
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": zipped(index__py=CODE)},
    )
    trigger.wait_for(("a", 1))
    wait_until("it says so", lambda: trigger.mapping()["LastProcessingResult"] == "OK")


def test_a_role_that_is_deleted_stops_the_mapping_and_it_says_so(server: RunningServer) -> None:
    trigger, iam = Trigger(server), server.client("iam")
    iam.delete_role_policy(RoleName=trigger.role, PolicyName="stream-access")
    for policy in iam.list_attached_role_policies(RoleName=trigger.role)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=trigger.role, PolicyArn=policy["PolicyArn"])
    iam.delete_role(RoleName=trigger.role)
    trigger.put("a", 1)
    problem = "PROBLEM: The role defined for the function cannot be assumed by Lambda."
    wait_until("it says so", lambda: trigger.mapping()["LastProcessingResult"] == problem)
    assert trigger.mapping()["State"] == "Enabled"


class Records:
    """A table whose function logs the records that it gets, whole."""

    def __init__(self, server: RunningServer) -> None:
        self.logs, self.table = server.client("logs"), make_table(server, "records")
        arn = stream_arn(server, self.table)
        self.function = make_function(server, "records", RECORDS_CODE, reads=arn)
        server.client("lambda").create_event_source_mapping(
            EventSourceArn=arn, FunctionName=self.function, StartingPosition="TRIM_HORIZON"
        )

    def seen(self) -> list[dict[str, Any]]:
        try:
            events = self.logs.filter_log_events(logGroupName=f"/aws/lambda/{self.function}", filterPattern="RECORD")
        except self.logs.exceptions.ResourceNotFoundException:
            return []
        return [json.loads(each["message"].removeprefix("RECORD ")) for each in events["events"]]

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        """All records, once there are so many."""
        wait_until(f"{count} records", lambda: len(self.seen()) >= count)
        found = self.seen()
        assert len(found) == count
        return found
