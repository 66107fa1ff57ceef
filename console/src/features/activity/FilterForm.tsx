import Autosuggest from "@cloudscape-design/components/autosuggest";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";

import type { Activity } from "../../aws/tailrace";
import type { Filters } from "./question";

const DECISIONS = [
  { value: "", label: "Any decision" },
  { value: "Allowed", label: "Allowed" },
  { value: "Denied", label: "Denied" },
  { value: "Undecided", label: "Undecided", description: "No policy was asked: it failed before, or needs no permission" },
];

interface Props {
  filters: Filters;
  /** The calls that are shown, which say what can be looked for. */
  seen: Activity[];
  onChange: (filters: Filters) => void;
}

/** What to look for. Choosing applies at once, typing with Enter. */
export function FilterForm({ filters, seen, onChange }: Props) {
  const [form, setForm] = useState(filters);
  const set = (part: Partial<Filters>) => setForm((before) => ({ ...before, ...part }));
  const apply = (part: Partial<Filters>) => {
    set(part);
    onChange({ ...form, ...part });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange(form);
  };
  const isEmpty = Object.values(form).every((value) => !value);
  return (
    <form onSubmit={submit} aria-label="Filters">
      <SpaceBetween size="s">
        <ColumnLayout columns={5} minColumnWidth={180}>
          <FormField label="Decision">
            <Select
              selectedOption={DECISIONS.find((option) => option.value === form.decision) ?? null}
              options={DECISIONS}
              onChange={({ detail }) => apply({ decision: detail.selectedOption.value ?? "" })}
            />
          </FormField>
          <FormField label="Operation">
            <Autosuggest
              value={form.operation}
              options={choices(seen.map((call) => `${call.Service}:${call.Operation}`))}
              enteredTextLabel={(text) => `Use: ${text}`}
              placeholder="PutItem, sqs:*"
              onChange={({ detail }) => set({ operation: detail.value })}
              onSelect={({ detail }) => apply({ operation: detail.value })}
            />
          </FormField>
          <FormField label="Principal">
            <Autosuggest
              value={form.principal}
              options={choices(seen.flatMap((call) => call.PrincipalArn ?? []))}
              enteredTextLabel={(text) => `Use: ${text}`}
              placeholder="ARN of a user or role"
              onChange={({ detail }) => set({ principal: detail.value })}
              onSelect={({ detail }) => apply({ principal: detail.value })}
            />
          </FormField>
          <FormField label="Resource">
            <Input value={form.resource} placeholder="ARN, may end in *" spellcheck={false} onChange={({ detail }) => set({ resource: detail.value })} />
          </FormField>
          <FormField label="Request ID">
            <Input value={form.request} spellcheck={false} onChange={({ detail }) => set({ request: detail.value })} />
          </FormField>
        </ColumnLayout>
        <SpaceBetween direction="horizontal" size="xs">
          <Button formAction="submit">Apply filters</Button>
          <Button
            formAction="none"
            variant="link"
            disabled={isEmpty}
            onClick={() => apply({ decision: "", operation: "", principal: "", request: "", resource: "" })}
          >
            Clear filters
          </Button>
        </SpaceBetween>
      </SpaceBetween>
    </form>
  );
}

function choices(values: string[]): { value: string }[] {
  return [...new Set(values)].sort().map((value) => ({ value }));
}
