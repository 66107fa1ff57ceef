import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";
import { useNavigate } from "react-router";

import { to } from "../../app/paths";
import { createTable } from "../../aws/dynamodb";
import { useChange } from "../../aws/hooks";
import { FormPage } from "../../pieces/FormPage";
import { TagsContainer } from "../../pieces/TagsContainer";
import { KeyFields } from "./KeyFields";
import { createTableInput, NEW_TABLE, type NewTable } from "./new-table";
import { TableSettings } from "./TableSettings";

/** Create table: its name, its key, and its settings. */
export default function CreateTablePage() {
  const navigate = useNavigate();
  const [form, setForm] = useState(NEW_TABLE);
  const change = (part: Partial<NewTable>) => setForm((before) => ({ ...before, ...part }));
  const create = useChange(createTable, { says: `The ${form.name} table is being created.`, ownError: true });
  const submit = () => {
    create.mutate(createTableInput(form), { onSuccess: () => void navigate(to.tables()) });
  };
  return (
    <FormPage title="Create table" onSubmit={submit} cancel={to.tables()} busy={create.isPending} values={form} error={create.error}>
      <Container
        header={
          <Header variant="h2" description="A table needs a name and a primary key, and no other schema.">
            Table details
          </Header>
        }
      >
        <SpaceBetween size="l">
          <FormField
            label="Table name"
            constraintText="Between 3 and 255 characters: letters, numbers, underscores, hyphens and periods."
          >
            <Input
              value={form.name}
              onChange={({ detail }) => change({ name: detail.value })}
              placeholder="Enter name for table"
              autoFocus
              spellcheck={false}
            />
          </FormField>
          <KeyFields
            label="Partition key"
            description="Hashed, it says where an item lies; all items of one partition key form a collection."
            value={form.partition}
            onChange={(partition) => change({ partition })}
          />
          <KeyFields
            label="Sort key"
            optional
            description="Orders the items of a collection, so that a query reads a range of them."
            value={form.sort}
            onChange={(sort) => change({ sort })}
          />
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">Table settings</Header>}>
        <SpaceBetween size="l">
          <Tiles
            ariaLabel="Table settings"
            value={form.customized ? "customized" : "default"}
            onChange={({ detail }) => change({ customized: detail.value === "customized" })}
            items={[
              {
                value: "default",
                label: "Default settings",
                description: "On-demand capacity, no secondary indexes, no deletion protection. All but local indexes can be changed later.",
              },
              { value: "customized", label: "Customize settings", description: "Choose table class, capacity, secondary indexes and protection now." },
            ]}
          />
          {form.customized && <TableSettings form={form} onChange={change} />}
        </SpaceBetween>
      </Container>
      <TagsContainer tags={form.tags} onChange={(tags) => change({ tags })} />
    </FormPage>
  );
}
