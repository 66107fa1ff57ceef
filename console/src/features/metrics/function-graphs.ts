/** The graphs of a function's Monitor tab, by AWS's titles. */

import type { FunctionConfiguration } from "@aws-sdk/client-lambda";

import type { Graph, Line } from "./graph";

const PERCENT = 100;

/** The graphs of a function, all its versions and aliases together. */
export function functionGraphs(configuration: FunctionConfiguration): Graph[] {
  const dimensions = { FunctionName: configuration.FunctionName ?? "" };
  const line = (title: string, metric: string, statistic: string): Line => ({ title, namespace: "AWS/Lambda", metric, statistic, dimensions });
  return [
    { title: "Invocations", lines: [line("Invocations", "Invocations", "Sum")], filledBy: "Each call counts here, whoever makes it." },
    {
      title: "Duration",
      lines: [line("Minimum", "Duration", "Minimum"), line("Average", "Duration", "Average"), line("Maximum", "Duration", "Maximum")],
      filledBy: "How many milliseconds each call took is shown here.",
    },
    // One graph on AWS, with an axis at either side.
    { title: "Error count", lines: [line("Errors", "Errors", "Sum")], filledBy: "Calls that fail count here." },
    {
      title: "Success rate (%)",
      lines: [{ ...line("Success rate", "Errors", "Average"), shown: (share) => PERCENT - PERCENT * share }],
      filledBy: "Each call counts here, as a success or an error.",
    },
    { title: "Throttles", lines: [line("Throttles", "Throttles", "Sum")], filledBy: "Calls for which there was no room count here." },
    {
      title: "Total concurrent executions",
      lines: [line("Concurrent executions", "ConcurrentExecutions", "Maximum")],
      filledBy: "How many calls ran at a time is shown here.",
    },
    {
      title: "IteratorAge",
      lines: [line("Maximum", "IteratorAge", "Maximum"), line("Average", "IteratorAge", "Average")],
      filledBy: "How many milliseconds the records of a stream had waited for the call is shown here.",
    },
    {
      title: "Async events received and dropped",
      lines: [line("Received", "AsyncEventsReceived", "Sum"), line("Dropped", "AsyncEventsDropped", "Sum")],
      filledBy: "Events that are left for the function count here.",
    },
    {
      title: "Async event age",
      lines: [line("Average", "AsyncEventAge", "Average"), line("Maximum", "AsyncEventAge", "Maximum")],
      filledBy: "How many milliseconds an event had waited for its call is shown here.",
    },
    {
      title: "Async delivery failures",
      lines: [
        line("Destination delivery failures", "DestinationDeliveryFailures", "Sum"),
        line("Dead letter errors", "DeadLetterErrors", "Sum"),
      ],
      filledBy: "What could not be told to a destination or a dead-letter queue counts here.",
    },
  ];
}
