import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { SavedEvent } from "./saved-events";
import { TEMPLATES } from "./test-events";

interface Props {
  saved: SavedEvent[];
  /** The saved event that is edited; a new one where there is none. */
  chosen: SavedEvent | undefined;
  name: string;
  setName: (name: string) => void;
  template: string;
  /** Begin with a template. */
  choose: (template: string) => void;
  /** Why the event isn't saved. */
  problem: string;
  /** Edit a saved event, or a new one (""). */
  open: (name: string) => void;
}

/** Which event is edited, and what it is called. */
export function TestEventFields({ saved, chosen, name, setName, template, choose, problem, open }: Props) {
  return (
    <SpaceBetween size="m">
      <FormField label="Test event action">
        <RadioGroup
          value={chosen ? "edit" : "create"}
          onChange={({ detail }) => open(detail.value === "edit" ? (saved[0]?.name ?? "") : "")}
          items={[
            { value: "create", label: "Create new event" },
            { value: "edit", label: "Edit saved event", disabled: saved.length === 0 },
          ]}
        />
      </FormField>
      {chosen ? (
        <FormField label="Event name" errorText={problem}>
          <Select
            selectedOption={{ value: chosen.name, label: chosen.name }}
            options={saved.map((each) => ({ value: each.name, label: each.name }))}
            onChange={({ detail }) => open(detail.selectedOption.value ?? "")}
          />
        </FormField>
      ) : (
        <SpaceBetween size="m">
          <FormField
            label={<span>Event name - <i>needed to save it</i></span>}
            errorText={problem}
            constraintText="Up to 25 letters, numbers, dots, hyphens and underscores."
          >
            <Input ariaLabel="Event name" value={name} placeholder="MyEventName" spellcheck={false} onChange={({ detail }) => setName(detail.value)} />
          </FormField>
          <FormField label="Template">
            <Select
              selectedOption={{ value: template, label: template }}
              options={TEMPLATES.map(({ label, description }) => ({ value: label, label, description }))}
              onChange={({ detail }) => choose(detail.selectedOption.value ?? "")}
            />
          </FormField>
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
