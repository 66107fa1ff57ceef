import type { FunctionUrlConfig } from "@aws-sdk/client-lambda";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { useAws, useChange } from "../../../aws/hooks";
import { deleteUrl, listUrls } from "../../../aws/lambda-settings";
import { Copyable } from "../../../pieces/Copyable";
import { DeleteModal } from "../../../pieces/DeleteModal";
import { ErrorAlert } from "../../../pieces/ErrorAlert";
import { Loading } from "../../../pieces/Loading";
import { timeText } from "../../../pieces/texts";
import type { PartProps } from "../tabs";
import { EditUrl } from "./EditUrl";

const MODES = { BUFFERED: "BUFFERED (the answer at once)", RESPONSE_STREAM: "RESPONSE_STREAM (piece by piece)" };

/** The address at which a function, or an alias, answers HTTP requests. */
export default function UrlSection({ configuration, qualifier }: PartProps) {
  const [dialog, setDialog] = useState<"edit" | "delete" | null>(null);
  const name = configuration.FunctionName ?? "";
  const urls = useAws(listUrls, { FunctionName: name });
  if (!urls.data) return urls.error ? <ErrorAlert error={urls.error} retry={() => void urls.refetch()} /> : <Loading />;
  const url = urls.data.find(({ FunctionArn: arn }) => arn === configuration.FunctionArn);
  if (dialog === "edit") return <EditUrl configuration={configuration} qualifier={qualifier} url={url} onClose={() => setDialog(null)} />;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="An address of its own, for clients that know nothing of AWS."
          actions={
            url ? (
              <SpaceBetween direction="horizontal" size="xs">
                <Button onClick={() => setDialog("delete")}>Delete</Button>
                <Button onClick={() => setDialog("edit")}>Edit</Button>
              </SpaceBetween>
            ) : (
              <Button onClick={() => setDialog("edit")}>Create function URL</Button>
            )
          }
        >
          Function URL
        </Header>
      }
    >
      {url ? <Details url={url} /> : `No URL is configured for this ${qualifier ? "alias" : "function"}.`}
      {dialog === "delete" && <DeleteUrl functionName={name} qualifier={qualifier} onClose={() => setDialog(null)} />}
    </Container>
  );
}

function Details({ url }: { url: FunctionUrlConfig }) {
  const cors = url.Cors;
  return (
    <KeyValuePairs
      columns={3}
      items={[
        { label: "Function URL", value: <Copyable text={url.FunctionUrl ?? ""} what="function URL" /> },
        { label: "Auth type", value: url.AuthType ?? "-" },
        { label: "Invoke mode", value: MODES[url.InvokeMode ?? "BUFFERED"] },
        { label: "Creation time", value: timeText(Date.parse(url.CreationTime ?? "")) },
        { label: "Last modified", value: timeText(Date.parse(url.LastModifiedTime ?? "")) },
        { label: "CORS (cross-origin resource sharing)", value: cors ? "Enabled" : "Not enabled" },
        ...(cors
          ? [
              { label: "Allow origin", value: cors.AllowOrigins?.join(", ") || "-" },
              { label: "Allow methods", value: cors.AllowMethods?.join(", ") || "-" },
              { label: "Allow headers", value: cors.AllowHeaders?.join(", ") || "-" },
              { label: "Expose headers", value: cors.ExposeHeaders?.join(", ") || "-" },
              { label: "Max age", value: cors.MaxAge === undefined ? "-" : `${cors.MaxAge} s` },
              { label: "Allow credentials", value: cors.AllowCredentials ? "Yes" : "No" },
            ]
          : []),
      ]}
    />
  );
}

function DeleteUrl({ functionName, qualifier, onClose }: { functionName: string; qualifier: string | undefined; onClose: () => void }) {
  const remove = useChange(deleteUrl, { says: "The function URL was deleted.", ownError: true });
  const input = { FunctionName: functionName, ...(qualifier ? { Qualifier: qualifier } : {}) };
  return (
    <DeleteModal
      title="Delete function URL"
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate(input, { onSuccess: onClose })}
      onClose={onClose}
    >
      The address is gone for good: a new one for the same function is another. The statements of the resource-based policy stay.
    </DeleteModal>
  );
}
