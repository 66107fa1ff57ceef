// Tells the topic of every product that is back in stock; the trigger's filter lets through nothing else.

import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { unmarshall } from "@aws-sdk/util-dynamodb";

const sns = new SNSClient({});

export const handler = async (event) => {
  for (const record of event.Records) {
    const product = unmarshall(record.dynamodb.NewImage);
    try {
      const { MessageId } = await sns.send(
        new PublishCommand({
          TopicArn: process.env.TOPIC,
          Subject: `${product.Name} is back in stock`,
          Message: `${product.Name}: ${product.Stocks} in stock again, $${product.Price.USD} each.`,
          // Subscribers say in their filter policy which products they wait for.
          MessageAttributes: { product: { DataType: "String", StringValue: product.SK } },
        }),
      );
      console.log(`Told of ${product.SK}, now ${product.Stocks}: message ${MessageId}`);
    } catch (error) {
      console.error(`Could not tell of ${product.SK}:`, error);
      // Everything before this record is done: the batch is tried again from here, and nobody gets a mail twice.
      return { batchItemFailures: [{ itemIdentifier: record.dynamodb.SequenceNumber }] };
    }
  }
  return { batchItemFailures: [] };
};
