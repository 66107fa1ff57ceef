import { getPolicy, getPolicyVersion } from "../../aws/iam";
import type { InlineHolder } from "./inline-holder";

/** The text of a managed policy's version that is in force; it is named by its ARN. */
export const managedText: InlineHolder["get"] = {
  service: "iam",
  name: "ManagedText",
  send: async ({ PolicyName: PolicyArn }, signal) => {
    const { Policy } = await getPolicy.send({ PolicyArn }, signal);
    const { PolicyVersion } = await getPolicyVersion.send({ PolicyArn, VersionId: Policy?.DefaultVersionId }, signal);
    return { PolicyDocument: PolicyVersion?.Document };
  },
};
