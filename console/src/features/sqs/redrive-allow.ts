/** Which queues may name a queue as their dead-letter queue: its attribute RedriveAllowPolicy. */

export type RedrivePermission = "allowAll" | "byQueue" | "denyAll";

export interface RedriveAllow {
  permission: RedrivePermission;
  /** ARNs, of byQueue alone. */
  sources: string[];
}

/** What the attribute says; without it every queue may. */
export function redriveAllowOf(policy: string | undefined): RedriveAllow {
  if (!policy) return { permission: "allowAll", sources: [] };
  const { redrivePermission, sourceQueueArns = [] } = JSON.parse(policy) as { redrivePermission: RedrivePermission; sourceQueueArns?: string[] };
  return { permission: redrivePermission, sources: sourceQueueArns };
}

/** The attribute. */
export function redriveAllowPolicy({ permission, sources }: RedriveAllow): string {
  return JSON.stringify({ redrivePermission: permission, ...(permission === "byQueue" ? { sourceQueueArns: sources } : {}) });
}
