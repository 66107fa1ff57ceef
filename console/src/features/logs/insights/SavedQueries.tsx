import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { useAws, useChange } from "../../../aws/hooks";
import { deleteQueryDefinition, describeQueryDefinitions, putQueryDefinition } from "../../../aws/logs";
import { FormModal } from "../../../pieces/FormModal";
import { SAMPLES } from "./samples";

interface Props {
  query: string;
  groups: string[];
  onChoose: (query: string, groups: string[]) => void;
}

/** The sample queries and one's own, to choose from; saves the query that stands in the editor. */
export function SavedQueries({ query, groups, onChoose }: Props) {
  const saved = useAws(describeQueryDefinitions, {});
  const save = useChange(putQueryDefinition, { says: "Query saved", ownError: true });
  const remove = useChange(deleteQueryDefinition, { says: "Saved query deleted" });
  const [name, setName] = useState<string | null>(null);
  const own = saved.data ?? [];
  const chosen = (id: string) => {
    const sample = SAMPLES.find(({ value }) => value === id);
    const definition = own.find(({ queryDefinitionId }) => queryDefinitionId === id);
    if (sample) onChoose(sample.query, []);
    else if (definition) onChoose(definition.queryString ?? "", definition.logGroupNames ?? []);
    else remove.mutate({ queryDefinitionId: id.replace("delete ", "") });
  };
  const items = [
    { text: "Sample queries", items: SAMPLES.map(({ value, label }) => ({ id: value, text: label })) },
    ...(own.length
      ? [
          { text: "Saved queries", items: own.map(({ queryDefinitionId: id = "", name: text = "" }) => ({ id, text })) },
          { text: "Delete", items: own.map(({ queryDefinitionId: id = "", name: text = "" }) => ({ id: `delete ${id}`, text: `Delete ${text}` })) },
        ]
      : []),
  ];
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <ButtonDropdown items={items} expandableGroups onItemClick={({ detail }) => chosen(detail.id)}>
        Queries
      </ButtonDropdown>
      <Button formAction="none" disabled={!query.trim()} onClick={() => setName("")}>
        Save
      </Button>
      {name !== null && (
        <FormModal
          title="Save query"
          action="Save"
          busy={save.isPending}
          error={save.error}
          disabled={!name.trim()}
          onClose={() => setName(null)}
          onSubmit={() =>
            save.mutate(
              { name: name.trim(), queryString: query, ...(groups.length ? { logGroupNames: groups } : {}) },
              { onSuccess: () => setName(null) },
            )
          }
        >
          <FormField label="Query name">
            <Input value={name} autoFocus onChange={({ detail }) => setName(detail.value)} />
          </FormField>
        </FormModal>
      )}
    </SpaceBetween>
  );
}
