import type { TableDescription } from "@aws-sdk/client-dynamodb";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";

import { FilterFields } from "./FilterFields";
import { keysOf, NOTHING_ASKED, type Question, SORT_CONDITIONS } from "./question";

interface Props {
  table: TableDescription;
  question: Question;
  onAsk: (question: Question) => void;
}

/** Query or scan, of the table or an index, with conditions and filters. */
export function QuestionForm({ table, question, onAsk }: Props) {
  const [form, setForm] = useState(question);
  const change = (part: Partial<Question>) => setForm((before) => ({ ...before, ...part }));
  const { partition, sort } = keysOf(table, form.index);
  const indexes = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  const sources = [
    { value: "", label: `Table - ${table.TableName}` },
    ...indexes.map(({ IndexName = "" }) => ({ value: IndexName, label: `Index - ${IndexName}` })),
  ];
  const [refused, setRefused] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const lacking = form.mode === "query" && form.partition === "";
    setRefused(lacking);
    if (!lacking) onAsk({ ...form, start: "" });
  };
  return (
    <form onSubmit={submit}>
      <ExpandableSection variant="container" headerText="Scan or query items" defaultExpanded headingTagOverride="h2">
        <SpaceBetween size="m">
          <Grid gridDefinition={[{ colspan: { default: 12, xs: 4 } }, { colspan: { default: 12, xs: 8 } }]}>
            <SegmentedControl
              label="Scan or query"
              selectedId={form.mode}
              onChange={({ detail }) => change({ mode: detail.selectedId as Question["mode"] })}
              options={[
                { id: "query", text: "Query" },
                { id: "scan", text: "Scan" },
              ]}
            />
            <Select
              ariaLabel="Table or index"
              selectedOption={sources.find((source) => source.value === form.index) ?? null}
              options={sources}
              onChange={({ detail }) => change({ index: detail.selectedOption.value ?? "" })}
            />
          </Grid>
          {form.mode === "query" && partition && (
            <FormField
              label={`${partition.name} (Partition key)`}
              errorText={refused && form.partition === "" && "A query needs a partition key value. Without one, choose Scan."}
            >
              <Input
                value={form.partition}
                onChange={({ detail }) => change({ partition: detail.value })}
                placeholder="Enter partition key value"
                spellcheck={false}
              />
            </FormField>
          )}
          {form.mode === "query" && sort && (
            <Grid
              gridDefinition={[
                { colspan: { default: 12, xs: 4 } },
                { colspan: { default: 12, xs: form.condition === "between" ? 4 : 8 } },
                { colspan: { default: 12, xs: 4 } },
              ]}
            >
              <FormField label={<span>{sort.name} (Sort key) - <i>optional</i></span>}>
                <Select
                  ariaLabel="Sort key condition"
                  selectedOption={{ value: form.condition, label: words(form.condition) }}
                  options={SORT_CONDITIONS.map((value) => ({ value, label: words(value) }))}
                  onChange={({ detail }) => change({ condition: detail.selectedOption.value ?? "=" })}
                />
              </FormField>
              <FormField label="Sort key value">
                <Input
                  value={form.sort}
                  onChange={({ detail }) => change({ sort: detail.value })}
                  placeholder="Enter sort key value"
                  spellcheck={false}
                />
              </FormField>
              {form.condition === "between" && (
                <FormField label="Upper end">
                  <Input value={form.sort2} onChange={({ detail }) => change({ sort2: detail.value })} spellcheck={false} />
                </FormField>
              )}
            </Grid>
          )}
          {form.mode === "query" && (
            <Checkbox checked={form.descending} onChange={({ detail }) => change({ descending: detail.checked })}>
              Sort descending
            </Checkbox>
          )}
          <FilterFields value={form.filters} onChange={(filters) => change({ filters })} />
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="primary">Run</Button>
            <Button formAction="none" onClick={() => onAsk({ ...NOTHING_ASKED, mode: form.mode })}>
              Reset
            </Button>
          </SpaceBetween>
        </SpaceBetween>
      </ExpandableSection>
    </form>
  );
}

/** A condition in words. */
function words(condition: string): string {
  const names: Record<string, string> = {
    "=": "Equal to",
    "<": "Less than",
    "<=": "Less than or equal to",
    ">": "Greater than",
    ">=": "Greater than or equal to",
    between: "Between",
    begins_with: "Begins with",
  };
  return names[condition] ?? condition;
}
