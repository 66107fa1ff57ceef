"""The steps that the stories share: a mailing list, a role, a function, a trigger, and the removal of all of it.

boto3 alone, on whatever AWS_ENDPOINT_URL and the AWS_ keys name.
"""

import io
import json
import os
import string
import sys
import time
import zipfile
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

HERE = Path(__file__).parent
POLICY = "what-it-needs"
PATIENCE_SECONDS = 30
PATIENCE_WITH_PEOPLE_SECONDS = 30 * 60
GONE_ALREADY = ("ResourceNotFoundException", "NoSuchEntity", "NotFound")

if "AWS_ENDPOINT_URL" not in os.environ:  # nobody should find out that it was AWS by the bill
    sys.exit('no server is named; first: eval "$(.venv/bin/tailrace env)"')

dynamodb, sns, iam, functions, logs = (boto3.client(n) for n in ("dynamodb", "sns", "iam", "lambda", "logs"))


def say(text):
    """A line of the story; a heading where it begins with a number."""
    print(f"\n{text}" if text[:1].isdigit() else f"   {text}", flush=True)


def wait_for(what, look, seconds=PATIENCE_SECONDS):
    """What `look` gives as soon as it gives something true."""
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            if found := look():
                return found
            time.sleep(0.2)
    except KeyboardInterrupt:
        sys.exit("\nEnded. --tear-down removes what is there already.")
    sys.exit(f"waited {seconds} s for {what}, in vain; --tear-down removes what is there already")


def make_table(name, *keys, view):
    """An active table whose keys are strings, with a stream of the given view; returns the stream's ARN."""
    try:
        table = dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": k, "KeyType": t} for k, t in zip(keys, ("HASH", "RANGE"), strict=False)],
            AttributeDefinitions=[{"AttributeName": k, "AttributeType": "S"} for k in keys],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
        )
    except dynamodb.exceptions.ResourceInUseException:
        sys.exit(f"the table {name} is there already: end the earlier story with --tear-down first")
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    return table["TableDescription"]["LatestStreamArn"]


def subscribe(topic_name, email, only):
    """Ask a topic to write to an address, about what the filter policy `only` lets through. Returns the topic's ARN.

    Waits until the link in the mail was followed: nobody is subscribed unasked.
    """
    topic = sns.create_topic(Name=topic_name, Attributes={"DisplayName": "Cloud9"})["TopicArn"]
    subscription = sns.subscribe(
        TopicArn=topic,
        Protocol="email",
        Endpoint=email,
        Attributes={"FilterPolicy": json.dumps(only)},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    say(f"{email} has a mail with a link to confirm this. Open it; I wait.")
    say(f"(A server without --smtp keeps its mails: .venv/bin/tailrace inbox --to {email})")

    def confirmed():
        attributes = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
        return attributes["PendingConfirmation"] == "false"

    wait_for("the link to be followed", confirmed, PATIENCE_WITH_PEOPLE_SECONDS)
    say("Confirmed.")
    return topic


def make_role(name, stream, topic):
    """A role that may do what permissions.json says, and nothing else; returns its ARN."""
    log = topic.replace(":sns:", ":logs:").rsplit(":", 1)[0] + f":log-group:/aws/lambda/{name}"
    permissions = string.Template((HERE / "permissions.json").read_text())
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=(HERE / "trust.json").read_text())["Role"]["Arn"]
    document = permissions.substitute(Stream=stream, Topic=topic, Log=log)
    iam.put_role_policy(RoleName=name, PolicyName=POLICY, PolicyDocument=document)
    say(f"{role}: reads this stream, publishes to this topic, writes its own log")
    return role


def make_function(name, file, runtime, role, topic):
    """An active function of one file, index.mjs or index.py, that knows the topic as TOPIC."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.write(file, file.name)
    functions.create_function(
        FunctionName=name,
        Runtime=runtime,
        Handler="index.handler",
        Role=role,
        Code={"ZipFile": package.getvalue()},
        Environment={"Variables": {"TOPIC": topic}},
        Timeout=10,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    say(f"{name}: {file.name} on {runtime}")


def make_trigger(stream, function, pattern_file):
    """The stream calls the function about the records that the pattern in the file lets through."""
    pattern = json.loads(pattern_file.read_text())
    trigger = functions.create_event_source_mapping(
        EventSourceArn=stream,
        FunctionName=function,
        StartingPosition="LATEST",
        FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]},
        FunctionResponseTypes=["ReportBatchItemFailures"],
        MaximumRetryAttempts=5,
    )["UUID"]
    wait_for("the trigger", lambda: functions.get_event_source_mapping(UUID=trigger)["State"] == "Enabled")
    say(json.dumps(pattern))


def logged(function, text, seconds=PATIENCE_SECONDS):
    """The first line of a function's log with `text` in it, from there on, and when it was written (epoch seconds)."""

    def look():
        try:
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=f"/aws/lambda/{function}", filterPattern=json.dumps(text)
            )
            return next((event for page in pages for event in page["events"]), None)
        except logs.exceptions.ResourceNotFoundException:
            return None  # the function hasn't been called yet

    event = wait_for(f"the function to log {text!r}", look, seconds)
    message = event["message"]
    return message[message.index(text) :].strip(), event["timestamp"] / 1000


def tear_down(name, table):
    """Remove everything that a story has made under its name, however far it had come."""

    def triggers():
        return functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]

    for trigger in triggers():
        remove(functions.delete_event_source_mapping, UUID=trigger["UUID"])
    wait_for("the trigger's end", lambda: not triggers())
    account = boto3.client("sts").get_caller_identity()["Account"]
    remove(functions.delete_function, FunctionName=name)
    remove(iam.delete_role_policy, RoleName=name, PolicyName=POLICY)
    remove(iam.delete_role, RoleName=name)
    remove(sns.delete_topic, TopicArn=f"arn:aws:sns:{sns.meta.region_name}:{account}:{name}")
    remove(dynamodb.delete_table, TableName=table)
    remove(logs.delete_log_group, logGroupName=f"/aws/lambda/{name}")
    say("Everything is gone: trigger, function, role, topic with its subscriptions, table and log.")


def remove(delete, **what):
    """Delete something, if it is there."""
    try:
        delete(**what)
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE_ALREADY:
            raise
