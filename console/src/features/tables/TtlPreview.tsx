import type { TableDescription } from "@aws-sdk/client-dynamodb";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";

import { type ServerClock, useServerClock } from "../../app/server-clock";
import { describeTimeToLive } from "../../aws/dynamodb";
import { useAws } from "../../aws/hooks";
import { DateTimeFields } from "../../pieces/DateTimeFields";
import { ErrorAlert } from "../../pieces/ErrorAlert";
import { localText, timeOf } from "../../pieces/local-time";
import { ExpiringItems } from "./ExpiringItems";
import { MoveClock } from "./MoveClock";
import { expiringItems } from "./ttl";

const SPANS = [
  { seconds: 600, text: "In 10 minutes" },
  { seconds: 3_600, text: "In 1 hour" },
  { seconds: 86_400, text: "In 1 day" },
  { seconds: 30 * 86_400, text: "In 30 days" },
];

/** Which items will have been deleted by a time, and the server's clock moved there. */
export function TtlPreview({ table }: { table: TableDescription }) {
  const clock = useServerClock();
  const answer = useAws(describeTimeToLive, { TableName: table.TableName });
  if (!clock || !answer.data) return <ErrorAlert error={answer.error} />;
  return <Preview table={table} clock={clock} attribute={answer.data.TimeToLiveDescription?.AttributeName} />;
}

interface Props {
  table: TableDescription;
  clock: ServerClock;
  /** The attribute by which items expire; undefined where none do. */
  attribute: string | undefined;
}

function Preview({ table, clock, attribute }: Props) {
  const [named, setNamed] = useState("");
  const [time, setTime] = useState(() => localText(new Date(clock.now + 86_400_000)));
  const [asked, setAsked] = useState<{ by: number; now: number; attribute: string } | null>(null);
  const [moved, setMoved] = useState(false);
  const found = useAws(expiringItems, asked && { table, ...asked }, { keepPrevious: true });
  const by = timeOf(time)?.getTime();
  const wanted = attribute ?? named;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (by === undefined || !wanted) return;
    setMoved(false);
    setAsked({ by: Math.floor(by / 1000), now: Math.floor(clock.now / 1000), attribute: wanted });
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="See which items will have been deleted by a date and time. Nothing is deleted by looking."
        >
          Preview of TTL
        </Header>
      }
    >
      <form onSubmit={submit}>
        <SpaceBetween size="m">
          {attribute === undefined && (
            <FormField label="Attribute to preview" description="Time to Live is off; try an attribute before you turn it on.">
              <Input value={named} onChange={({ detail }) => setNamed(detail.value)} spellcheck={false} />
            </FormField>
          )}
          <FormField label="Simulated date and time" stretch>
            <DateTimeFields value={time} onChange={setTime} />
          </FormField>
          <SpaceBetween direction="horizontal" size="xs">
            {SPANS.map(({ seconds, text }) => (
              <Button key={text} formAction="none" onClick={() => setTime(localText(new Date(clock.now + seconds * 1000)))}>
                {text}
              </Button>
            ))}
            <Button variant="primary" disabled={by === undefined || !wanted} loading={found.isFetching}>
              Run preview
            </Button>
          </SpaceBetween>
          <ErrorAlert error={found.error} />
          {asked && found.data && <ExpiringItems table={table} attribute={asked.attribute} by={asked.by} found={found.data} />}
          {asked && attribute !== undefined && (
            <MoveClock table={table} clock={clock} by={asked.by} moved={moved} onMoved={() => setMoved(true)} />
          )}
        </SpaceBetween>
      </form>
    </Container>
  );
}
