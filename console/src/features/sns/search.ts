import { to } from "../../app/paths";
import type { Searched } from "../../app/search";
import { listTopics } from "../../aws/sns";
import { lastOf } from "./names";

export const what = "SNS topics";

export const list: Searched["list"] = async (signal) =>
  (await listTopics.send({}, signal)).map(({ TopicArn: arn = "" }) => ({ text: lastOf(arn), href: to.topic(arn) }));
