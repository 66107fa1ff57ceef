import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";

import type { Grant } from "../iam/statements";

export const GRANT_COLUMNS: TableProps.ColumnDefinition<Grant>[] = [
  {
    id: "effect",
    header: "Effect",
    width: 110,
    cell: (grant) => (
      <StatusIndicator type={grant.effect === "Allow" ? "success" : "error"} wrapText={false}>
        {grant.effect}
      </StatusIndicator>
    ),
  },
  { id: "actions", header: "Actions", isRowHeader: true, cell: (grant) => grant.actions.join(", ") },
  { id: "resources", header: "Resources", cell: (grant) => grant.resources.join(", ") },
  { id: "policy", header: "Policy", cell: (grant) => grant.policy },
];
