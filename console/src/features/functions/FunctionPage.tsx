import Box from "@cloudscape-design/components/box";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { getFunctionConfiguration } from "../../aws/lambda";
import { Copyable } from "../../pieces/Copyable";
import { DetailPage } from "../../pieces/DetailPage";
import { RefreshButton } from "../../pieces/RefreshButton";
import { timeText } from "../../pieces/texts";
import { useDeletion } from "../../pieces/useDeletion";
import { DeleteFunctions } from "./FunctionsPage";
import { TABS } from "./tabs";

/** One function. */
export default function FunctionPage() {
  const { function: name = "" } = useParams();
  const deletion = useDeletion(to.functions());
  const answer = useAws(getFunctionConfiguration, { FunctionName: name }, { every: (found) => (found && isSettled(found) ? false : 1_000) });
  return (
    <DetailPage
      what="function"
      name={name}
      back={{ text: "Functions", href: to.functions() }}
      query={answer}
      found={answer.data}
      actions={() => (
        <>
          <RefreshButton of={answer} />
          <ButtonDropdown
            items={[{ id: "delete", text: "Delete function" }]}
            onItemClick={({ detail }) => {
              if (detail.id === "delete") deletion.ask();
            }}
          >
            Actions
          </ButtonDropdown>
        </>
      )}
      summary={(configuration) => (
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
      )}
      tabs={(configuration) => TABS.map(({ Content, ...tab }) => ({ ...tab, content: <Content configuration={configuration} /> }))}
    >
      {() => deletion.asking && <DeleteFunctions names={[name]} onClose={deletion.close} />}
    </DetailPage>
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
