import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Steps from "@cloudscape-design/components/steps";

import { to } from "../../app/paths";
import { functionName } from "../../aws/arn";
import type { Attempt } from "../../aws/traces";
import { timeText } from "../../pieces/texts";
import { AttemptLog } from "./AttemptLog";
import { inOrder, isBisected, outcomeOf } from "./story";
import { TimeBar } from "./TimeBar";

interface Props {
  attempts: readonly Attempt[] | undefined;
  /** Name the function of each attempt, where they are of several. */
  named?: boolean;
}

/** A timeline: each attempt with its batch, where its time went, its error, and the lines that it logged. */
export function Attempts({ attempts, named = false }: Props) {
  const told = inOrder(attempts);
  if (told.length === 0) return null;
  return (
    <Steps
      ariaLabel="Attempts"
      steps={told.map((attempt, at) => {
        const { sign, text } = outcomeOf(attempt);
        return {
          status: sign,
          statusIconAriaLabel: text,
          header: (
            <>
              {[text, attempt.Attempt !== undefined && `attempt ${attempt.Attempt}`, batchOf(attempt)].filter(Boolean).join(", ")}{" "}
              {isBisected(attempt, told[at - 1]) && <Badge>bisected</Badge>}{" "}
              {named && attempt.FunctionArn && (
                <Link href={to.function(functionName(attempt.FunctionArn))}>{functionName(attempt.FunctionArn)}</Link>
              )}
            </>
          ),
          details: <Details attempt={attempt} />,
        };
      })}
    />
  );
}

function batchOf({ RecordCount: count }: Attempt): string | false {
  return count !== undefined && `batch of ${count}`;
}

function Details({ attempt }: { attempt: Attempt }) {
  const { RequestId: request, Error: error, Destination: destination } = attempt;
  const at = [timeText(attempt.Time * 1000), attempt.Condition, destination && `to ${destination}`].filter(Boolean);
  return (
    <SpaceBetween size="xxs">
      <Box color="text-body-secondary">{at.join(" · ")}</Box>
      <TimeBar attempt={attempt} />
      {error && <Box color="text-status-error">{error}</Box>}
      {request && (
        <Box>
          Request <Link href={to.trace(request)}>{request}</Link>
        </Box>
      )}
      {request && attempt.LogGroup && <AttemptLog attempt={attempt} />}
    </SpaceBetween>
  );
}
