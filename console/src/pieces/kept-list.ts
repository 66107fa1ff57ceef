/** Lists that this browser keeps in its localStorage. No credentials are ever put there. */

/** What is kept under a key, but for what isn't such a thing. */
export function readKept<T>(key: string, isOne: (found: unknown) => found is T): T[] {
  const kept = localStorage.getItem(key);
  if (!kept) return [];
  try {
    const found: unknown = JSON.parse(kept);
    return Array.isArray(found) ? found.filter(isOne) : [];
  } catch {
    return []; // somebody else's entry under this name
  }
}

/** Keep a list in place of the one before. Returns it. Throws what the browser refuses, where it has no more room. */
export function writeKept<T>(key: string, list: T[]): T[] {
  if (list.length) localStorage.setItem(key, JSON.stringify(list));
  else localStorage.removeItem(key);
  return list;
}
