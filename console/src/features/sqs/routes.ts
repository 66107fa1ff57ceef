import { to } from "../../app/paths";
import { type NavigationEntry, page } from "../../app/route";

const SQS = { text: "SQS", href: to.queues() };
const QUEUES = { text: "Queues", href: to.queues() };

export const navigation: NavigationEntry[] = [{ section: "Messaging", text: "SQS queues", href: to.queues(), place: 2 }];

export const routes = [
  page("sqs/queues", () => [SQS, QUEUES], () => import("./QueuesPage")),
  page("sqs/queues/create", () => [SQS, QUEUES, { text: "Create queue", href: to.createQueue() }], () => import("./CreateQueuePage")),
  page("sqs/queues/:queue", ({ queue = "" }) => [SQS, QUEUES, { text: queue, href: to.queue(queue) }], () => import("./QueuePage")),
  page(
    "sqs/queues/:queue/messages",
    ({ queue = "" }) => [
      SQS,
      QUEUES,
      { text: queue, href: to.queue(queue) },
      { text: "Send and receive messages", href: to.messages(queue) },
    ],
    () => import("./MessagesPage"),
  ),
];
