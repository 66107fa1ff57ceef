import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";

import { functionName as nameOf } from "../../aws/arn";
import { describeTables } from "../../aws/dynamodb";
import { useAws } from "../../aws/hooks";
import { listEventSourceMappings, listFunctions } from "../../aws/lambda";
import { type Fields, idsOf } from "./choice";

type Texts = Exclude<keyof Fields, "batchSize" | "retries">;

interface Props {
  fields: Fields;
  onChange: Record<Texts, (next: string) => void>;
  onNumbers: (next: { batchSize: string; retries: string }) => void;
}

const HALVES = [{ colspan: { default: 12, xs: 6 } }, { colspan: { default: 12, xs: 6 } }] as const;
const NO_TRIGGER = { value: "", label: "No trigger: a function of its own, without a filter" };

/** The fields of a replay: which records, and where to. */
export function ReplayFields({ fields, onChange, onNumbers }: Props) {
  const tables = useAws(describeTables, {});
  const functions = useAws(listFunctions, {});
  const mappings = useAws(listEventSourceMappings, {});
  const streams = (tables.data ?? []).flatMap(({ LatestStreamArn: value, TableName: label = "" }) => (value ? [{ value, label }] : []));
  const named = (functions.data ?? []).map(({ FunctionName: value = "" }) => ({ value }));
  const triggers = (mappings.data ?? [])
    .filter(({ EventSourceArn: arn = "" }) => (fields.stream ? arn === fields.stream : arn.includes(":dynamodb:")))
    .map(({ UUID: value = "", FunctionArn: arn = "" }) => ({ value, label: nameOf(arn), description: value }));
  const byId = idsOf(fields.records).length > 0;
  const picked = <Option extends { value: string }>(options: Option[], value: string) =>
    options.find((option) => option.value === value) ?? (value ? { value, label: value } : null);
  const { batchSize, retries } = fields;
  return (
    <SpaceBetween size="m">
      <FormField label="Event IDs" description="One a line. Leave it empty for a range of time.">
        <Textarea value={fields.records} rows={2} onChange={({ detail }) => onChange.records(detail.value)} />
      </FormField>
      {!byId && (
        <Grid gridDefinition={[{ colspan: { default: 12, xs: 6 } }, { colspan: { default: 6, xs: 3 } }, { colspan: { default: 6, xs: 3 } }]}>
          <FormField label="Stream of table">
            <Select
              options={streams}
              selectedOption={picked(streams, fields.stream)}
              placeholder="Choose a table"
              empty="No table has a stream"
              onChange={({ detail }) => onChange.stream(detail.selectedOption.value ?? "")}
            />
          </FormField>
          <FormField label="Since" description="Empty: from the oldest on.">
            <Input value={fields.since} placeholder="2026-11-29T16:00" onChange={({ detail }) => onChange.since(detail.value)} />
          </FormField>
          <FormField label="Until" description="Empty: to the latest.">
            <Input value={fields.until} placeholder="2026-11-29T17:00" onChange={({ detail }) => onChange.until(detail.value)} />
          </FormField>
        </Grid>
      )}
      <Grid gridDefinition={[...HALVES]}>
        <FormField label="As a trigger would" description="Takes over its function, filter, batch size and bisection.">
          <Select
            options={[NO_TRIGGER, ...triggers]}
            selectedOption={picked([NO_TRIGGER, ...triggers], fields.mapping) ?? NO_TRIGGER}
            onChange={({ detail }) => onChange.mapping(detail.selectedOption.value ?? "")}
          />
        </FormField>
        <FormField label="Function" description="In place of the trigger's, if there is one.">
          <Select
            options={named}
            selectedOption={picked(named, fields.functionName)}
            placeholder="Choose a function"
            empty="No functions"
            onChange={({ detail }) => onChange.functionName(detail.selectedOption.value ?? "")}
          />
        </FormField>
      </Grid>
      <Grid gridDefinition={[...HALVES]}>
        <FormField label="Batch size" description="Empty: the trigger's, or 100.">
          <Input
            type="number"
            value={batchSize}
            onChange={({ detail }) => onNumbers({ retries, batchSize: detail.value })}
          />
        </FormField>
        <FormField label="Retry attempts" description="Empty: 2. Then a batch is passed over.">
          <Input type="number" value={retries} onChange={({ detail }) => onNumbers({ batchSize, retries: detail.value })} />
        </FormField>
      </Grid>
    </SpaceBetween>
  );
}
