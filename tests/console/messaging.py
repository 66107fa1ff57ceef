"""What the pages of topics, queues, activity and groups are looked at with."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import RunningServer

ACCOUNT = "000000000000"
TOPIC, QUEUE, DEAD, READER, READERS = "Fruits", "Baskets", "Baskets-dead", "reader", "readers"
TOPIC_ARN = f"arn:aws:sns:us-east-1:{ACCOUNT}:{TOPIC}"
QUEUE_ARN = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{QUEUE}"


def make_topic(server: RunningServer, name: str = TOPIC, mail: str = "ada@example.com") -> str:
    """A topic, and an address that has been asked whether it wants its messages. Returns the topic's ARN."""
    sns = server.client("sns")
    arn = str(sns.create_topic(Name=name, Attributes={"DisplayName": "The fruits"})["TopicArn"])
    sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=mail)
    return arn


def make_queues(server: RunningServer, name: str = QUEUE) -> str:
    """A queue with two messages, and one for its dead letters. Returns the queue's URL."""
    sqs = server.client("sqs")
    dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
    url = str(sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": redrive})["QueueUrl"])
    for fruit in ("apple", "orange"):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"fruit": fruit}))
    return url


def make_denied(server: RunningServer, user: str = READER) -> tuple[str, str]:
    """A user without policies, who has been denied ListTables. Returns a key of the user's, and its secret."""
    iam = server.client("iam")
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    pair = str(key["AccessKeyId"]), str(key["SecretAccessKey"])
    with pytest.raises(ClientError):
        as_user(server, pair).list_tables()
    return pair


def make_group(server: RunningServer, group: str = READERS, user: str = READER) -> None:
    """A group with a user in it, and three policies: AWS's, one of the account, and one of its own."""
    iam = server.client("iam")
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=user)
    iam.attach_group_policy(GroupName=group, PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess")
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "arn:aws:dynamodb:*:*:table/Cloud9"},
            {"Effect": "Deny", "Action": "dynamodb:DeleteItem", "Resource": "*"},
        ],
    }
    iam.put_group_policy(GroupName=group, PolicyName="fruits", PolicyDocument=json.dumps(policy))
    arn = iam.create_policy(PolicyName="Fruits", PolicyDocument=json.dumps(policy))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName=group, PolicyArn=arn)


def as_user(server: RunningServer, key: tuple[str, str]) -> Any:
    """DynamoDB's client with a user's key."""
    return server.client("dynamodb", access_key=key[0], secret_key=key[1])


def make_messaging(server: RunningServer) -> None:
    """All of it."""
    make_topic(server)
    make_queues(server)
    make_denied(server)
    make_group(server)
