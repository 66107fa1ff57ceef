import SpaceBetween from "@cloudscape-design/components/space-between";

import { CapacitySection } from "./CapacitySection";
import { ContributorInsights } from "./ContributorInsights";
import { DeletionProtection } from "./DeletionProtection";
import { TableClassSection } from "./TableClassSection";
import { TagsSection } from "./TagsSection";
import { TimeToLive } from "./TimeToLive";
import { TtlPreview } from "./TtlPreview";
import type { TabProps } from "./tabs";

/** What else a table is and does: how much it takes, which items expire, and whether it refuses to be deleted. */
export default function SettingsTab({ table }: TabProps) {
  return (
    <SpaceBetween size="m">
      <CapacitySection table={table} />
      <TimeToLive table={table.TableName ?? ""} />
      <TtlPreview table={table} />
      <DeletionProtection table={table} />
      <TagsSection table={table.TableArn ?? ""} />
      <TableClassSection table={table} />
      <ContributorInsights table={table} />
    </SpaceBetween>
  );
}
