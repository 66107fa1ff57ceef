"""What the pages are looked at with: the tutorial's table, stream, function, role and trigger, and their traces."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any, NamedTuple

from tailrace.reach import Reached, client
from tests.conftest import RunningServer, wait_until

TABLE, FUNCTION, ROLE = "Cloud9", "DB-Stream-Handler", "DB-Stream-Handler-role"
HANDLER = "export const handler = async (event) => {\n  console.log(JSON.stringify(event, null, 2));\n};\n"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}
FRUITS = (("APPLE#WASHINGTON", "39", "0.8", "50"), ("ORANGE#NAGPUR", "42", "0.5", "45"))


def make_table(server: RunningServer, name: str = TABLE, stream: bool = True) -> str:
    """A table with the tutorial's two fruits. Returns the ARN of its stream, if it has one."""
    dynamodb = server.client("dynamodb")
    table = dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("PK", "SK")],
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
        **({"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}} if stream else {}),
    )["TableDescription"]
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    for fruit, stocks, usd, inr in FRUITS:
        price = {"M": {"USD": {"N": usd}, "INR": {"N": inr}}}
        item = {"PK": {"S": "FRUIT"}, "SK": {"S": fruit}, "Stocks": {"N": stocks}, "Price": price}
        dynamodb.put_item(TableName=name, Item=item)
    return str(table.get("LatestStreamArn", ""))


def allow_reading(server: RunningServer, table: str = TABLE) -> None:
    """A resource-based policy on the table, by which its account may read it."""
    dynamodb = server.client("dynamodb")
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": arn.split(":")[4]},
        "Action": "dynamodb:GetItem",
        "Resource": arn,
    }
    dynamodb.put_resource_policy(
        ResourceArn=arn, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )


def make_backup(server: RunningServer, table: str = TABLE) -> str:
    """The ARN of a backup of the table, which is under point-in-time recovery from then on."""
    dynamodb = server.client("dynamodb")
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    return str(dynamodb.create_backup(TableName=table, BackupName="Harvest")["BackupDetails"]["BackupArn"])


def zipped(name: str, text: str) -> bytes:
    """A package of one file."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr(name, text)
    return package.getvalue()


def make_function(
    server: RunningServer, name: str = FUNCTION, role: str = ROLE, reads_streams: bool = True, code: str = HANDLER
) -> None:
    """A function that logs its events, and its role, which may write logs, and read every stream."""
    iam, functions = server.client("iam"), server.client("lambda")
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    for policy in ("AWSLambdaBasicExecutionRole", *(["AWSLambdaDynamoDBExecutionRole"] if reads_streams else [])):
        iam.attach_role_policy(RoleName=role, PolicyArn=f"arn:aws:iam::aws:policy/service-role/{policy}")
    functions.create_function(
        FunctionName=name,
        Runtime="nodejs20.x",
        Handler="index.handler",
        Role=arn,
        Code={"ZipFile": zipped("index.mjs", code)},
        Timeout=30,  # of which a busy machine may need some
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})


def furnish_function(server: RunningServer) -> None:
    """A version, an alias, a URL, a statement, a tag and a layer of the function: something on each of its pages."""
    functions = server.client("lambda")
    functions.publish_version(FunctionName=FUNCTION, Description="The tutorial's")
    functions.create_alias(FunctionName=FUNCTION, Name="live", FunctionVersion="1")
    functions.create_function_url_config(FunctionName=FUNCTION, AuthType="AWS_IAM", Cors={"AllowOrigins": ["*"]})
    functions.add_permission(
        FunctionName=FUNCTION, StatementId="topic", Action="lambda:InvokeFunction", Principal="sns.amazonaws.com"
    )
    arn = functions.get_function_configuration(FunctionName=FUNCTION)["FunctionArn"]
    functions.tag_resource(Resource=arn, Tags={"team": "stock"})
    content = {"ZipFile": zipped("nodejs/node_modules/fruit/index.js", "module.exports = 'apple';\n")}
    layer = functions.publish_layer_version(LayerName="fruit", Content=content, CompatibleRuntimes=["nodejs20.x"])
    functions.update_function_configuration(FunctionName=FUNCTION, Layers=[layer["LayerVersionArn"]])
    functions.get_waiter("function_updated_v2").wait(FunctionName=FUNCTION, WaiterConfig={"Delay": 1})


def make_everything(server: RunningServer) -> None:
    """The whole tutorial's outcome: a change that went through the trigger into a log."""
    stream = make_table(server)
    make_function(server)
    functions, logs = server.client("lambda"), server.client("logs")
    furnish_function(server)
    functions.create_event_source_mapping(
        FunctionName=FUNCTION, EventSourceArn=stream, StartingPosition="TRIM_HORIZON", BatchSize=1
    )
    wait_until(
        "the log of the function",
        lambda: logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{FUNCTION}")["logGroups"],
    )


def latest_stream(server: RunningServer, function: str = FUNCTION) -> str:
    """The name of the function's log stream with the latest event."""
    streams = server.client("logs").describe_log_streams(
        logGroupName=f"/aws/lambda/{function}", orderBy="LastEventTime", descending=True, limit=1
    )["logStreams"]
    return str(streams[0]["logStreamName"])


def tailrace_client(server: RunningServer) -> Any:
    """A client of Tailrace's own API."""
    return client(Reached(server.endpoint, server.access_key, server.secret_key, "us-east-1"))


class Caused(NamedTuple):
    """A record of the table's stream, the run of the function that it caused, and a replay of it."""

    record: str
    run: str
    replay: str


def latest_caused(server: RunningServer, function: str = FUNCTION) -> Caused:
    """The latest attempt that succeeded, its first record, and a replay of that, which is over when this returns."""
    tailrace = tailrace_client(server)
    trigger = server.client("lambda").list_event_source_mappings(FunctionName=function)["EventSourceMappings"][0]
    asked = {"EventSourceMappingUUID": trigger["UUID"], "Outcome": "Success"}
    attempt = wait_until("an attempt that succeeded", lambda: tailrace.list_attempts(**asked)["Attempts"])[0]
    record = attempt["EventIds"][0]
    replay = tailrace.start_replay(EventIds=[record], FunctionName=function)["Replay"]["ReplayId"]
    wait_until("the replay's end", lambda: "EndedTime" in tailrace.describe_replay(ReplayId=replay)["Replay"])
    return Caused(record, attempt["RequestId"], replay)
