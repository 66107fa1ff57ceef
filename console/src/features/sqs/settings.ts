/** The attributes of a queue that a form sets: their labels, units and limits. */

export interface Setting {
  name: string;
  label: string;
  description: string;
  /** What the number counts. */
  unit: string;
  initial: string;
  min: number;
  max: number;
}

export const SETTINGS: Setting[] = [
  {
    name: "VisibilityTimeout",
    label: "Visibility timeout",
    description: "How long a message that was received is hidden from others.",
    unit: "seconds",
    initial: "30",
    min: 0,
    max: 43_200,
  },
  {
    name: "MessageRetentionPeriod",
    label: "Message retention period",
    description: "How long a message is kept that nobody deletes.",
    unit: "seconds",
    initial: "345600",
    min: 60,
    max: 1_209_600,
  },
  {
    name: "DelaySeconds",
    label: "Delivery delay",
    description: "How long a new message is hidden.",
    unit: "seconds",
    initial: "0",
    min: 0,
    max: 900,
  },
  {
    name: "ReceiveMessageWaitTimeSeconds",
    label: "Receive message wait time",
    description: "How long a receiver waits where there is no message.",
    unit: "seconds",
    initial: "0",
    min: 0,
    max: 20,
  },
  {
    name: "MaximumMessageSize",
    label: "Maximum message size",
    description: "A larger message is refused.",
    unit: "bytes",
    initial: "1048576",
    min: 1024,
    max: 1_048_576,
  },
];

export type Values = Record<string, string>;

/** What a new queue has where nothing else is said. */
export const INITIAL: Values = Object.fromEntries(SETTINGS.map((setting) => [setting.name, setting.initial]));

/** What a new FIFO queue has beside them. */
export const FIFO_INITIAL: Values = { ContentBasedDeduplication: "false", DeduplicationScope: "queue", FifoThroughputLimit: "perQueue" };

/** The values of a queue that is there, those of a FIFO queue among them where it is one. */
export function valuesOf(attributes: Record<string, string>): Values {
  const initial = { ...INITIAL, ...(attributes.FifoQueue === "true" ? FIFO_INITIAL : {}) };
  return Object.fromEntries(Object.entries(initial).map(([name, value]) => [name, attributes[name] ?? value]));
}

/** Those of `after` that differ. */
export function changed(before: Values, after: Values): Values {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => (before[name] ?? "") !== value));
}
