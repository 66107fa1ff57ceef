import Box from "@cloudscape-design/components/box";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Tabs from "@cloudscape-design/components/tabs";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { Suspense, useState } from "react";
import { useNavigate, useParams } from "react-router";

import { to } from "../../app/paths";
import { isMissing } from "../../aws/errors";
import { useAws } from "../../aws/hooks";
import { getFunctionConfiguration } from "../../aws/lambda";
import { Copyable } from "../../pieces/Copyable";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { Loading } from "../../pieces/Loading";
import { NotFound } from "../../pieces/NotFound";
import { RefreshButton } from "../../pieces/RefreshButton";
import { timeText } from "../../pieces/texts";
import { useParameter } from "../../pieces/useParameter";
import { DeleteFunctions } from "./FunctionsPage";
import { TABS } from "./tabs";

/** One function. */
export default function FunctionPage() {
  const { function: name = "" } = useParams();
  const navigate = useNavigate();
  const [tab, setTab] = useParameter("tab", "code");
  const [deleting, setDeleting] = useState(false);
  const answer = useAws(getFunctionConfiguration, { FunctionName: name }, { every: (found) => (found && isSettled(found) ? false : 1_000) });
  const configuration = answer.data;
  if (isMissing(answer.error)) return <NotFound what="function" name={name} back={{ text: "Functions", href: to.functions() }} />;
  if (!configuration) return answer.error ? <ErrorAlert error={answer.error} retry={() => void answer.refetch()} /> : <Loading />;
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <RefreshButton of={answer} />
            <ButtonDropdown
              items={[{ id: "delete", text: "Delete function" }]}
              onItemClick={({ detail }) => {
                if (detail.id === "delete") setDeleting(true);
              }}
            >
              Actions
            </ButtonDropdown>
          </SpaceBetween>
        }
      >
        {name}
      </Header>
      <Container header={<Header variant="h2">Function overview</Header>}>
        <KeyValuePairs
          columns={4}
          items={[
            { label: "State", value: <FunctionState configuration={configuration} /> },
            { label: "Runtime", value: configuration.Runtime ?? configuration.PackageType ?? "-" },
            { label: "Last modified", value: timeText(Date.parse(configuration.LastModified ?? "")) },
            { label: "Function ARN", value: <Copyable text={configuration.FunctionArn ?? ""} what="function ARN" /> },
          ]}
        />
        {configuration.Description && <Box margin={{ top: "m" }}>{configuration.Description}</Box>}
      </Container>
      <Tabs
        ariaLabel={`Function ${name}`}
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        tabs={TABS.map(({ id, label, Content }) => ({
          id,
          label,
          content: (
            <Suspense fallback={<Loading />}>
              <Content configuration={configuration} />
            </Suspense>
          ),
        }))}
      />
      {deleting && (
        <DeleteFunctions
          names={[name]}
          onClose={(done) => {
            setDeleting(false);
            if (done) void navigate(to.functions());
          }}
        />
      )}
    </SpaceBetween>
  );
}

function isSettled(found: FunctionConfiguration): boolean {
  return found.State !== "Pending" && found.LastUpdateStatus !== "InProgress";
}

function FunctionState({ configuration }: { configuration: FunctionConfiguration }) {
  const { State, StateReason, LastUpdateStatus } = configuration;
  const type = State === "Failed" || LastUpdateStatus === "Failed" ? "error" : isSettled(configuration) ? "success" : "in-progress";
  return <StatusIndicator type={type}>{StateReason ? `${State}: ${StateReason}` : State}</StatusIndicator>;
}
