/** Which drawer is open at the right side, if any; the tab keeps it, so that a guide is there after a reload. */

const listeners = new Set<() => void>();

export const CALLS_DRAWER = "calls";
export const GUIDE_DRAWER = "tutorial";

const KEY = "tailrace.drawer";
let open: string | null = sessionStorage.getItem(KEY);

/** The open drawer's id. */
export function drawer(): string | null {
  return open;
}

/** Open a drawer, or close the one that is open. */
export function openDrawer(id: string | null): void {
  open = id;
  if (id) sessionStorage.setItem(KEY, id);
  else sessionStorage.removeItem(KEY);
  listeners.forEach((told) => told());
}

/** Be told of every change. Returns what ends it. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
