import { useAws } from "../../aws/hooks";
import { describeLogGroups } from "../../aws/logs";
import { ResourceTable } from "../../pieces/ResourceTable";
import { GROUP_COLUMNS } from "./columns";

/** All log groups of the region. */
export default function LogGroupsPage() {
  const groups = useAws(describeLogGroups, {});
  return (
    <ResourceTable
      query={groups}
      columns={GROUP_COLUMNS}
      title="Log groups"
      description="A function writes into /aws/lambda/ and its name."
      what="log groups"
      trackBy="logGroupName"
      sorting={{ column: { sortingField: "logGroupName" } }}
    />
  );
}
