"""From a write to a log line: the real server, real mappings, real Python functions."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import allow, make_function, make_role, make_table, stream_arn
from tests.flow.test_trace import tailrace

# Says what it got, one line a call; then fails on poison, in the way that FAIL says.
CODE = """
import json, os, time
def handler(event, context):
    records = [r["dynamodb"] for r in event["Records"]]
    values = [[r["Keys"]["pk"]["S"], r.get("NewImage", {}).get("v", {}).get("N")] for r in records]
    print("CALL " + json.dumps(values), flush=True)
    time.sleep(float(os.environ.get("SECONDS", "0")))
    bad = [r["SequenceNumber"] for r in records if "poison" in r.get("NewImage", {})]
    if os.environ.get("FAIL") == "report":
        return {"batchItemFailures": [{"itemIdentifier": each} for each in bad]}
    if bad:
        raise ValueError("poison")
"""


class Trigger:
    """A table, a function that reads its stream, and what the function said."""

    def __init__(self, server: RunningServer, variables: dict[str, str] | None = None, **options: Any) -> None:
        self.server = server
        self.connect()
        self.table = make_table(server, "trigger")
        self.arn = stream_arn(server, self.table)
        self.role, role_arn = make_role(server, "trigger", reads=self.arn)
        environment = {"Variables": variables or {}}
        self.function = make_function(server, "trigger", CODE, role=role_arn, Environment=environment)
        self.uuid = self.map(**options)
        self.wait_for_state("Enabled" if options.get("Enabled", True) else "Disabled")

    def connect(self) -> None:
        """Make clients; again after a restart, which takes another port."""
        self.dynamodb, self.logs, self.mappings = (self.server.client(n) for n in ("dynamodb", "logs", "lambda"))

    def map(self, **options: Any) -> str:
        request = {"EventSourceArn": self.arn, "FunctionName": self.function, "StartingPosition": "TRIM_HORIZON"}
        made = self.mappings.create_event_source_mapping(**{**request, **options})
        return str(made["UUID"])

    def mapping(self) -> dict[str, Any]:
        found: dict[str, Any] = self.mappings.get_event_source_mapping(UUID=self.uuid)
        return found

    def update(self, **options: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.mappings.update_event_source_mapping(UUID=self.uuid, **options)
        return found

    def wait_for_state(self, state: str) -> None:
        wait_until(f"the mapping is {state}", lambda: self.mapping()["State"] == state)

    def put(self, key: str, value: int, *, poison: bool = False) -> None:
        item: dict[str, Any] = {"pk": {"S": key}, "v": {"N": str(value)}}
        if poison:
            item["poison"] = {"BOOL": True}
        self.dynamodb.put_item(TableName=self.table, Item=item)

    def calls(self) -> list[list[tuple[str, int]]]:
        """The records of each call, as the function has logged them."""
        logs, found = self.logs, []
        try:
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=f"/aws/lambda/{self.function}", filterPattern="CALL"
            )
            for page in pages:
                for event in page["events"]:
                    values = json.loads(event["message"].removeprefix("CALL "))
                    found.append([(key, int(value or -1)) for key, value in values])
        except logs.exceptions.ResourceNotFoundException:
            return []
        return found

    def seen(self) -> list[tuple[str, int]]:
        return [record for call in self.calls() for record in call]

    def wait_for(self, *records: tuple[str, int]) -> None:
        wait_until(f"{records} are seen", lambda: set(records) <= set(self.seen()))


def refusal(call: Any, **request: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as raised:
        call(**request)
    answer = raised.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


def test_every_item_is_seen_in_its_order(server: RunningServer) -> None:
    trigger = Trigger(server, BatchSize=7)
    for value in range(12):
        for key in "abcde":
            trigger.put(key, value)
    trigger.wait_for(*((key, 11) for key in "abcde"))
    seen = trigger.seen()
    for key in "abcde":
        assert [value for name, value in seen if name == key] == list(range(12))
    assert all(len(call) <= 7 for call in trigger.calls())
    wait_until("its result", lambda: trigger.mapping()["LastProcessingResult"] == "OK")


def test_the_answer_of_create_is_the_one_of_aws(server: RunningServer) -> None:
    trigger = Trigger(server)
    client = server.client("lambda")
    function = make_function(server, "other", CODE, role=make_role(server, "other", reads=trigger.arn)[1])
    answer = client.create_event_source_mapping(
        EventSourceArn=trigger.arn, FunctionName=f"{function}:$LATEST", StartingPosition="LATEST"
    )
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 202
    name = answer.pop("UUID")
    assert answer.pop("LastModified")
    assert answer == {
        "BatchSize": 100,
        "MaximumBatchingWindowInSeconds": 0,
        "BisectBatchOnFunctionError": False,
        "MaximumRecordAgeInSeconds": -1,
        "MaximumRetryAttempts": -1,
        "ParallelizationFactor": 1,
        "TumblingWindowInSeconds": 0,
        "FunctionResponseTypes": [],
        "DestinationConfig": {"OnFailure": {}},
        "LastProcessingResult": "No records processed",
        "State": "Creating",
        "StateTransitionReason": "User action",
        "StartingPosition": "LATEST",
        "EventSourceArn": trigger.arn,
        "EventSourceMappingArn": f"arn:aws:lambda:us-east-1:000000000000:event-source-mapping:{name}",
        "FunctionArn": f"arn:aws:lambda:us-east-1:000000000000:function:{function}:$LATEST",
    }
    gone = client.delete_event_source_mapping(UUID=name)
    assert (gone["State"], gone["ResponseMetadata"]["HTTPStatusCode"]) == ("Deleting", 202)


@pytest.mark.parametrize(
    "form", ["{name}", "000000000000:function:{name}", "function:{name}", "{arn}", "{arn}:$LATEST"]
)
def test_a_function_is_named_in_all_forms(server: RunningServer, form: str) -> None:
    table = make_table(server, "named")
    stream = stream_arn(server, table)
    function = make_function(server, "named", CODE, role=make_role(server, "named", reads=stream)[1])
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{function}"
    name = form.format(name=function, arn=arn)
    made = server.client("lambda").create_event_source_mapping(
        EventSourceArn=stream, FunctionName=name, StartingPosition="LATEST"
    )
    assert made["FunctionArn"] == (f"{arn}:$LATEST" if "$" in name else arn)


def test_the_permission_to_map_can_be_narrowed_to_a_function(server: RunningServer) -> None:
    trigger, iam, user = Trigger(server), server.client("iam"), f"u{uuid.uuid4().hex}"
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    condition = {
        "StringEquals": {"lambda:FunctionArn": f"arn:aws:lambda:us-east-1:000000000000:function:{trigger.function}"}
    }
    statement = {
        "Effect": "Allow",
        "Action": "lambda:CreateEventSourceMapping",
        "Resource": "*",
        "Condition": condition,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=document)
    theirs = server.client("lambda", access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
    request = {"EventSourceArn": trigger.arn, "StartingPosition": "LATEST"}
    allowed = refusal(theirs.create_event_source_mapping, FunctionName=trigger.function, **request)
    assert allowed[:2] == (409, "ResourceConflictException"), "it got as far as the mapping that is there"
    refused = refusal(theirs.create_event_source_mapping, FunctionName="another", **request)
    assert refused[:2] == (403, "AccessDeniedException")


def test_mappings_are_listed_by_function_and_source(server: RunningServer) -> None:
    trigger = Trigger(server)
    client = server.client("lambda")
    for query in ({"FunctionName": trigger.function}, {"EventSourceArn": trigger.arn}):
        (found,) = client.list_event_source_mappings(**query)["EventSourceMappings"]
        assert found["UUID"] == trigger.uuid
    assert (
        client.list_event_source_mappings(
            FunctionName=trigger.function, EventSourceArn="arn:aws:sqs:us-east-1:000000000000:q"
        )["EventSourceMappings"]
        == []
    )
    pages = client.get_paginator("list_event_source_mappings").paginate(PaginationConfig={"PageSize": 1})
    assert trigger.uuid in [m["UUID"] for page in pages for m in page["EventSourceMappings"]]


def test_refusals_of_create_are_those_of_aws(server: RunningServer) -> None:
    trigger = Trigger(server)
    create = server.client("lambda").create_event_source_mapping
    base = {"EventSourceArn": trigger.arn, "FunctionName": trigger.function, "StartingPosition": "LATEST"}
    invalid = "InvalidParameterValueException"

    def refused(**changes: Any) -> tuple[int, str, str]:
        return refusal(create, **{k: v for k, v in {**base, **changes}.items() if v is not None})

    assert refused() == (
        409,
        "ResourceConflictException",
        f'The event source arn (" {trigger.arn} ") and function (" {trigger.function} ") provided mapping already '
        f"exists. Please update or delete the existing mapping with UUID {trigger.uuid}",
    )
    assert refused(EventSourceArn=None) == (400, invalid, "Unrecognized event source.")
    assert refused(FunctionName="absent") == (400, invalid, "Function does not exist")
    absent = trigger.arn.replace(trigger.table, "absent")
    assert refused(EventSourceArn=absent) == (400, invalid, f"Stream not found: {absent}")
    assert refused(StartingPosition=None) == (
        400,
        invalid,
        "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
        "Member must not be null.",
    )
    assert refused(StartingPosition="invalid") == (
        400,
        "ValidationException",
        "1 validation error detected: Value 'invalid' at 'startingPosition' failed to satisfy constraint: "
        "Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]",
    )
    assert refused(StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=0) == (
        400,
        invalid,
        f"Unsupported starting position for arn type: {trigger.arn}",
    )
    for pattern in ("single-string", '[{"eventName": ["INSERT"=123}]'):
        answer = refused(FilterCriteria={"Filters": [{"Pattern": pattern}]})
        assert answer == (400, invalid, "Invalid filter pattern definition.")
    six = {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}] * 6}
    assert refused(FilterCriteria=six) == (400, invalid, "Filters: a mapping has at most 5 filters.")
    long = {"Filters": [{"Pattern": json.dumps({"eventName": ["x" * 4096]})}]}
    unchecked = server.client("lambda", parameter_validation=False).create_event_source_mapping
    assert refusal(unchecked, **base, FilterCriteria=long)[1] == "ValidationException"
    assert refused(MaximumRecordAgeInSeconds=59)[:2] == (400, invalid)
    metric = "Unsupported metric ErrorCount for given event source mapping type."
    assert refused(MetricsConfig={"Metrics": ["ErrorCount"]}) == (400, invalid, metric)
    tags = {f"k{number}": "v" for number in range(51)}
    assert refused(Tags=tags) == (400, invalid, "Number of tags exceeds resource tag limit of 50.")
    assert refused(Tags={"aws:k": "v"})[:2] == (400, invalid)


@pytest.mark.parametrize(
    "option",
    [
        {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:s3:::bucket"}}},
        {"DestinationConfig": {"OnFailure": {"Destination": "kafka://topic"}}},
        {"EventSourceArn": "arn:aws:kinesis:us-east-1:000000000000:stream/s"},
        {"LoggingConfig": {"SystemLogLevel": "INFO"}},
        {"KMSKeyArn": "arn:aws:kms:us-east-1:000000000000:key/k"},
        {"ProvisionedPollerConfig": {"MinimumPollers": 2}},
    ],
    ids=lambda option: next(iter(option)),
)
def test_what_would_have_no_effect_is_refused(server: RunningServer, option: dict[str, Any]) -> None:
    request = {"FunctionName": "f", "StartingPosition": "LATEST", "EventSourceArn": "", **option}
    request["EventSourceArn"] = request["EventSourceArn"] or (
        "arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/2024-01-01T00:00:00.000"
    )
    status, code, text = refusal(server.client("lambda").create_event_source_mapping, **request)
    assert (status, code) == (400, "UnsupportedOperationException")
    assert text.startswith("Tailrace does not support")


def test_an_unknown_mapping_is_not_found(server: RunningServer) -> None:
    client = server.client("lambda")
    for call in (
        client.get_event_source_mapping,
        client.update_event_source_mapping,
        client.delete_event_source_mapping,
    ):
        assert refusal(call, UUID=str(uuid.uuid4())) == (
            404,
            "ResourceNotFoundException",
            "The resource you requested does not exist.",
        )


def test_a_failing_batch_is_retried_and_given_up(server: RunningServer) -> None:
    trigger = Trigger(server, MaximumRetryAttempts=2, BatchSize=1)
    trigger.put("a", 1, poison=True)
    trigger.put("a", 2)
    trigger.wait_for(("a", 2))
    assert trigger.calls() == [[("a", 1)]] * 3 + [[("a", 2)]]


def test_bisection_delivers_everything_but_the_poison(server: RunningServer) -> None:
    trigger = Trigger(server, Enabled=False, MaximumRetryAttempts=0, BisectBatchOnFunctionError=True)
    for value in range(8):
        trigger.put("a", value, poison=value == 5)
    trigger.update(Enabled=True)
    wait_until("the last piece is delivered", lambda: len(trigger.calls()) == 7)
    calls = [[value for _, value in call] for call in trigger.calls()]
    assert calls == [list(range(8)), [0, 1, 2, 3], [4, 5, 6, 7], [4, 5], [4], [5], [6, 7]]


def test_a_partial_failure_is_retried_from_the_record_that_failed(server: RunningServer) -> None:
    trigger = Trigger(
        server,
        {"FAIL": "report"},
        Enabled=False,
        BatchSize=3,
        MaximumRetryAttempts=1,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    for value in range(3):
        trigger.put("a", value, poison=value == 2)
    trigger.update(Enabled=True)
    trigger.put("a", 3)
    trigger.wait_for(("a", 3))
    calls = [[value for _, value in call] for call in trigger.calls()]
    assert calls == [[0, 1, 2], [2], [2], [3]]


def test_filters_choose_what_is_delivered(server: RunningServer) -> None:
    pattern = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"v": {"N": [{"anything-but": ["2"]}]}}}}
    trigger = Trigger(server, FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    trigger.put("a", 1)
    trigger.put("a", 5)
    trigger.put("b", 2)
    trigger.put("c", 3)
    trigger.wait_for(("a", 1), ("c", 3))
    assert sorted(trigger.seen()) == [("a", 1), ("c", 3)]
    assert json.loads(trigger.mapping()["FilterCriteria"]["Filters"][0]["Pattern"]) == pattern
    assert "FilterCriteria" not in trigger.update(FilterCriteria={"Filters": []})


def test_a_permission_taken_away_stops_delivery_until_it_is_back(server: RunningServer) -> None:
    trigger = Trigger(server)
    iam = server.client("iam")
    trigger.put("a", 1)
    trigger.wait_for(("a", 1))
    iam.delete_role_policy(RoleName=trigger.role, PolicyName="stream-access")
    trigger.put("a", 2)
    wait_until("the mapping says so", lambda: trigger.mapping()["LastProcessingResult"].startswith("PROBLEM: User: "))
    time.sleep(1.2)
    assert trigger.seen() == [("a", 1)]
    document = allow("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream")
    iam.put_role_policy(RoleName=trigger.role, PolicyName="stream-access", PolicyDocument=document)
    trigger.wait_for(("a", 2))
    assert trigger.seen() == [("a", 1), ("a", 2)]


def test_a_disabled_mapping_holds_and_resumes(server: RunningServer) -> None:
    trigger = Trigger(server)
    trigger.put("a", 1)
    trigger.wait_for(("a", 1))
    assert trigger.update(Enabled=False)["State"] == "Disabling"
    trigger.wait_for_state("Disabled")
    trigger.put("a", 2)
    trigger.put("a", 3)
    time.sleep(1.2)
    assert trigger.seen() == [("a", 1)]
    trigger.update(Enabled=True)
    trigger.wait_for(("a", 3))
    assert trigger.seen() == [("a", 1), ("a", 2), ("a", 3)]


def test_latest_delivers_what_is_written_after_create_returned(server: RunningServer) -> None:
    trigger = Trigger(server)
    second = make_function(server, "latest", CODE, role=make_role(server, "latest", reads=trigger.arn)[1])
    trigger.put("a", 1)
    trigger.function = second
    trigger.map(StartingPosition="LATEST")
    trigger.put("a", 2)
    trigger.wait_for(("a", 2))
    assert trigger.seen() == [("a", 2)]


def test_two_functions_read_one_stream_apart(server: RunningServer) -> None:
    first, second = Trigger(server), None
    role = make_role(server, "second", reads=first.arn)[1]
    second = make_function(server, "second", CODE, role=role)
    first.put("a", 1, poison=True)
    wait_until("the first one fails", lambda: first.calls())
    server.client("lambda").update_function_configuration(
        FunctionName=second, Environment={"Variables": {"FAIL": "report"}}
    )
    function, first.function = first.function, second
    first.map()
    first.wait_for(("a", 1))
    first.put("a", 2)
    first.wait_for(("a", 2))
    first.function = function
    assert ("a", 2) not in first.seen(), "the first one is still at its first record"


def test_a_stream_that_is_switched_off_is_read_to_its_end(server: RunningServer) -> None:
    trigger = Trigger(server, Enabled=False)
    trigger.put("a", 1)
    server.client("dynamodb").update_table(TableName=trigger.table, StreamSpecification={"StreamEnabled": False})
    trigger.update(Enabled=True)
    trigger.wait_for(("a", 1))


def test_a_mapping_whose_function_is_deleted_stays_enabled(server: RunningServer) -> None:
    trigger = Trigger(server)
    server.client("lambda").delete_function(FunctionName=trigger.function)
    trigger.put("a", 1)
    wait_until("it says so", lambda: trigger.mapping()["LastProcessingResult"].startswith("PROBLEM"))
    assert trigger.mapping()["State"] == "Enabled"


def test_tags_of_a_mapping(server: RunningServer) -> None:
    trigger = Trigger(server, Tags={"team": "water"})
    client, arn = server.client("lambda"), trigger.mapping()["EventSourceMappingArn"]
    assert client.list_tags(Resource=arn)["Tags"] == {"team": "water"}
    missing = arn[:-1] + ("0" if arn[-1] != "0" else "1")
    assert refusal(client.list_tags, Resource=missing) == (
        404,
        "ResourceNotFoundException",
        f"Event source mapping not found: {missing}",
    )


def test_a_restart_goes_on_from_the_checkpoint(durable_server: RunningServer) -> None:
    trigger = Trigger(durable_server)
    for value in range(5):
        trigger.put("a", value)
    trigger.wait_for(("a", 4))
    asked = {"EventSourceMappingUUID": trigger.uuid, "Outcome": "Success"}
    calls = tailrace(durable_server).list_attempts
    wait_until("its end", lambda: sum(each["RecordCount"] for each in calls(**asked)["Attempts"]) == 5)
    assert durable_server.stop() == 0
    durable_server.start()
    trigger.connect()
    trigger.put("a", 5)
    trigger.wait_for(("a", 5))
    assert [value for _, value in trigger.seen()] == list(range(6)), "nothing is skipped, nothing comes twice"


def test_after_a_kill_what_was_under_way_is_delivered_again_in_order(durable_server: RunningServer) -> None:
    trigger = Trigger(durable_server, {"SECONDS": "1"}, BatchSize=2)
    for value in range(4):
        trigger.put("a", value)
    wait_until("a call is under way", lambda: trigger.calls())
    durable_server.kill()
    durable_server.start()
    trigger.connect()
    trigger.wait_for(("a", 3))
    values = [value for _, value in trigger.seen()]
    assert list(dict.fromkeys(values)) == [0, 1, 2, 3], "the first delivery of each comes in order"
