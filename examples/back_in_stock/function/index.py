"""Tells the topic of every product that is back in stock; the trigger's filter lets through nothing else."""

import logging
import os

import boto3
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import BotoCoreError, ClientError

sns = boto3.client("sns")
plain = TypeDeserializer().deserialize


def handler(event, context):
    """One batch of the stream."""
    for record in event["Records"]:
        product = plain({"M": record["dynamodb"]["NewImage"]})
        try:
            told = sns.publish(
                TopicArn=os.environ["TOPIC"],
                Subject=f"{product['Name']} is back in stock",
                Message=f"{product['Name']}: {product['Stocks']} in stock again, ${product['Price']['USD']} each.",
                # Subscribers say in their filter policy which products they wait for.
                MessageAttributes={"product": {"DataType": "String", "StringValue": product["SK"]}},
            )
        except (BotoCoreError, ClientError):
            logging.exception("Could not tell of %s", product["SK"])
            # Everything before this record is done: the batch is tried again from here, and nobody gets a mail twice.
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
        print(f"Told of {product['SK']}, now {product['Stocks']}: message {told['MessageId']}")
    return {"batchItemFailures": []}
