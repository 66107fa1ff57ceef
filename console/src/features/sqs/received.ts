/** Messages that were received here, and until when each is hidden from others. */

import type { Message } from "@aws-sdk/client-sqs";

export interface Received {
  id: string;
  handle: string;
  body: string;
  /** Milliseconds since 1970, as all times here. */
  sent: number;
  hiddenUntil: number;
  receives: number;
  message: Message;
}

/** A message that was received just now. */
export function received(message: Message, now: number, visibilitySeconds: number): Received {
  return {
    id: message.MessageId ?? "",
    handle: message.ReceiptHandle ?? "",
    body: message.Body ?? "",
    sent: Number(message.Attributes?.SentTimestamp ?? 0),
    hiddenUntil: now + visibilitySeconds * 1000,
    receives: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
    message,
  };
}

/** Both lists; a message that came again is there once, with its latest receipt, which alone can delete it. */
export function merged(before: Received[], after: Received[]): Received[] {
  const again = new Set(after.map((each) => each.id));
  return [...before.filter((each) => !again.has(each.id)), ...after];
}

/** How a message stands for others. */
export function visibility(each: Received, now: number): string {
  const left = Math.ceil((each.hiddenUntil - now) / 1000);
  return left > 0 ? `Hidden for ${left} s` : "Visible again";
}
