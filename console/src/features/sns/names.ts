/** What a topic and its subscriptions are called, and how they stand. */

const PENDING = "PendingConfirmation";

/** The last part of an ARN: a topic's name, a subscription's id. */
export function lastOf(arn: string): string {
  return arn.split(":").at(-1) ?? arn;
}

/** Whether messages of the topic keep their order. */
export function isFifo(topicArn: string): boolean {
  return topicArn.endsWith(".fifo");
}

/** Whether the endpoint has not said yet that it wants the messages. */
export function isPending(subscriptionArn: string | undefined): boolean {
  return subscriptionArn === PENDING;
}

/** The parameters of a link that confirms a subscription; null for another link. */
export function confirmation(link: string): { TopicArn: string; Token: string } | null {
  let parameters: URLSearchParams;
  try {
    parameters = new URL(link).searchParams;
  } catch {
    return null;
  }
  const TopicArn = parameters.get("TopicArn");
  const Token = parameters.get("Token");
  return parameters.get("Action") === "ConfirmSubscription" && TopicArn && Token ? { TopicArn, Token } : null;
}
