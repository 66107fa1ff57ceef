/** The tabs of a function's page, and the sections of its configuration: a line each, loaded when somebody goes there. */

import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { type ComponentType, lazy } from "react";

export interface PartProps {
  configuration: FunctionConfiguration;
}

export interface Part {
  id: string;
  label: string;
  Content: ComponentType<PartProps>;
}

export const TABS: Part[] = [
  { id: "code", label: "Code", Content: lazy(() => import("./CodeTab")) },
  { id: "test", label: "Test", Content: lazy(() => import("./TestTab")) },
  { id: "monitor", label: "Monitor", Content: lazy(() => import("../metrics/FunctionMonitorTab")) },
  { id: "configuration", label: "Configuration", Content: lazy(() => import("./ConfigurationTab")) },
];

export const SECTIONS: Part[] = [
  { id: "general", label: "General configuration", Content: lazy(() => import("./GeneralSection")) },
  { id: "triggers", label: "Triggers", Content: lazy(() => import("./TriggersSection")) },
  { id: "permissions", label: "Permissions", Content: lazy(() => import("./PermissionsSection")) },
  { id: "environment", label: "Environment variables", Content: lazy(() => import("./EnvironmentSection")) },
];
