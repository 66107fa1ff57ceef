/** The deletion of what a page is about: asked for on the page, and left for the list once it is done. */

import { useState } from "react";
import { useNavigate } from "react-router";

export interface Deletion {
  /** Whether the dialog is open that asks. */
  asking: boolean;
  ask: () => void;
  /** What the dialog calls when it closes, and whether it has deleted. */
  close: (done: boolean) => void;
}

/** The state of a page's deletion; `list` is the address that is gone to afterwards. */
export function useDeletion(list: string): Deletion {
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const close = (done: boolean) => {
    if (done) void navigate(list);
    else setAsking(false);
  };
  return { asking, ask: () => setAsking(true), close };
}
