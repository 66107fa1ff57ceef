import type { ApplicationLogLevel, LogFormat, SystemLogLevel } from "@aws-sdk/client-lambda";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { to } from "../../app/paths";
import { useChange } from "../../aws/hooks";
import { updateFunctionConfiguration } from "../../aws/lambda";
import { EditingSection, SectionForm } from "../../pieces/EditingSection";
import { fixedIn, type PartProps } from "./tabs";

const APPLICATION_LEVELS: ApplicationLogLevel[] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const SYSTEM_LEVELS: SystemLogLevel[] = ["DEBUG", "INFO", "WARN"];

/** Where a function's log goes, in which form, and how much of it. */
export default function LoggingSection({ configuration, qualifier }: PartProps) {
  const { LogFormat: format, LogGroup: group = "", ApplicationLogLevel: application, SystemLogLevel: system } = configuration.LoggingConfig ?? {};
  return (
    <EditingSection
      title="Logging configuration"
      fixed={fixedIn(qualifier)}
      form={(close) => <EditLogging configuration={configuration} onClose={close} />}
    >
      <KeyValuePairs
        columns={4}
        items={[
          { label: "CloudWatch log group", value: <Link href={to.logGroup(group)}>{group}</Link> },
          { label: "Log format", value: format ?? "-" },
          { label: "Application log level", value: application ?? "-" },
          { label: "System log level", value: system ?? "-" },
        ]}
      />
    </EditingSection>
  );
}

function EditLogging({ configuration, onClose }: Pick<PartProps, "configuration"> & { onClose: () => void }) {
  const now = configuration.LoggingConfig ?? {};
  const usual = `/aws/lambda/${configuration.FunctionName}`;
  const [format, setFormat] = useState<LogFormat>(now.LogFormat ?? "Text");
  const [application, setApplication] = useState<ApplicationLogLevel>(now.ApplicationLogLevel ?? "INFO");
  const [system, setSystem] = useState<SystemLogLevel>(now.SystemLogLevel ?? "INFO");
  const [where, setWhere] = useState(now.LogGroup === usual ? "default" : "custom");
  const [group, setGroup] = useState(now.LogGroup ?? "");
  const update = useChange(updateFunctionConfiguration, {
    says: `Successfully updated the function ${configuration.FunctionName}.`,
    ownError: true,
  });
  const submit = () => {
    const levels = format === "JSON" ? { ApplicationLogLevel: application, SystemLogLevel: system } : {};
    const LoggingConfig = { LogFormat: format, ...levels, LogGroup: where === "default" ? usual : group };
    update.mutate({ FunctionName: configuration.FunctionName, LoggingConfig }, { onSuccess: onClose });
  };
  return (
    <SectionForm title="Edit logging configuration" busy={update.isPending} error={update.error} onSave={submit} onClose={onClose}>
      <FormField label="Log format">
        <RadioGroup
          value={format}
          onChange={({ detail }) => setFormat(detail.value as LogFormat)}
          items={[
            { value: "Text", label: "Text", description: "The code's lines as it writes them." },
            { value: "JSON", label: "JSON", description: "Each line an object, which can be searched by its members and left out by its level." },
          ]}
        />
      </FormField>
      {format === "JSON" && (
        <SpaceBetween size="m">
          <FormField label="Application log level" description="Of the code's own lines: this level and those above.">
            <Levels value={application} levels={APPLICATION_LEVELS} onChange={setApplication} />
          </FormField>
          <FormField label="System log level" description="Of the lines that the platform writes about each run.">
            <Levels value={system} levels={SYSTEM_LEVELS} onChange={setSystem} />
          </FormField>
        </SpaceBetween>
      )}
      <FormField label="CloudWatch log group">
        <RadioGroup
          value={where}
          onChange={({ detail }) => setWhere(detail.value)}
          items={[
            { value: "default", label: "Default", description: usual },
            { value: "custom", label: "Custom", description: "The execution role must be allowed to write to it." },
          ]}
        />
      </FormField>
      {where === "custom" && (
        <FormField label="Log group name">
          <Input value={group} spellcheck={false} onChange={({ detail }) => setGroup(detail.value)} />
        </FormField>
      )}
    </SectionForm>
  );
}

function Levels<Level extends string>({ value, levels, onChange }: { value: Level; levels: Level[]; onChange: (level: Level) => void }) {
  return (
    <Select
      selectedOption={{ value, label: value }}
      options={levels.map((level) => ({ value: level, label: level }))}
      onChange={({ detail }) => onChange(levels.find((level) => level === detail.selectedOption.value) ?? value)}
    />
  );
}
