/** AWS's actions and resource types (write_catalog.py writes them), and what can be asked of them. */

import catalog from "./catalog.json";

export interface Action {
  name: string;
  /** "Read", "Write", "List", "Tagging, Write", ... */
  level: string;
  /** The resource types that it can be restricted to; none: it takes `*` alone. */
  types: string[];
  grants: string;
}

export interface Service {
  prefix: string;
  name: string;
  actions: Action[];
  /** The form of each type's ARN: `arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}`. */
  resources: Record<string, string>;
}

export const SERVICES = catalog as unknown as Service[];
export const LEVELS = ["List", "Read", "Write", "Permissions management", "Tagging"] as const;

/** The service of a prefix such as "dynamodb". */
export function serviceOf(prefix: string): Service | undefined {
  return SERVICES.find((service) => service.prefix === prefix);
}

/** The group that an action is shown in. */
export function levelOf(action: Action): string {
  return action.level.split(",")[0] ?? action.level;
}

/** An action of a service by its name, in any case; undefined for one that isn't known, and for patterns. */
export function actionOf(service: Service, name: string): Action | undefined {
  return service.actions.find((action) => action.name.toLowerCase() === name.toLowerCase());
}

/** The resource types that some of the actions can be restricted to. */
export function typesOf(service: Service, names: string[]): string[] {
  const types = names.flatMap((name) => actionOf(service, name)?.types ?? Object.keys(service.resources));
  return [...new Set(types)].sort();
}
