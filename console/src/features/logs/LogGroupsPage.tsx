import type { LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";

import { to } from "../../app/paths";
import { useAws } from "../../aws/hooks";
import { describeLogGroups } from "../../aws/logs";
import { ResourceTable } from "../../pieces/ResourceTable";
import { GROUP_COLUMNS } from "./columns";
import { DeleteLogGroups } from "./deletions";
import { RetentionModal } from "./RetentionModal";

/** All log groups of the region. */
export default function LogGroupsPage() {
  const groups = useAws(describeLogGroups, {});
  const [selected, setSelected] = useState<LogGroup[]>([]);
  const [dialog, setDialog] = useState<"delete" | "retention" | null>(null);
  const names = selected.map(({ logGroupName = "" }) => logGroupName);
  return (
    <>
      <ResourceTable
        query={groups}
        columns={GROUP_COLUMNS}
        title="Log groups"
        description="A function writes into /aws/lambda/ and its name."
        what="log groups"
        trackBy="logGroupName"
        selection={{ selected, onSelect: setSelected }}
        sorting={{ column: { sortingField: "logGroupName" } }}
        actions={
          <>
            <Button disabled={!selected.length} onClick={() => setDialog("retention")}>
              Edit retention setting
            </Button>
            <Button disabled={!selected.length} onClick={() => setDialog("delete")}>
              Delete
            </Button>
            <Button disabled={!selected.length} href={to.logsInsights({ groups: names.join(",") })}>
              View in Logs Insights
            </Button>
            <Button variant="primary" href={to.createLogGroup()}>
              Create log group
            </Button>
          </>
        }
      />
      {dialog === "retention" && (
        <RetentionModal
          groups={selected}
          onClose={() => {
            setDialog(null);
            setSelected([]);
          }}
        />
      )}
      {dialog === "delete" && (
        <DeleteLogGroups
          names={names}
          onClose={(done) => {
            setDialog(null);
            if (done) setSelected([]);
          }}
        />
      )}
    </>
  );
}
