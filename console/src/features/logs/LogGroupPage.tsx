import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams } from "react-router";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { describeLogGroups } from "../../aws/logs";
import { Copyable } from "../../pieces/Copyable";
import { NotFound } from "../../pieces/NotFound";
import { ResourceTable } from "../../pieces/ResourceTable";
import { bytesText, timeText } from "../../pieces/texts";
import { streamColumns } from "./columns";
import { latestStreams } from "./latest-streams";

const POLL_MS = 5_000;

/** One log group: its streams, the one with the latest event first. */
export default function LogGroupPage() {
  const { group: name = "" } = useParams();
  const groups = useAws(describeLogGroups, { logGroupNamePrefix: name });
  const group = groups.data?.find((each) => each.logGroupName === name);
  const streams = useAws(latestStreams, { logGroupName: name }, { every: POLL_MS });
  if (groups.data && !group) return <NotFound what="log group" name={name} back={{ text: "Log groups", href: to.logGroups() }} />;
  const columns = streamColumns(name);
  return (
    <SpaceBetween size="m">
      <Header
        variant="h1"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button href={to.liveTail({ groups: name })}>Start tailing</Button>
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
            { label: "Retention", value: group?.retentionInDays ? `${group.retentionInDays} days` : "Never expire" },
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
        sorting={{ column: { sortingField: "lastEventTimestamp" }, descending: true }}
      />
    </SpaceBetween>
  );
}
