import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { ActionPicker } from "./ActionPicker";
import { serviceOf, SERVICES } from "./catalog";
import { ResourcePicker } from "./ResourcePicker";
import type { Block } from "./visual";

interface Props {
  value: Block;
  onChange: (block: Block) => void;
  onRemove?: () => void;
}

/** What one service is allowed or denied. */
export function VisualBlock({ value, onChange, onRemove }: Props) {
  const service = serviceOf(value.service);
  const change = (part: Partial<Block>) => onChange({ ...value, ...part });
  return (
    <Container
      header={
        <Header
          variant="h3"
          description={service ? `${value.actions.length} ${value.actions.length === 1 ? "action" : "actions"}` : undefined}
          actions={
            onRemove && (
              <Button iconName="remove" onClick={onRemove}>
                Remove
              </Button>
            )
          }
        >
          {service?.name ?? "Select a service"}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <FormField label="Service" description="Which service the actions are of.">
          <Select
            placeholder="Choose a service"
            filteringType="auto"
            filteringPlaceholder="Find services"
            filteringAriaLabel="Find services"
            selectedOption={service ? { value: service.prefix, label: service.name } : null}
            options={SERVICES.map(({ prefix, name }) => ({ value: prefix, label: name }))}
            onChange={({ detail }) => change({ service: detail.selectedOption.value ?? "", actions: [], resources: [] })}
          />
        </FormField>
        {service && (
          <SpaceBetween size="l">
            <SpaceBetween size="xs">
              <Box variant="awsui-key-label">Effect</Box>
              <SegmentedControl
                label="Effect"
                selectedId={value.effect}
                onChange={({ detail }) => change({ effect: detail.selectedId as Block["effect"] })}
                options={[
                  { id: "Allow", text: "Allow" },
                  { id: "Deny", text: "Deny" },
                ]}
              />
            </SpaceBetween>
            <ActionPicker
              service={service}
              effect={value.effect}
              value={value.actions}
              onChange={(actions) => change({ actions })}
            />
            <ResourcePicker service={service} block={value} onChange={(resources) => change({ resources })} />
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Container>
  );
}
