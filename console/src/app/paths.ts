/**
 * The address of every page, in one place. Links are plain `href={to.table(name)}`; `followLinks` keeps them in the page.
 *
 * A dot in a name is written %2E, for the server takes a path that ends in an extension for a file.
 */

export const BASE = "/console";

/** One part of an address. */
function part(name: string): string {
  return encodeURIComponent(name).replaceAll(".", "%2E");
}

/** An address with its parameters; what is undefined or empty is left out. */
function at(path: string, parameters: Record<string, string | undefined> = {}): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const query = new URLSearchParams(given).toString();
  return `${BASE}${path}${query ? `?${query}` : ""}`;
}

/** The parameters that mark a statement in a policy's JSON; it counts from 0. */
function marking(statement: number | undefined): Record<string, string | undefined> {
  return statement === undefined ? {} : { editor: "json", statement: String(statement) };
}

export type TableTab = "overview" | "indexes" | "monitor" | "streams" | "permissions" | "backups" | "settings";

export const to = {
  home: () => at("/"),
  tables: () => at("/tables"),
  createTable: () => at("/tables/create"),
  table: (name: string, tab?: TableTab) => at(`/tables/${part(name)}`, { tab }),
  turnOnStream: (table: string) => at(`/tables/${part(table)}/turn-on-stream`),
  restoreTable: (table: string) => at(`/tables/${part(table)}/restore`),
  partiql: () => at("/partiql"),
  backups: () => at("/backups"),
  backup: (arn: string) => at(`/backups/${part(arn)}`),
  restoreBackup: (arn: string) => at(`/backups/${part(arn)}/restore`),
  createTrigger: (table: string, functionName?: string) => at(`/tables/${part(table)}/create-trigger`, { function: functionName }),
  items: (table?: string, parameters?: Record<string, string | undefined>) =>
    at(table ? `/items/${part(table)}` : "/items", parameters),
  createItem: (table: string) => at(`/items/${part(table)}/create`),
  editItem: (table: string, key: string) => at(`/items/${part(table)}/edit`, { key }),
  record: (table: string, eventId: string) => at(`/tables/${part(table)}`, { tab: "streams", record: eventId }),
  trace: (id: string) => at(`/traces/${part(id)}`),
  traces: () => at("/traces"),
  replays: () => at("/replays"),
  replay: (id: string) => at(`/replays/${part(id)}`),
  startReplay: (parameters?: Record<string, string | undefined>) => at("/replays/start", parameters),
  functions: () => at("/functions"),
  createFunction: (returnTo?: string) => at("/functions/create", { returnTo }),
  function: (name: string, parameters?: { qualifier?: string; tab?: string; section?: string }) => at(`/functions/${part(name)}`, parameters),
  layers: () => at("/layers"),
  createLayer: (layer?: string) => at("/layers/create", { layer }),
  layer: (name: string) => at(`/layers/${part(name)}`),
  roles: () => at("/iam/roles"),
  createRole: () => at("/iam/roles/create"),
  role: (name: string, tab?: string) => at(`/iam/roles/${part(name)}`, { tab }),
  editTrustPolicy: (role: string) => at(`/iam/roles/${part(role)}/edit-trust-policy`),
  createInlinePolicy: (role: string) => at(`/iam/roles/${part(role)}/create-policy`),
  logGroups: () => at("/logs/groups"),
  createLogGroup: () => at("/logs/create-group"),
  logGroup: (name: string) => at(`/logs/groups/${part(name)}`),
  logStream: (group: string, stream: string, filter?: string) =>
    at(`/logs/groups/${part(group)}/streams/${part(stream)}`, { filter }),
  searchLogs: (group: string, parameters?: { filter?: string; range?: string; tail?: string }) => at(`/logs/groups/${part(group)}/search`, parameters),
  logsInsights: (parameters?: { groups?: string; query?: string; range?: string }) => at("/logs/insights", parameters),
  liveTail: (parameters?: { groups?: string; filter?: string }) => at("/logs/live-tail", parameters),
  activity: (parameters?: { show?: string; operation?: string; decision?: string; principal?: string }) => at("/activity", parameters),
  topics: () => at("/sns/topics"),
  createTopic: () => at("/sns/topics/create"),
  topic: (arn: string, tab?: string) => at(`/sns/topics/${part(arn)}`, { tab }),
  createSubscription: (topic?: string) => at("/sns/subscribe", { topic }),
  inbox: () => at("/inbox"),
  queues: () => at("/sqs/queues"),
  createQueue: () => at("/sqs/queues/create"),
  queue: (name: string, tab?: string) => at(`/sqs/queues/${part(name)}`, { tab }),
  messages: (queue: string) => at(`/sqs/queues/${part(queue)}/messages`),
  iam: () => at("/iam"),
  groups: () => at("/iam/groups"),
  createGroup: () => at("/iam/groups/create"),
  group: (name: string, tab?: string) => at(`/iam/groups/${part(name)}`, { tab }),
  createGroupPolicy: (group: string) => at(`/iam/groups/${part(group)}/create-policy`),
  users: () => at("/iam/users"),
  createUser: () => at("/iam/users/create"),
  user: (name: string, tab?: string) => at(`/iam/users/${part(name)}`, { tab }),
  createUserPolicy: (user: string) => at(`/iam/users/${part(user)}/create-policy`),
  policies: () => at("/iam/policies"),
  createPolicy: () => at("/iam/policies/create"),
  editPolicy: (arn: string, statement?: number) => at(`/iam/policies/${part(arn)}/edit`, marking(statement)),
  editInlinePolicy: (kind: "role" | "user" | "group", holder: string, policy: string, statement?: number) =>
    at(`/iam/${kind}s/${part(holder)}/policies/${part(policy)}/edit`, marking(statement)),
  simulator: (parameters?: { principal?: string; action?: string; resource?: string }) => at("/iam/simulator", parameters),
  policy: (arn: string, tab?: string) => at(`/iam/policies/${part(arn)}`, { tab }),
} as const;
