"""Time to live on a real server: an expired item's end reaches the trigger's function as the service's own delete."""

from __future__ import annotations

import time

from tests.conftest import RunningServer, wait_until
from tests.flow.functions import make_function, make_table, stream_arn

CODE = """
import json
def handler(event, context):
    for record in event["Records"]:
        print(record["eventName"], json.dumps(record.get("userIdentity")))
"""
SEEN = 'REMOVE {"type": "Service", "principalId": "dynamodb.amazonaws.com"}'


def test_an_expired_item_leaves_the_table_and_the_trigger_is_told_by_whom(server: RunningServer) -> None:
    dynamodb, logs, lambda_ = server.client("dynamodb"), server.client("logs"), server.client("lambda")
    table = make_table(server, "expiring")
    stream = stream_arn(server, table)
    function = make_function(server, "expired", CODE, reads=stream)
    lambda_.create_event_source_mapping(EventSourceArn=stream, FunctionName=function, StartingPosition="TRIM_HORIZON")
    specification = {"Enabled": True, "AttributeName": "expires"}
    dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)
    dynamodb.put_item(TableName=table, Item={"pk": {"S": "stays"}})
    dynamodb.put_item(TableName=table, Item={"pk": {"S": "goes"}, "expires": {"N": str(int(time.time()) + 1)}})

    def left() -> set[str]:
        return {item["pk"]["S"] for item in dynamodb.scan(TableName=table)["Items"]}

    wait_until("the item's end", lambda: left() == {"stays"})

    def printed() -> bool:
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
        return any(event["message"].strip() == SEEN for event in events)

    wait_until("the function's line", lambda: _there(logs, function) and printed())


def _there(logs: object, function: str) -> bool:
    groups = logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{function}")  # type: ignore[attr-defined]
    return bool(groups["logGroups"])
