import SpaceBetween from "@cloudscape-design/components/space-between";

import { DeletionProtection } from "./DeletionProtection";
import { TimeToLive } from "./TimeToLive";
import type { TabProps } from "./tabs";

/** What else a table does: let items expire, and refuse to be deleted. */
export default function SettingsTab({ table }: TabProps) {
  return (
    <SpaceBetween size="m">
      <TimeToLive table={table.TableName ?? ""} />
      <DeletionProtection table={table} />
    </SpaceBetween>
  );
}
