/** What a page shows is in its address: one parameter of it, as a state. */

import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** A parameter of the address and what sets it; the default is left out of the address. */
export function useParameter(name: string, initial = ""): [string, (next: string) => void] {
  const [parameters, setParameters] = useSearchParams();
  const set = useCallback(
    (next: string) =>
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          if (next === initial) after.delete(name);
          else after.set(name, next);
          return after;
        },
        // At once, not when there is time: else a radio button jumps back for a moment on a busy machine.
        { replace: true, flushSync: true },
      ),
    [name, initial, setParameters],
  );
  return [parameters.get(name) ?? initial, set];
}
