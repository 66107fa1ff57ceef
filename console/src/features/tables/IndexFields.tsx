import type { ProjectionType } from "@aws-sdk/client-dynamodb";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";

import { KeyFields } from "./KeyFields";
import { indexName, type NewIndex } from "./new-index";

interface Props {
  index: NewIndex;
  onChange: (index: NewIndex) => void;
}

/** The keys of a new index, its name, and what it copies. */
export function IndexFields({ index, onChange }: Props) {
  const change = (part: Partial<NewIndex>) => onChange({ ...index, ...part });
  const local = index.kind === "Local";
  return (
    <>
      {!local && (
        <KeyFields
          label="Partition key"
          description="The attribute to query by."
          value={index.partition}
          onChange={(partition) => change({ partition })}
        />
      )}
      <KeyFields
        label="Sort key"
        optional={!local}
        description={local ? `Orders the items of each ${index.partition.name || "partition key"}, too.` : "Orders what a query finds."}
        value={index.sort}
        onChange={(sort) => change({ sort })}
      />
      <FormField label="Index name" constraintText="Between 3 and 255 characters.">
        <Input value={indexName(index)} onChange={({ detail }) => change({ name: detail.value })} spellcheck={false} />
      </FormField>
      <FormField label="Attribute projections" description="What the index copies of each item.">
        <RadioGroup
          value={index.projection}
          onChange={({ detail }) => change({ projection: detail.value as ProjectionType })}
          items={[
            { value: "ALL", label: "All" },
            { value: "KEYS_ONLY", label: "Only keys" },
            { value: "INCLUDE", label: "Include", description: "The keys, and the attributes that you name." },
          ]}
        />
      </FormField>
      {index.projection === "INCLUDE" && (
        <FormField label="Attributes to include" constraintText="Names, with commas between them.">
          <Input value={index.included} onChange={({ detail }) => change({ included: detail.value })} spellcheck={false} />
        </FormField>
      )}
    </>
  );
}
