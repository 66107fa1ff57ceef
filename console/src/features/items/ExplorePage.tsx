import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate, useParams, useSearchParams } from "react-router";

import { to } from "../../app/paths";
import { describeTable, listTables } from "../../aws/dynamodb";
import { isMissing } from "../../aws/errors";
import { useAws } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { NotFound } from "../../pieces/NotFound";
import { ItemsTable } from "./ItemsTable";
import { type Question, read, write } from "./question";
import { QuestionForm } from "./QuestionForm";

/** Explore items: query or scan a table, and go to its items. */
export default function ExplorePage() {
  const { table: name } = useParams();
  const navigate = useNavigate();
  const [parameters, setParameters] = useSearchParams();
  const tables = useAws(listTables, {});
  const table = useAws(describeTable, name ? { TableName: name } : null);
  if (name && isMissing(table.error)) return <NotFound what="table" name={name} back={{ text: "Tables", href: to.tables() }} />;
  const question = read(parameters);
  const ask = (next: Question) => setParameters(write(next));
  return (
    <SpaceBetween size="m">
      <Header variant="h1">{name ?? "Explore items"}</Header>
      <ErrorAlert error={tables.error ?? table.error} />
      {!name && (
        <Container>
          <FormField label="Table">
            <Select
              placeholder="Choose a table"
              filteringType="auto"
              selectedOption={null}
              options={(tables.data ?? []).map((value) => ({ value, label: value }))}
              statusType={tables.isPending ? "loading" : "finished"}
              empty="No tables"
              onChange={({ detail }) => void navigate(to.items(detail.selectedOption.value))}
            />
          </FormField>
        </Container>
      )}
      {name && table.data?.Table && (
        <SpaceBetween size="m">
          <QuestionForm key={`${name}?${parameters}`} table={table.data.Table} question={question} onAsk={ask} />
          <ItemsTable table={table.data.Table} question={question} onAsk={ask} />
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
