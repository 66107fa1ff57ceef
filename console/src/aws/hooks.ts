/**
 * The one way of fetching and changing: `useAws(describeTable, { TableName })`, `useChange(deleteTable, {...})`.
 *
 * A query's key is [service, operation, input], so a change says which services it touches and all their pages follow.
 */

import {
  keepPreviousData,
  QueryClient,
  type QueryKey,
  skipToken,
  useMutation,
  type UseMutationResult,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from "@tanstack/react-query";

import { flash, flashError } from "../app/flashes";
import { remember } from "./calls";
import { problemOf } from "./errors";
import type { Operation, Service } from "./operation";
import { checkWritable } from "./read-only";

const RETRIES = 1;
const STALE_MS = 2_000;

/** The cache of answers. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: STALE_MS,
        retry: (count, error) => (problemOf(error).status ?? 0) >= 500 && count < RETRIES,
        refetchOnWindowFocus: true,
      },
    },
  });
}

export interface Asking<O> {
  /** Ask again after so many milliseconds, or as the last answer says. */
  every?: number | ((answer: O | undefined) => number | false);
  /** Keep showing the last answer while another input is asked for. */
  keepPrevious?: boolean;
}

/** The answer to an operation; `null` as input waits. */
export function useAws<I extends object, O>(operation: Operation<I, O>, input: I | null, asking: Asking<O> = {}): UseQueryResult<O> {
  const { every } = asking;
  return useQuery<O>({
    queryKey: keyOf(operation, input),
    queryFn: input ? ({ signal }) => operation.send(input, signal) : skipToken,
    ...(asking.keepPrevious ? { placeholderData: keepPreviousData } : {}),
    ...(every ? { refetchInterval: typeof every === "number" ? every : (query) => every(query.state.data) } : {}),
  });
}

/** The key of a query. */
export function keyOf<I, O>(operation: Operation<I, O>, input: I | null): QueryKey {
  return [operation.service, operation.name, input];
}

export interface Changing<I, O> {
  /** Whose pages are asked for anew afterwards; the operation's own service where nothing is said. */
  touches?: Service[];
  /** What the flash bar says after a success. */
  says?: string | ((answer: O, input: I) => string);
  /** The page is left afterwards, for it shows what is gone: nothing on it asks anew, and the next page does. */
  leaves?: boolean;
  /** The page shows the error itself, beside what caused it; else the flash bar does. */
  ownError?: boolean;
}

/** Something that changes the state. `mutateAsync` gives the answer, and throws what the API refuses with. */
export function useChange<I, O>(operation: Operation<I, O>, changing: Changing<I, O> = {}): UseMutationResult<O, Error, I> {
  const cache = useQueryClient();
  return useMutation<O, Error, I>({
    mutationFn: (input) => {
      checkWritable();
      remember(operation, input);
      return operation.send(input);
    },
    onSuccess: async (answer, input) => {
      const { says, touches = [operation.service], leaves } = changing;
      const refetchType = leaves ? "none" : "active";
      await Promise.all(touches.map((service) => cache.invalidateQueries({ queryKey: [service], refetchType })));
      // Last, together with what the page does next: a click right after it must not meet a page that is about to change.
      if (says) flash({ type: "success", content: typeof says === "string" ? says : says(answer, input), showsCall: true });
    },
    onError: (error) => {
      if (!changing.ownError) flashError(error);
    },
  });
}

/** One of several operations of a change; it is remembered for "Show call". */
export type Step = <A, B>(operation: Operation<A, B>, input: A) => Promise<B>;

/** Several operations in one go, as one change: `run` calls them, and each is remembered for "Show call". */
export function useSteps<I, O>(
  run: (input: I, step: Step) => Promise<O>,
  changing: Changing<I, O> & { touches: Service[] },
): UseMutationResult<O, Error, I> {
  const step = <A, B>(operation: Operation<A, B>, input: A): Promise<B> => {
    remember(operation, input);
    return operation.send(input);
  };
  const whole: Operation<I, O> = { service: "tailrace", name: "", send: (input) => run(input, step) };
  return useChange(whole, changing);
}
