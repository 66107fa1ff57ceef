import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { BASE } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { RefreshButton } from "../../pieces/RefreshButton";
import { useParameter } from "../../pieces/useParameter";
import { activityColumns } from "./columns";
import { FilterForm } from "./FilterForm";
import { latestActivity } from "./latest-activity";
import { filtersOf, questionOf, withFilters } from "./question";
import { RequestPanel } from "./RequestPanel";

const FOLLOW_MS = 2_000;
const COUNT = 50;

/** Every call with its decision, newest first, and the details of the chosen one beside them. */
export default function ActivityPage() {
  const [parameters, setParameters] = useSearchParams();
  const [follow, setFollow] = useParameter("follow");
  const [own, setOwn] = useParameter("own");
  const [chosen, choose] = useParameter("show");
  const [count, setCount] = useState(COUNT);
  const filters = filtersOf(parameters);
  const question = questionOf(filters);
  // Who asks for one request, or for Tailrace's calls, gets them.
  const withoutOwn = !own && !question.RequestId && question.Service !== "tailrace";
  const answer = useAws(
    latestActivity,
    { question, count, withoutOwn },
    { keepPrevious: true, ...(follow ? { every: FOLLOW_MS } : {}) },
  );
  const calls = answer.data?.calls ?? [];
  const details = (requestId: string) => {
    const after = new URLSearchParams(parameters);
    after.set("show", requestId);
    return `${BASE}/activity?${after}`;
  };
  const table = (
    <Table
      items={calls}
      trackBy="RequestId"
      columnDefinitions={activityColumns((call) => details(call.RequestId))}
      wrapLines
      loading={answer.isPending && !answer.error}
      loadingText="Asking for activity"
      empty={<Box textAlign="center">No call matches</Box>}
      ariaLabels={{ tableLabel: "Calls" }}
      header={
        <Header variant="h2" counter={answer.data ? `(${calls.length}${answer.data.more ? "+" : ""})` : ""}>
          Calls
        </Header>
      }
      footer={
        answer.data?.more && (
          <Box textAlign="center">
            <Button onClick={() => setCount(count + COUNT)} loading={answer.isFetching && !follow}>
              Show older calls
            </Button>
          </Box>
        )
      }
    />
  );
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        description="Every call that this server was asked for, who asked, and what the policies decided."
        actions={
          <SpaceBetween direction="horizontal" size="m" alignItems="center">
            <Toggle checked={Boolean(own)} onChange={({ detail }) => setOwn(detail.checked ? "1" : "")}>
              Tailrace&apos;s own API
            </Toggle>
            <Toggle checked={Boolean(follow)} onChange={({ detail }) => setFollow(detail.checked ? "1" : "")}>
              Follow live
            </Toggle>
            <RefreshButton of={answer} />
          </SpaceBetween>
        }
      >
        Activity
      </Header>
      <FilterForm
        filters={filters}
        seen={calls}
        onChange={(next) => setParameters((before) => withFilters(before, next), { replace: true })}
      />
      <ErrorAlert error={answer.error} retry={() => void answer.refetch()} />
      {chosen ? (
        // Where there is no room for two, the details come first.
        <Grid
          gridDefinition={[
            { colspan: { default: 12, m: 5 }, push: { m: 7 } },
            { colspan: { default: 12, m: 7 }, pull: { m: 5 } },
          ]}
        >
          <RequestPanel requestId={chosen} onClose={() => choose("")} />
          {table}
        </Grid>
      ) : (
        table
      )}
    </SpaceBetween>
  );
}
