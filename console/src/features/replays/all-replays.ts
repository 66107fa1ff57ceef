import { every } from "../../aws/operation";
import { listReplays } from "../../aws/traces";

/** All pages of ListReplays. */
export const allReplays = every(listReplays, { ask: "NextToken", got: "NextToken" }, (answer) => answer.Replays);
