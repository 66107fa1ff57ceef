import { queueGraphs, topicGraphs } from "./message-graphs";
import { Monitor } from "./Monitor";

/** What CloudWatch has measured of a queue or a topic. */
export default function MessageMonitorTab({ queue, topic = "" }: { queue?: string; topic?: string }) {
  return <Monitor graphs={queue ? queueGraphs(queue) : topicGraphs(topic)} />;
}
