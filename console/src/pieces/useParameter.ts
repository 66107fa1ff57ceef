/** What a page shows is in its address: one parameter of it, as a state, or several that are set in one go. */

import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** Sets parameters of the address, all at once; those that are null are left out of it. */
export function useSetParameters(): (next: Record<string, string | null>) => void {
  const [, setParameters] = useSearchParams();
  return useCallback(
    (next: Record<string, string | null>) =>
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(next)) {
            if (value === null) after.delete(name);
            else after.set(name, value);
          }
          return after;
        },
        // At once, not when there is time: else a radio button jumps back for a moment on a busy machine.
        { replace: true, flushSync: true },
      ),
    [setParameters],
  );
}

/** A parameter of the address and what sets it; the default is left out of the address. */
export function useParameter(name: string, initial = ""): [string, (next: string) => void] {
  const [parameters] = useSearchParams();
  const setParameters = useSetParameters();
  const set = useCallback((next: string) => setParameters({ [name]: next === initial ? null : next }), [name, initial, setParameters]);
  return [parameters.get(name) ?? initial, set];
}
