/** The tabs of a function's page, and the sections of its configuration: a line each, loaded when somebody goes there. */

import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { type ComponentType, lazy } from "react";

import { type Qualified, qualified } from "./versions/routing";

export interface PartProps {
  /** As GetFunctionConfiguration answers it for the qualifier. */
  configuration: FunctionConfiguration;
  /** The version or alias that the page is of; undefined for the function itself, which alone can be edited. */
  qualifier: string | undefined;
}

export interface Part {
  id: string;
  label: string;
  Content: ComponentType<PartProps>;
  /** Pages of what have it; those of all where nothing is said. */
  of?: Qualified[];
}

/** Those that a page has: of the function itself, or of one of its versions or aliases. */
export function partsFor(parts: Part[], qualifier: string | undefined): Part[] {
  return parts.filter(({ of }) => !of || of.includes(qualified(qualifier)));
}

/** Why the page of a version or an alias can't change what a version has a frozen copy of. */
export function fixedIn(qualifier: string | undefined): string | undefined {
  return qualifier && "A version can't be changed. Choose the qualifier $LATEST, and publish a new version afterwards.";
}

export const TABS: Part[] = [
  { id: "code", label: "Code", Content: lazy(() => import("./CodeTab")) },
  { id: "test", label: "Test", Content: lazy(() => import("./TestTab")) },
  { id: "monitor", label: "Monitor", Content: lazy(() => import("../metrics/FunctionMonitorTab")) },
  { id: "configuration", label: "Configuration", Content: lazy(() => import("./ConfigurationTab")) },
  { id: "invocations", label: "Invocations", Content: lazy(() => import("./invocations/InvocationsTab")), of: ["function"] },
  { id: "aliases", label: "Aliases", Content: lazy(() => import("./versions/AliasesTab")), of: ["function"] },
  { id: "versions", label: "Versions", Content: lazy(() => import("./versions/VersionsTab")), of: ["function"] },
];

export const SECTIONS: Part[] = [
  { id: "general", label: "General configuration", Content: lazy(() => import("./GeneralSection")) },
  { id: "triggers", label: "Triggers", Content: lazy(() => import("./TriggersSection")) },
  { id: "permissions", label: "Permissions", Content: lazy(() => import("./PermissionsSection")) },
  { id: "url", label: "Function URL", Content: lazy(() => import("./url/UrlSection")), of: ["function", "alias"] },
  { id: "environment", label: "Environment variables", Content: lazy(() => import("./EnvironmentSection")) },
  { id: "tags", label: "Tags", Content: lazy(() => import("./TagsSection")), of: ["function"] },
  { id: "logging", label: "Monitoring and operations tools", Content: lazy(() => import("./LoggingSection")) },
  { id: "concurrency", label: "Concurrency", Content: lazy(() => import("./ConcurrencySection")), of: ["function"] },
  { id: "events", label: "Asynchronous invocation", Content: lazy(() => import("./events/EventsSection")) },
];
