/** Several changes that belong together, where the API has no operation for them all. */

export interface Undoable {
  carryOut: () => Promise<unknown>;
  undo: () => Promise<unknown>;
}

/** Carry all out in their order. Where one is refused, those before it are undone, the last first, and the refusal is thrown. */
export async function allOrNothing(changes: Undoable[]): Promise<void> {
  const done: Undoable[] = [];
  try {
    for (const change of changes) {
      await change.carryOut();
      done.unshift(change);
    }
  } catch (refusal) {
    for (const change of done) await change.undo();
    throw refusal;
  }
}
