import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { to } from "../../app/paths";
import { useSteps } from "../../aws/hooks";
import { putRolePolicy, putUserPolicy } from "../../aws/iam";
import type { Explanation } from "../../aws/tailrace";
import { CodeBlock } from "../../pieces/CodeBlock";
import { copyText } from "../../pieces/Copyable";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { holderOfPolicy } from "./holder";

/** The smallest policy that would have been enough, and a click that adds it to whom it is missing. */
export function SmallestPolicy({ explanation }: { explanation: Explanation }) {
  const [added, setAdded] = useState(false);
  const holder = holderOfPolicy(explanation);
  const { PolicyDocument: text = "", AttachTo: place, Activity: call } = explanation;
  const name = `allow-${call.Service}-${call.Operation}`;
  const add = useSteps<undefined, undefined>(
    async (_input, step) => {
      const policy = { PolicyName: name, PolicyDocument: text };
      if (holder?.kind === "role") await step(putRolePolicy, { RoleName: holder.name, ...policy });
      else if (holder) await step(putUserPolicy, { UserName: holder.name, ...policy });
      return undefined;
    },
    { touches: ["iam"], says: `The policy ${name} was added to the ${holder?.kind} ${holder?.name}.`, ownError: true },
  );
  if (!text) return null;
  return (
    <SpaceBetween size="s">
      <Box variant="h3">The smallest policy that would have been enough</Box>
      {place && (
        <Box>
          It belongs into {place}.{" "}
          {holder && (
            <Link href={holder.kind === "role" ? to.role(holder.name) : to.user(holder.name)}>
              Open the {holder.kind} {holder.name}
            </Link>
          )}
        </Box>
      )}
      <CodeBlock label="Smallest policy" text={text} />
      <ErrorAlert error={add.error} />
      <SpaceBetween direction="horizontal" size="xs">
        <Button iconName="copy" onClick={() => void copyText(text)}>
          Copy policy
        </Button>
        {holder && (
          <Button
            variant="primary"
            disabled={added}
            loading={add.isPending}
            onClick={() => add.mutate(undefined, { onSuccess: () => setAdded(true) })}
          >
            {added ? "Policy added" : `Add policy to ${holder.name}`}
          </Button>
        )}
      </SpaceBetween>
    </SpaceBetween>
  );
}
