import Select from "@cloudscape-design/components/select";

import { useAws } from "../../../aws/hooks";
import { ResourceTable } from "../../../pieces/ResourceTable";
import { useParameter } from "../../../pieces/useParameter";
import type { PartProps } from "../tabs";
import { ATTEMPTS_MAX, attemptsOf } from "./attempts-of";
import { ATTEMPT_COLUMNS } from "./columns";

const POLL_MS = 5_000;
const ANY = { value: "", label: "Any outcome" };
const OUTCOMES = [
  ANY,
  ...["Success", "PartialFailure", "Failure", "Throttled", "NotCalled", "GivenUp", "DestinationDelivered", "DestinationRefused", "DestinationLost"].map(
    (value) => ({ value, label: value }),
  ),
];

/** What became of the function's latest calls, and where the time of each went. */
export default function InvocationsTab({ configuration }: PartProps) {
  const [outcome, setOutcome] = useParameter("outcome");
  const question = { FunctionName: configuration.FunctionName ?? "", ...(outcome ? { Outcome: outcome } : {}) };
  const attempts = useAws(attemptsOf, question, { every: POLL_MS, keepPrevious: true });
  return (
    <ResourceTable
      variant="container"
      query={attempts}
      columns={ATTEMPT_COLUMNS}
      title="Invocations"
      what="invocations"
      trackBy="id"
      findParameter="invocation"
      description={`The latest ${ATTEMPTS_MAX} calls by triggers and events: how long each waited, started and ran, what it failed at, and what was told of it.`}
      wrapLines
      actions={
        <Select
          ariaLabel="Outcome"
          selectedOption={OUTCOMES.find(({ value }) => value === outcome) ?? { value: outcome, label: outcome }}
          options={OUTCOMES}
          onChange={({ detail }) => setOutcome(detail.selectedOption.value ?? "")}
        />
      }
    />
  );
}
