/** The graphs of a queue's and of a topic's Monitor tab, by AWS's titles. */

import type { Graph, Line } from "./graph";

/** Makes the lines of one resource's graphs. */
function linesOf(namespace: string, dimensions: Record<string, string>) {
  return (title: string, metric: string, statistic = "Sum"): Line => ({ title, namespace, metric, statistic, dimensions });
}

/** The graphs of a queue. */
export function queueGraphs(QueueName: string): Graph[] {
  const line = linesOf("AWS/SQS", { QueueName });
  const level = "It is measured each minute of a queue that has messages, or was used in the last six hours.";
  return [
    {
      title: "Approximate number of messages visible (count)",
      lines: [line("Visible", "ApproximateNumberOfMessagesVisible", "Maximum")],
      filledBy: level,
    },
    {
      title: "Approximate number of messages not visible (count)",
      lines: [
        line("In flight", "ApproximateNumberOfMessagesNotVisible", "Maximum"),
        line("Delayed", "ApproximateNumberOfMessagesDelayed", "Maximum"),
      ],
      filledBy: level,
    },
    {
      title: "Approximate age of oldest message (seconds)",
      lines: [line("Oldest", "ApproximateAgeOfOldestMessage", "Maximum")],
      filledBy: "It is measured each minute of a queue that has messages.",
    },
    { title: "Number of messages sent (count)", lines: [line("Sent", "NumberOfMessagesSent")], filledBy: "Messages that are sent count here." },
    {
      title: "Number of messages received (count)",
      lines: [line("Received", "NumberOfMessagesReceived")],
      filledBy: "Messages that are received count here, by clients and by the mappings of functions.",
    },
    {
      title: "Number of messages deleted (count)",
      lines: [line("Deleted", "NumberOfMessagesDeleted")],
      filledBy: "Messages that are deleted by their receipts count here.",
    },
    {
      title: "Number of empty receives (count)",
      lines: [line("Empty receives", "NumberOfEmptyReceives")],
      filledBy: "Receives by clients that find no message count here.",
    },
    {
      title: "Sent message size (bytes)",
      lines: [line("Average", "SentMessageSize", "Average"), line("Maximum", "SentMessageSize", "Maximum")],
      filledBy: "How large the messages are that are sent is shown here.",
    },
    ...(QueueName.endsWith(".fifo")
      ? [
          {
            title: "Number of deduplicated sent messages (count)",
            lines: [line("Deduplicated", "NumberOfDeduplicatedSentMessages")],
            filledBy: "Messages that were sent once more within five minutes count here.",
          },
        ]
      : []),
  ];
}

/** The graphs of a topic. */
export function topicGraphs(TopicName: string): Graph[] {
  const line = linesOf("AWS/SNS", { TopicName });
  return [
    {
      title: "Number of messages published (count)",
      lines: [line("Published", "NumberOfMessagesPublished")],
      filledBy: "Messages that are published count here.",
    },
    {
      title: "Publish size (bytes)",
      lines: [line("Average", "PublishSize", "Average"), line("Maximum", "PublishSize", "Maximum")],
      filledBy: "How large the messages are that are published is shown here.",
    },
    {
      title: "Number of notifications delivered (count)",
      lines: [line("Delivered", "NumberOfNotificationsDelivered")],
      filledBy: "Each message that arrives at a subscriber counts here.",
    },
    {
      title: "Number of notifications failed (count)",
      lines: [line("Failed", "NumberOfNotificationsFailed")],
      filledBy: "Each message that a subscriber doesn't get counts here, and each try at an endpoint that fails.",
    },
    {
      title: "Number of notifications filtered out (count)",
      lines: [line("Filtered out", "NumberOfNotificationsFilteredOut")],
      filledBy: "Messages that a subscription's filter turns away count here.",
    },
    {
      title: "Number of notifications redriven to a dead-letter queue (count)",
      lines: [
        line("Redriven", "NumberOfNotificationsRedrivenToDlq"),
        line("Failed to redrive", "NumberOfNotificationsFailedToRedriveToDlq"),
      ],
      filledBy: "What can't be brought, and goes to the subscription's dead-letter queue, counts here.",
    },
  ];
}
