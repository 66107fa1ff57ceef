/** Whether this tab may change anything: a safety catch of the page, beside which IAM decides as ever. */

const KEY = "tailrace.read-only";
const listeners = new Set<() => void>();

/** Whether changes are refused here. */
export function isReadOnly(): boolean {
  return sessionStorage.getItem(KEY) === "1";
}

/** Refuse changes, or take them again. */
export function setReadOnly(on: boolean): void {
  if (on) sessionStorage.setItem(KEY, "1");
  else sessionStorage.removeItem(KEY);
  listeners.forEach((told) => told());
}

/** Be told of every change. Returns what ends it. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Throws where changes are refused. */
export function checkWritable(): void {
  if (!isReadOnly()) return;
  const error = new Error("This tab is read-only. Turn that off in the top bar to change something.");
  error.name = "ReadOnly";
  throw error;
}
