import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { lazy, Suspense, useState } from "react";

import { useAws, useChange } from "../../aws/hooks";
import { updateFunctionCode } from "../../aws/lambda";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { LeaveGuard } from "../../pieces/LeaveGuard";
import { Loading } from "../../pieces/Loading";
import { bytesText } from "../../pieces/texts";
import { useParameter } from "../../pieces/useParameter";
import { codeOf } from "./code";
import { FileList } from "./FileList";
import { FunctionLayers } from "./layers/FunctionLayers";
import { type Files, handlerFile, languageOf, pack, same, textOf, withText } from "./package";
import type { PartProps } from "./tabs";

const Editor = lazy(() => import("../../pieces/editor/Editor"));
const EDITOR_PX = 420;

/** The files of a function, an editor for them, and Deploy. */
export default function CodeTab({ configuration, qualifier }: PartProps) {
  const name = configuration.FunctionName ?? "";
  const deployed = useAws(codeOf, { FunctionName: name, sha: configuration.CodeSha256 ?? "", ...(qualifier ? { Qualifier: qualifier } : {}) });
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={deployed.error} retry={() => void deployed.refetch()} />
      {deployed.data ? (
        <Source key={name} name={name} handler={configuration.Handler} deployed={deployed.data} fixed={Boolean(qualifier)} />
      ) : (
        deployed.isPending && <Loading />
      )}
      <Container header={<Header variant="h2">Runtime settings</Header>}>
        <KeyValuePairs
          columns={4}
          items={[
            { label: "Runtime", value: configuration.Runtime ?? "-" },
            { label: "Handler", value: configuration.Handler ?? "-" },
            { label: "Code size", value: bytesText(configuration.CodeSize ?? 0) },
            { label: "SHA-256 of the code", value: <Box variant="code">{configuration.CodeSha256}</Box> },
          ]}
        />
      </Container>
      <FunctionLayers configuration={configuration} qualifier={qualifier} />
    </SpaceBetween>
  );
}

interface SourceProps {
  name: string;
  handler: string | undefined;
  deployed: Files;
  /** The code of a version, which is only read. */
  fixed: boolean;
}

function Source({ name, handler, deployed, fixed }: SourceProps) {
  const [edited, setEdited] = useState<Files | null>(null);
  const files = edited ?? deployed;
  const changed = edited !== null && !same(edited, deployed);
  const [chosen, choose] = useParameter("file", handlerFile(deployed, handler) ?? "");
  const deploy = useChange(updateFunctionCode, { says: `Successfully updated the function ${name}.` });
  const bytes = files[chosen];
  const text = bytes ? textOf(bytes) : null;
  const submit = () => deploy.mutate({ FunctionName: name, ZipFile: pack(files) }, { onSuccess: () => setEdited(null) });
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={fixed && "The code of a version is only read: it is changed under the qualifier $LATEST."}
          actions={
            !fixed && (
              <SpaceBetween direction="horizontal" size="xs" alignItems="center">
                <StatusIndicator type={changed ? "pending" : "success"}>
                  {changed ? "Changes not deployed" : "Deployed"}
                </StatusIndicator>
                <Button disabled={!changed || deploy.isPending} onClick={() => setEdited(null)}>
                  Undo
                </Button>
                <Button variant="primary" disabled={!changed} loading={deploy.isPending} onClick={submit}>
                  Deploy
                </Button>
              </SpaceBetween>
            )
          }
        >
          Code source
        </Header>
      }
    >
      <LeaveGuard changed={changed} busy={deploy.isPending} parameter="tab" />
      <Grid gridDefinition={[{ colspan: { default: 12, s: 3, l: 2 } }, { colspan: { default: 12, s: 9, l: 10 } }]}>
        <FileList root={name} files={files} deployed={deployed} chosen={chosen} onChoose={choose} {...(fixed ? {} : { onChange: setEdited })} />
        {text === null ? (
          <Alert type="info">
            {bytes ? `${chosen} is no text, or too large to be edited here (${bytesText(bytes.length)}).` : `There is no file ${chosen}.`}
          </Alert>
        ) : (
          <Suspense fallback={<Loading />}>
            <Editor
              key={chosen}
              value={text}
              language={languageOf(chosen)}
              label={`Code of ${chosen}`}
              height={EDITOR_PX}
              readOnly={fixed}
              onChange={(next) => setEdited(withText(files, chosen, next))}
            />
          </Suspense>
        )}
      </Grid>
    </Container>
  );
}
