/** What the activity is asked for: the filters, as the address holds them, and as the API takes them. */

import type { Activity, ActivityQuestion } from "../../aws/tailrace";

export interface Filters {
  /** `PutItem`, or with its service: `dynamodb:PutItem`. */
  operation: string;
  decision: string;
  /** The ARN of a user, a role (all its sessions) or one session. */
  principal: string;
  request: string;
  /** The ARN of a resource, or its beginning and `*`. */
  resource: string;
}

export const FILTERS = ["operation", "decision", "principal", "request", "resource"] as const;

/** The filters of an address. */
export function filtersOf(parameters: URLSearchParams): Filters {
  return Object.fromEntries(FILTERS.map((name) => [name, parameters.get(name) ?? ""])) as unknown as Filters;
}

/** The address with other filters; what else it holds stays. */
export function withFilters(parameters: URLSearchParams, filters: Filters): URLSearchParams {
  const after = new URLSearchParams(parameters);
  for (const name of FILTERS) {
    const value = filters[name].trim();
    if (value) after.set(name, value);
    else after.delete(name);
  }
  return after;
}

/** The members of ListActivity. */
export function questionOf(filters: Filters): ActivityQuestion {
  const { operation, decision, principal, request, resource } = filters;
  const [service, name] = operation.includes(":") ? operation.split(":", 2) : ["", operation];
  return {
    ...(service ? { Service: service } : {}),
    ...(name && name !== "*" ? { Operation: name } : {}),
    ...(decision ? { Decision: decision as Activity["Decision"] } : {}),
    ...(principal ? { PrincipalArn: principal } : {}),
    ...(request ? { RequestId: request } : {}),
    ...(resource ? { Resource: resource } : {}),
  };
}
