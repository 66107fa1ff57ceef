import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";

import { CodeBlock } from "../../pieces/CodeBlock";
import { linesOf } from "../iam/statement-place";
import { type Decision, type Match, type Outcome, reasonOf } from "./outcome";

const WORDS: Record<Decision, string> = { allowed: "allowed", explicitDeny: "explicitly denied", implicitDeny: "implicitly denied" };

export const OUTCOME_COLUMNS: TableProps.ColumnDefinition<Outcome>[] = [
  { id: "action", header: "Action", isRowHeader: true, cell: (outcome) => outcome.action },
  { id: "resource", header: "Resource", cell: (outcome) => <span style={{ overflowWrap: "anywhere" }}>{outcome.resource}</span> },
  {
    id: "permission",
    header: "Permission",
    minWidth: 170,
    cell: ({ decision }) => <StatusIndicator type={decision === "allowed" ? "success" : "error"}>{WORDS[decision]}</StatusIndicator>,
  },
  { id: "why", header: "Why", cell: reasonOf },
  {
    id: "statement",
    header: "Deciding statement",
    minWidth: 200,
    cell: ({ matches }) =>
      matches.length ? (
        <SpaceBetween size="xs">
          {matches.map((match) => (
            <DecidingStatement key={`${match.policy.id} ${match.index}`} match={match} />
          ))}
        </SpaceBetween>
      ) : (
        <Box color="text-body-secondary">None</Box>
      ),
  },
];

function DecidingStatement({ match: { policy, index, statement } }: { match: Match }) {
  const lines = linesOf(policy.text, index);
  return (
    <div style={{ overflowWrap: "anywhere" }}>
      <Link href={policy.href(index)}>
        {policy.name}, lines {lines?.first}-{lines?.last}
      </Link>
      <ExpandableSection variant="inline" headerText="JSON" headerAriaLabel={`JSON of statement ${index + 1} of ${policy.name}`}>
        <CodeBlock label={`Statement ${index + 1} of ${policy.name}`} text={JSON.stringify(statement, null, 2)} />
      </ExpandableSection>
    </div>
  );
}
