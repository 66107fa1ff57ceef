import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";

import { useAws, useChange } from "../../../aws/hooks";
import { deleteEventConfig, listEventConfigs } from "../../../aws/lambda-settings";
import { durationText } from "../../sqs/durations";
import { EditingSection } from "../../../pieces/EditingSection";
import { ErrorAlert } from "../../../pieces/ErrorAlert";
import { Loading } from "../../../pieces/Loading";
import type { PartProps } from "../tabs";
import { EditEvents } from "./EditEvents";
import { settingsOf } from "./events";
import { TargetLink } from "./TargetLink";

/** What becomes of events that are left for the function, or for one of its versions or aliases. */
export default function EventsSection({ configuration, qualifier }: PartProps) {
  const name = configuration.FunctionName ?? "";
  const target = { FunctionName: name, ...(qualifier ? { Qualifier: qualifier } : {}) };
  const configs = useAws(listEventConfigs, { FunctionName: name });
  const restore = useChange(deleteEventConfig, { says: "Events are treated as usual again." });
  if (!configs.data) return configs.error ? <ErrorAlert error={configs.error} retry={() => void configs.refetch()} /> : <Loading />;
  const ofThis = `:${name}:${qualifier ?? "$LATEST"}`;
  const config = configs.data.find(({ FunctionArn: arn = "" }) => arn.endsWith(ofThis));
  const settings = settingsOf(config);
  const deadLetters = configuration.DeadLetterConfig?.TargetArn;
  return (
    <EditingSection
      title="Asynchronous invocation"
      description="Events are kept, and the function is called with them as soon as it can be: invocations of the type Event, and what topics send."
      actions={
        <Button disabled={!config} loading={restore.isPending} onClick={() => restore.mutate(target)}>
          Restore defaults
        </Button>
      }
      form={(close) => (
        <EditEvents target={target} settings={settings} {...(qualifier ? {} : { deadLetters: deadLetters ?? "" })} onClose={close} />
      )}
    >
      <KeyValuePairs
        columns={3}
        items={[
          { label: "Maximum age of event", value: durationText(Number(settings.age)) },
          { label: "Retry attempts", value: settings.retries },
          { label: "Dead-letter queue", value: <TargetLink arn={deadLetters} /> },
          { label: "On-success destination", value: <TargetLink arn={settings.onSuccess} /> },
          { label: "On-failure destination", value: <TargetLink arn={settings.onFailure} /> },
        ]}
      />
    </EditingSection>
  );
}
