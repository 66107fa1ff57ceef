import { useCallback, useEffect } from "react";
import { type BlockerFunction, useBlocker } from "react-router";

import { FormModal } from "./FormModal";

interface Props {
  /** Whether there is something that would be lost. */
  changed: boolean;
  /** It is being saved, and the page may be left for what it becomes. */
  busy: boolean;
  /** A parameter of the address that leads away from it, too: the tab that it stands in. */
  parameter?: string;
}

/** Asks before a page is left on which something was changed and not saved. A page has one of them. */
export function LeaveGuard({ changed, busy, parameter }: Props) {
  const guards = changed && !busy;
  const leads = useCallback<BlockerFunction>(
    ({ currentLocation: from, nextLocation: next }) => guards && (from.pathname !== next.pathname || differs(from.search, next.search, parameter)),
    [guards, parameter],
  );
  const blocker = useBlocker(leads);
  useEffect(() => {
    if (!guards) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [guards]);
  if (blocker.state !== "blocked") return null;
  return (
    <FormModal title="Leave page" action="Leave" busy={false} onSubmit={() => blocker.proceed()} onClose={() => blocker.reset()}>
      <div>Are you sure that you want to leave the current page? The changes that you made won&apos;t be saved.</div>
    </FormModal>
  );
}

function differs(from: string, next: string, parameter: string | undefined): boolean {
  return parameter !== undefined && new URLSearchParams(from).get(parameter) !== new URLSearchParams(next).get(parameter);
}
