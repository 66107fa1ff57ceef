/** IAM's policy simulator, as the pages use it. */

import { GetContextKeysForPrincipalPolicyCommand, IAMClient, SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";

import { clientOf } from "./clients";
import { every, operation } from "./operation";

const client = clientOf(IAMClient);

/** The results of all actions. */
export const simulate = every(
  operation("iam", client, "SimulatePrincipalPolicy", SimulatePrincipalPolicyCommand),
  { ask: "Marker", got: "Marker" },
  (answer) => answer.EvaluationResults,
);
export const getContextKeys = operation("iam", client, "GetContextKeysForPrincipalPolicy", GetContextKeysForPrincipalPolicyCommand);
