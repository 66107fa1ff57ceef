import type { ReactNode } from "react";

import { useSteps } from "../aws/hooks";
import type { Operation } from "../aws/operation";
import { DeleteModal } from "./DeleteModal";

interface Props<Input> {
  /** One of them: "queue". */
  what: string;
  names: string[];
  operation: Operation<Input, unknown>;
  inputs: Input[];
  /** What the flash bar says; that they are deleted where nothing is said. */
  says?: string;
  /** The page is left afterwards, for it shows what is gone. */
  leaves?: boolean;
  onClose: (done: boolean) => void;
  /** What else goes or stays, behind their names. */
  children: ReactNode;
}

/** Asks, and deletes resources one after the other. */
export function DeleteEach<Input>({ what, names, operation, inputs, says, leaves = false, onClose, children }: Props<Input>) {
  const all = names.join(", ");
  const remove = useSteps<Input[], undefined>(
    async (wanted, step) => {
      for (const input of wanted) await step(operation, input);
      return undefined;
    },
    { touches: [operation.service], says: says ?? `Deleted ${all}.`, ownError: true, leaves },
  );
  return (
    <DeleteModal
      title={`Delete ${what}${names.length === 1 ? "" : "s"}`}
      busy={remove.isPending}
      error={remove.error}
      onDelete={() => remove.mutate(inputs, { onSuccess: () => onClose(true) })}
      onClose={() => onClose(false)}
    >
      <b>{all}</b> {children}
    </DeleteModal>
  );
}
