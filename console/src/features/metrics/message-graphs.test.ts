import { expect, test } from "vitest";

import { queueGraphs, topicGraphs } from "./message-graphs";

test("each line is a metric of the queue or the topic alone", () => {
  const lines = [...queueGraphs("q"), ...topicGraphs("t")].flatMap((graph) => graph.lines);
  for (const { namespace, dimensions } of lines) expect(dimensions).toEqual(namespace === "AWS/SQS" ? { QueueName: "q" } : { TopicName: "t" });
  const titles = queueGraphs("q").map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
  expect(queueGraphs("q.fifo")).toHaveLength(titles.length + 1);
});
