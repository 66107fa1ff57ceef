import Box from "@cloudscape-design/components/box";
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
import { useParameter } from "../../pieces/useParameter";
import { FunctionActions } from "./FunctionActions";
import { partsFor, TABS } from "./tabs";
import { QualifierSwitcher } from "./versions/QualifierSwitcher";
import { qualified } from "./versions/routing";

/** One function, or a version or an alias of it: `qualifier` in the address. */
export default function FunctionPage() {
  const { function: name = "" } = useParams();
  const [named] = useParameter("qualifier");
  const qualifier = qualified(named) === "function" ? undefined : named;
  const answer = useAws(
    getFunctionConfiguration,
    { FunctionName: name, ...(qualifier ? { Qualifier: qualifier } : {}) },
    { every: (found) => (found && isSettled(found) ? false : 1_000) },
  );
  return (
    <DetailPage
      what={qualified(qualifier)}
      name={qualifier ? `${name}:${qualifier}` : name}
      back={qualifier ? { text: name, href: to.function(name) } : { text: "Functions", href: to.functions() }}
      query={answer}
      found={answer.data}
      description={(configuration) => wordsOf(qualifier, configuration)}
      actions={() => (
        <>
          <QualifierSwitcher functionName={name} qualifier={qualifier} />
          <RefreshButton of={answer} />
          <FunctionActions functionName={name} qualifier={qualifier} />
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
      tabs={(configuration) =>
        partsFor(TABS, qualifier).map(({ id, label, Content }) => ({
          id,
          label,
          content: <Content key={qualifier} configuration={configuration} qualifier={qualifier} />,
        }))
      }
    />
  );
}

/** What the page is of, where it isn't the function itself. */
function wordsOf(qualifier: string | undefined, { Version }: FunctionConfiguration): string | undefined {
  if (!qualifier) return undefined;
  return qualified(qualifier) === "version" ? `Version ${qualifier}` : `Alias ${qualifier}, which leads to version ${Version}`;
}

function isSettled(found: FunctionConfiguration): boolean {
  return found.State !== "Pending" && found.LastUpdateStatus !== "InProgress";
}

function FunctionState({ configuration }: { configuration: FunctionConfiguration }) {
  const { State, StateReason, LastUpdateStatus } = configuration;
  const type = State === "Failed" || LastUpdateStatus === "Failed" ? "error" : isSettled(configuration) ? "success" : "in-progress";
  return <StatusIndicator type={type}>{StateReason ? `${State}: ${StateReason}` : State}</StatusIndicator>;
}
