import SpaceBetween from "@cloudscape-design/components/space-between";

import type { TabProps } from "../tables/tabs";
import { BackupsTable } from "./BackupsTable";
import { PointInTimeRecovery } from "./PointInTimeRecovery";

/** What a table can be restored from: any second of its last days, and the backups that were made of it. */
export default function BackupsTab({ table }: TabProps) {
  const name = table.TableName ?? "";
  return (
    <SpaceBetween size="m">
      <PointInTimeRecovery table={name} />
      <BackupsTable table={name} />
    </SpaceBetween>
  );
}
