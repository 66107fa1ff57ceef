"""Reminds those whose subscription has run out; the trigger's filter lets through what time to live has deleted."""

import logging
import os
from datetime import UTC, datetime

import boto3
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import BotoCoreError, ClientError

sns = boto3.client("sns")
plain = TypeDeserializer().deserialize


def handler(event, context):
    """One batch of the stream; what was deleted stands in a record's old image."""
    for record in event["Records"]:
        ended = plain({"M": record["dynamodb"]["OldImage"]})
        day = datetime.fromtimestamp(int(ended["ExpiresAt"]), UTC)
        try:
            told = sns.publish(
                TopicArn=os.environ["TOPIC"],
                Subject=f"Your subscription to {ended['Magazine']} has run out",
                Message=f"{ended['Name']}, your subscription to {ended['Magazine']} ran out on {day:%A, %d %B %Y}.\n"
                "Renew it within a week, and you miss no issue.",
                # Each address has subscribed to what is about itself alone.
                MessageAttributes={"reader": {"DataType": "String", "StringValue": ended["Email"]}},
            )
        except (BotoCoreError, ClientError):
            logging.exception("Could not remind %s", ended["Email"])
            # Everything before this record is done: the batch is tried again from here, and nobody gets a mail twice.
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
        print(f"Reminded {ended['Email']}: message {told['MessageId']}")
    return {"batchItemFailures": []}
