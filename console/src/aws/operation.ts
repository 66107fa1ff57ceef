/** An operation of an API: what pages ask for by `useAws` and change by `useChange` (hooks.ts). */

import type { Command } from "@smithy/types";

import { renewing } from "./renewal";

export type Service =
  | "dynamodb"
  | "dynamodbstreams"
  | "lambda"
  | "iam"
  | "sts"
  | "logs"
  | "cloudwatch"
  | "sns"
  | "sqs"
  | "tailrace";

export interface Operation<I, O> {
  service: Service;
  /** AWS's name: `DescribeTable`. */
  name: string;
  send(input: I, signal?: AbortSignal): Promise<O>;
}

interface Sender {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each client's send has overloads of its own
  send: (...args: any[]) => any;
}

/** An operation that an SDK command carries out. */
export function operation<I extends object, O extends object>(
  service: Service,
  client: () => Sender,
  name: string,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the types of the client, which the command fixes
  SomeCommand: new (input: I) => Command<any, I, any, O & { $metadata: any }, any>,
): Operation<I, O> {
  const send = (input: I, signal?: AbortSignal): Promise<O> =>
    renewing(() => client().send(new SomeCommand(input), { abortSignal: signal }) as Promise<O>);
  return { service, name, send };
}

const PAGES_MAX = 100;

/** All pages of a listing, as one operation whose answer is the list. Stops after 100 pages. */
export function every<I extends object, O extends object, Item>(
  listing: Operation<I, O>,
  tokens: { ask: keyof I; got: keyof O },
  items: (answer: O) => Item[] | undefined,
): Operation<I, Item[]> {
  const send = async (input: I, signal?: AbortSignal): Promise<Item[]> => {
    const found: Item[] = [];
    let asked = input;
    for (let page = 0; page < PAGES_MAX; page++) {
      const answer = await listing.send(asked, signal);
      found.push(...(items(answer) ?? []));
      const token = answer[tokens.got];
      if (!token) break;
      asked = { ...input, [tokens.ask]: token };
    }
    return found;
  };
  return { ...listing, send };
}
