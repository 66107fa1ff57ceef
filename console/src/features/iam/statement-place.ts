/** Where a statement stands in a policy's text: as the simulator tells it, and as an editor shows it. */

import { prettyJson } from "../../pieces/texts";

export interface Place {
  Line?: number | undefined;
  Column?: number | undefined;
}

export interface Lines {
  /** Both count from 1. */
  first: number;
  last: number;
}

/** The number of the statement, from 0, that ends at a place: the one behind its closing brace. */
export function statementEndingAt(text: string, end: Place | undefined): number {
  const lines = text.split("\n").slice(0, (end?.Line ?? 1) - 1);
  const offset = lines.reduce((sum, line) => sum + line.length + 1, 0) + (end?.Column ?? 1) - 1;
  try {
    const { Statement } = JSON.parse(`${text.slice(0, offset)}]}`) as { Statement: unknown[] };
    return Statement.length - 1;
  } catch {
    return 0; // it stands alone, without brackets around it
  }
}

/** The statements of a policy; none of what is no policy. */
export function statementsOf(text: string): unknown[] {
  try {
    const { Statement } = JSON.parse(text) as { Statement?: unknown };
    return Statement === undefined ? [] : [Statement].flat();
  } catch {
    return [];
  }
}

/** The lines of a statement in the policy's text with its lines indented; null where there is no such statement. */
export function linesOf(text: string, index: number): Lines | null {
  const statements = statementsOf(text);
  if (statements[index] === undefined) return null;
  const height = (statement: unknown) => JSON.stringify(statement, null, 2).split("\n").length;
  const head = prettyJson(text).split("\n").findIndex((line) => line.startsWith('  "Statement":')) + 1;
  const lone = prettyJson(text).split("\n")[head - 1]?.endsWith("{");
  const first = head + (lone ? 0 : 1) + statements.slice(0, index).reduce<number>((sum, each) => sum + height(each), 0);
  return { first, last: first + height(statements[index]) - 1 };
}
