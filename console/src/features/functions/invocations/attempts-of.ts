/** What became of the latest calls of a function: those of each of its triggers, and of events, asked as one. */

import { listEventSourceMappings } from "../../../aws/lambda";
import type { Operation } from "../../../aws/operation";
import { type Attempt, listAttempts } from "../../../aws/traces";

export const ATTEMPTS_MAX = 100;

export interface ListedAttempt extends Attempt {
  id: string;
}

interface Question {
  FunctionName: string;
  Outcome?: string;
}

/** The newest first, a hundred at most. Calls that were waited for (Invoke) leave no attempt: the activity has them. */
export const attemptsOf: Operation<Question, ListedAttempt[]> = {
  service: "lambda",
  name: "AttemptsOf",
  send: async ({ FunctionName, ...asked }, signal) => {
    const mappings = await listEventSourceMappings.send({ FunctionName }, signal);
    const page = { ...asked, MaxResults: ATTEMPTS_MAX };
    const answers = await Promise.all([
      listAttempts.send({ ...page, FunctionName }, signal),
      ...mappings.map(({ UUID = "" }) => listAttempts.send({ ...page, EventSourceMappingUUID: UUID }, signal)),
    ]);
    return answers
      .flatMap((answer) => answer.Attempts)
      .sort((one, other) => other.Time - one.Time)
      .slice(0, ATTEMPTS_MAX)
      .map((attempt) => ({ ...attempt, id: idOf(attempt) }));
  },
};

/** An attempt has no name of its own: what it was, when and of which records tells it from all others. */
function idOf({ Time, Outcome, RequestId, EventSourceMappingUUID, FirstSequenceNumber }: Attempt): string {
  return [Time, Outcome, RequestId, EventSourceMappingUUID, FirstSequenceNumber].join();
}
