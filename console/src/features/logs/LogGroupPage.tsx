import type { LogStream } from "@aws-sdk/client-cloudwatch-logs";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { describeLogGroups } from "../../aws/logs";
import { Copyable } from "../../pieces/Copyable";
import { NotFound } from "../../pieces/NotFound";
import { ResourceTable } from "../../pieces/ResourceTable";
import { bytesText, timeText } from "../../pieces/texts";
import { useDeletion } from "../../pieces/useDeletion";
import { streamColumns } from "./columns";
import { DeleteLogGroups, DeleteLogStreams } from "./deletions";
import { latestStreams } from "./latest-streams";
import { retentionText } from "./retention";
import { RetentionModal } from "./RetentionModal";

const POLL_MS = 5_000;

/** One log group: its streams, the one with the latest event first. */
export default function LogGroupPage() {
  const { group: name = "" } = useParams();
  const groups = useAws(describeLogGroups, { logGroupNamePrefix: name });
  const group = groups.data?.find((each) => each.logGroupName === name);
  const streams = useAws(latestStreams, { logGroupName: name }, { every: POLL_MS });
  const deletion = useDeletion(to.logGroups());
  const [selected, setSelected] = useState<LogStream[]>([]);
  const [dialog, setDialog] = useState<"retention" | "streams" | null>(null);
  if (groups.data && !group) return <NotFound what="log group" name={name} back={{ text: "Log groups", href: to.logGroups() }} />;
  const columns = streamColumns(name);
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={() => setDialog("retention")}>Edit retention setting</Button>
            <Button onClick={deletion.ask}>Delete log group</Button>
            <Button href={to.liveTail({ groups: name })}>Start tailing</Button>
            <Button href={to.logsInsights({ groups: name })}>View in Logs Insights</Button>
            <Button variant="primary" href={to.searchLogs(name)}>
              Search log group
            </Button>
          </SpaceBetween>
        }
      >
        {name}
      </Header>
      <Container header={<Header variant="h2">Log group details</Header>}>
        <KeyValuePairs
          columns={4}
          items={[
            { label: "Retention", value: retentionText(group?.retentionInDays) },
            { label: "Creation time", value: timeText(group?.creationTime) },
            { label: "Stored bytes", value: bytesText(group?.storedBytes ?? 0) },
            { label: "ARN", value: <Copyable text={group?.arn ?? ""} what="ARN" /> },
          ]}
        />
      </Container>
      <ResourceTable
        variant="container"
        query={streams}
        columns={columns}
        title="Log streams"
        what="log streams"
        trackBy="logStreamName"
        selection={{ selected, onSelect: setSelected }}
        actions={
          <Button disabled={!selected.length} onClick={() => setDialog("streams")}>
            Delete
          </Button>
        }
        sorting={{ column: { sortingField: "lastEventTimestamp" }, descending: true }}
      />
      {deletion.asking && <DeleteLogGroups names={[name]} onClose={deletion.close} leaves />}
      {dialog === "retention" && group && <RetentionModal groups={[group]} onClose={() => setDialog(null)} />}
      {dialog === "streams" && (
        <DeleteLogStreams
          group={name}
          names={selected.map(({ logStreamName = "" }) => logStreamName)}
          onClose={(done) => {
            setDialog(null);
            if (done) setSelected([]);
          }}
        />
      )}
    </SpaceBetween>
  );
}
