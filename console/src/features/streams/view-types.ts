/** The four view types of a stream, in the words of AWS's console, and what a record has in each. */

import type { StreamViewType } from "@aws-sdk/client-dynamodb";

export const VIEW_TYPES: { value: StreamViewType; label: string; description: string }[] = [
  {
    value: "KEYS_ONLY",
    label: "Key attributes only",
    description: "Only the key attributes of the changed item.",
  },
  { value: "NEW_IMAGE", label: "New image", description: "The entire item as it appears after it was changed." },
  { value: "OLD_IMAGE", label: "Old image", description: "The entire item as it appeared before it was changed." },
  {
    value: "NEW_AND_OLD_IMAGES",
    label: "New and old images",
    description: "Both the new and the old images of the changed item.",
  },
];

/** An item of the table's own key, before and after a change, for the preview. */
export interface Sample {
  keys: Record<string, unknown>;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

/** What a record would tell of a change: the `dynamodb` part of a stream's record. */
export function preview(view: StreamViewType, { keys, before, after }: Sample): Record<string, unknown> {
  return {
    Keys: keys,
    ...(view === "NEW_IMAGE" || view === "NEW_AND_OLD_IMAGES" ? { NewImage: { ...keys, ...after } } : {}),
    ...(view === "OLD_IMAGE" || view === "NEW_AND_OLD_IMAGES" ? { OldImage: { ...keys, ...before } } : {}),
    StreamViewType: view,
  };
}
