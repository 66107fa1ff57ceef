/** Events to test a function with: what triggers would send. */

export interface Template {
  label: string;
  description: string;
  event: string;
}

function text(event: unknown): string {
  return JSON.stringify(event, null, 2);
}

const KEYS = { PK: { S: "FRUIT" }, SK: { S: "APPLE#WASHINGTON" } };

export const TEMPLATES: Template[] = [
  {
    label: "Hello World",
    description: "Three keys with values.",
    event: text({ key1: "value1", key2: "value2", key3: "value3" }),
  },
  {
    label: "DynamoDB Update",
    description: "A record of a table's stream: the stock of apples changes.",
    event: text({
      Records: [
        {
          eventID: "c4ca4238a0b923820dcc509a6f75849b",
          eventName: "MODIFY",
          eventVersion: "1.1",
          eventSource: "aws:dynamodb",
          awsRegion: "us-east-1",
          dynamodb: {
            ApproximateCreationDateTime: 1689508624,
            Keys: KEYS,
            NewImage: { ...KEYS, Stocks: { N: "33" } },
            OldImage: { ...KEYS, Stocks: { N: "39" } },
            SequenceNumber: "4421584500000000017450439091",
            SizeBytes: 131,
            StreamViewType: "NEW_AND_OLD_IMAGES",
          },
          eventSourceARN: "arn:aws:dynamodb:us-east-1:123456789012:table/Cloud9/stream/2023-07-16T09:00:05.000",
        },
      ],
    }),
  },
  {
    label: "SQS",
    description: "A message of a queue.",
    event: text({
      Records: [
        {
          messageId: "19dd0b57-b21e-4ac1-bd88-01bbb068cb78",
          receiptHandle: "MessageReceiptHandle",
          body: "Hello from SQS!",
          attributes: { ApproximateReceiveCount: "1", SentTimestamp: "1523232000000" },
          messageAttributes: {},
          eventSource: "aws:sqs",
          eventSourceARN: "arn:aws:sqs:us-east-1:123456789012:MyQueue",
          awsRegion: "us-east-1",
        },
      ],
    }),
  },
  { label: "Empty", description: "An object without members.", event: "{}" },
];
