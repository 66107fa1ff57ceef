import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useSearchParams } from "react-router";

import { useAws } from "../../aws/hooks";
import { simulate } from "../../aws/iam-simulator";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { OUTCOME_COLUMNS } from "./columns";
import { outcomesOf } from "./outcome";
import { simulatedPolicies } from "./policies";
import { parametersOf, questionOf, requestOf } from "./question";
import { QuestionForm } from "./QuestionForm";

/** The policy simulator: what the policies of somebody would say to a request that nobody makes, and which statement says it. */
export default function SimulatorPage() {
  const [parameters, setParameters] = useSearchParams();
  const question = questionOf(parameters);
  const request = requestOf(question);
  const results = useAws(simulate, request, { keepPrevious: true });
  const policies = useAws(simulatedPolicies, request ? { arn: question.principal } : null, { keepPrevious: true });
  const outcomes = results.data && policies.data ? outcomesOf(results.data, policies.data) : [];
  const allowed = outcomes.filter((outcome) => outcome.decision === "allowed").length;
  return (
    <SpaceBetween size="m">
      <Header variant="h1" description="What the policies of a user, group or role would say to a request, by the rules of real ones. Nothing is carried out.">
        Policy simulator
      </Header>
      <QuestionForm
        key={question.principal}
        initial={question}
        busy={results.isFetching}
        onAsk={(asked) => {
          if (parametersOf(asked).toString() === parameters.toString()) void results.refetch();
          else setParameters(parametersOf(asked));
        }}
      />
      <ErrorAlert error={results.error ?? policies.error} />
      <Table
        items={outcomes}
        columnDefinitions={OUTCOME_COLUMNS}
        trackBy="id"
        wrapLines
        loading={request !== null && (results.isPending || policies.isPending) && !results.error && !policies.error}
        loadingText="Asking the simulator"
        empty={<Box textAlign="center">Choose somebody and an action, and run the simulation.</Box>}
        ariaLabels={{ tableLabel: "Results" }}
        header={
          <Header variant="h2" {...(outcomes.length ? { counter: `(${allowed} of ${outcomes.length} allowed)` } : {})}>
            Results
          </Header>
        }
      />
    </SpaceBetween>
  );
}
