import type { ExecuteStatementCommandInput, ExecuteStatementCommandOutput } from "@aws-sdk/client-dynamodb";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { type FormEvent, useState } from "react";

import { describeTable, executeStatement, listTables } from "../../aws/dynamodb";
import { useAws, useChange } from "../../aws/hooks";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { useParameter } from "../../pieces/useParameter";
import { StatementResults } from "./StatementResults";
import { isRead, type Template, template, TEMPLATES } from "./statement";

const PAGE_SIZE = 50;

/** Run a PartiQL statement. One of the address is there to read, and runs when somebody says so. */
export default function PartiqlPage() {
  const [address, setAddress] = useParameter("statement");
  const [statement, setStatement] = useState(address);
  const [asked, setAsked] = useState<ExecuteStatementCommandInput | null>(null);
  const [wrote, setWrote] = useState<ExecuteStatementCommandOutput | null>(null);
  const found = useAws(executeStatement, asked, { keepPrevious: true });
  const write = useChange(executeStatement, { says: "The statement has been carried out.", ownError: true });
  const read = (Statement: string, NextToken?: string) => {
    const input = { Statement, Limit: PAGE_SIZE, ...(NextToken ? { NextToken } : {}) };
    if (JSON.stringify(asked) === JSON.stringify(input)) void found.refetch();
    else setAsked(input);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAddress(statement);
    write.reset();
    setWrote(null);
    if (isRead(statement)) return read(statement);
    setAsked(null);
    write.mutate({ Statement: statement }, { onSuccess: setWrote });
  };
  const error = write.error ?? (asked ? found.error : null);
  const answer = asked && !found.error ? found.data : wrote;
  return (
    <SpaceBetween size="m">
      <Header variant="h1" description="Reads and writes items by statements that resemble SQL.">
        PartiQL editor
      </Header>
      <Container>
        <form onSubmit={submit}>
          <SpaceBetween size="m">
            <Beginnings onChoose={setStatement} />
            <FormField label="Statement" stretch>
              <Textarea
                value={statement}
                onChange={({ detail }) => setStatement(detail.value)}
                rows={5}
                placeholder={`SELECT * FROM "table"`}
                spellcheck={false}
              />
            </FormField>
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="primary" disabled={!statement.trim()} loading={write.isPending || found.isFetching}>
                Run
              </Button>
              <Button formAction="none" onClick={() => setStatement("")}>
                Clear
              </Button>
            </SpaceBetween>
          </SpaceBetween>
        </form>
      </Container>
      <ErrorAlert error={error} />
      {answer && (
        <StatementResults
          answer={answer}
          busy={found.isFetching}
          {...(asked && answer.NextToken ? { onNext: () => read(asked.Statement ?? "", answer.NextToken) } : {})}
        />
      )}
    </SpaceBetween>
  );
}

/** A table, and statements to begin with. */
function Beginnings({ onChoose }: { onChoose: (statement: string) => void }) {
  const tables = useAws(listTables, {});
  const [name, setName] = useState("");
  const table = useAws(describeTable, name ? { TableName: name } : null).data?.Table;
  return (
    <FormField label="Table" description="Gives you a statement to begin with.">
      <SpaceBetween direction="horizontal" size="xs">
        <Select
          placeholder="Choose a table"
          filteringType="auto"
          selectedOption={name ? { value: name } : null}
          options={(tables.data ?? []).map((value) => ({ value }))}
          statusType={tables.isPending ? "loading" : "finished"}
          empty="No tables"
          onChange={({ detail }) => setName(detail.selectedOption.value ?? "")}
        />
        <ButtonDropdown
          disabled={!table}
          items={TEMPLATES}
          onItemClick={({ detail }) => table && onChoose(template(detail.id as Template, table))}
        >
          Statement
        </ButtonDropdown>
      </SpaceBetween>
    </FormField>
  );
}
