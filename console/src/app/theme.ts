/** Light or dark: as the system has it until somebody chooses, then as chosen, in every tab. */

import { applyMode, Mode } from "@cloudscape-design/global-styles";

const KEY = "tailrace.mode";
const listeners = new Set<() => void>();

/** The mode of now. */
export function mode(): Mode {
  const chosen = localStorage.getItem(KEY);
  if (chosen === Mode.Dark || chosen === Mode.Light) return chosen;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? Mode.Dark : Mode.Light;
}

/** Choose a mode. */
export function choose(next: Mode): void {
  localStorage.setItem(KEY, next);
  show();
}

/** Put the mode of now into effect, and follow the system and other tabs. */
export function followMode(): void {
  show();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  window.addEventListener("storage", show);
}

/** Be told of every change. Returns what ends it. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function show(): void {
  applyMode(mode());
  document.documentElement.style.colorScheme = mode();
  listeners.forEach((told) => told());
}
