/** Which drawer is open at the right side, if any. */

const listeners = new Set<() => void>();
let open: string | null = null;

export const CALLS_DRAWER = "calls";

/** The open drawer's id. */
export function drawer(): string | null {
  return open;
}

/** Open a drawer, or close the one that is open. */
export function openDrawer(id: string | null): void {
  open = id;
  listeners.forEach((told) => told());
}

/** Be told of every change. Returns what ends it. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
