import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TextFilter from "@cloudscape-design/components/text-filter";
import TokenGroup from "@cloudscape-design/components/token-group";
import { useState } from "react";

import { type Action, levelOf, LEVELS, type Service } from "./catalog";

interface Props {
  service: Service;
  effect: "Allow" | "Deny";
  /** Names without the service's prefix. */
  value: string[];
  onChange: (actions: string[]) => void;
}

/** The actions of a service: found by name, ticked, and shown as tokens. */
export function ActionPicker({ service, effect, value, onChange }: Props) {
  const [find, setFind] = useState("");
  const found = service.actions.filter((action) => action.name.toLowerCase().includes(find.trim().toLowerCase()));
  const set = (action: Action, on: boolean) =>
    onChange(on ? [...value, action.name] : value.filter((name) => name !== action.name));
  return (
    <SpaceBetween size="s">
      <FormField label={effect === "Allow" ? "Actions allowed" : "Actions denied"} description="Find actions by their names, and tick them.">
        <TextFilter
          filteringText={find}
          onChange={({ detail }) => setFind(detail.filteringText)}
          filteringPlaceholder="Filter actions"
          filteringAriaLabel="Filter actions"
          countText={find ? `${found.length} matches` : ""}
        />
      </FormField>
      {value.length > 0 && (
        <TokenGroup
          items={value.map((name) => ({ label: name, dismissLabel: `Remove ${name}` }))}
          onDismiss={({ detail }) => onChange(value.filter((_name, at) => at !== detail.itemIndex))}
          limit={12}
          i18nStrings={{ limitShowFewer: "Show fewer", limitShowMore: "Show all" }}
        />
      )}
      {LEVELS.map((level) => {
        const actions = found.filter((action) => levelOf(action) === level);
        if (actions.length === 0) return null;
        const ticked = actions.filter((action) => value.includes(action.name)).length;
        return (
          <ExpandableSection
            // Opened anew by each search, and otherwise as one leaves it.
            key={`${level}-${Boolean(find)}`}
            defaultExpanded={Boolean(find)}
            headerText={level}
            headerCounter={`(${ticked ? `${ticked}/` : ""}${actions.length})`}
            headingTagOverride="h4"
          >
            <ColumnLayout columns={3} minColumnWidth={220}>
              {actions.map((action) => (
                <Checkbox
                  key={action.name}
                  checked={value.includes(action.name)}
                  onChange={({ detail }) => set(action, detail.checked)}
                  description={action.grants}
                >
                  {action.name}
                </Checkbox>
              ))}
            </ColumnLayout>
          </ExpandableSection>
        );
      })}
      {found.length === 0 && <Box color="text-body-secondary">No action of {service.name} matches “{find}”</Box>}
    </SpaceBetween>
  );
}
