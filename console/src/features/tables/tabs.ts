/** The tabs of a table's page: one line each; what they show is loaded when somebody goes there. */

import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { type ComponentType, lazy } from "react";

import type { TableTab } from "../../app/paths";

export interface TabProps {
  table: TableDescription;
}

export interface Tab {
  id: TableTab;
  label: string;
  Content: ComponentType<TabProps>;
}

export const TABS: Tab[] = [
  { id: "overview", label: "Overview", Content: lazy(() => import("./OverviewTab")) },
  { id: "indexes", label: "Indexes", Content: lazy(() => import("./IndexesTab")) },
  { id: "monitor", label: "Monitor", Content: lazy(() => import("../metrics/TableMonitorTab")) },
  { id: "streams", label: "Exports and streams", Content: lazy(() => import("../streams/StreamsTab")) },
  { id: "backups", label: "Backups", Content: lazy(() => import("../backups/BackupsTab")) },
  { id: "permissions", label: "Permissions", Content: lazy(() => import("./PermissionsTab")) },
  { id: "settings", label: "Additional settings", Content: lazy(() => import("./SettingsTab")) },
];
