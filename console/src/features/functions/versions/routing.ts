/** Qualifiers of a function, and how an alias shares its calls between two versions: pure. */

import type { AliasConfiguration } from "@aws-sdk/client-lambda";

/** What a page of a function is of: the function itself, whose version is $LATEST, a version, or an alias. */
export type Qualified = "function" | "version" | "alias";

/** What a qualifier names. */
export function qualified(qualifier: string | undefined): Qualified {
  if (!qualifier || qualifier === "$LATEST") return "function";
  return /^\d+$/.test(qualifier) ? "version" : "alias";
}

export interface Share {
  version: string;
  /** Of the calls, in percent. */
  percent: number;
}

/** The versions that an alias leads to, with the shares of its calls: its own first. */
export function sharesOf({ FunctionVersion: own = "", RoutingConfig }: AliasConfiguration): Share[] {
  const others = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {}).map(([version, weight]) => ({ version, percent: rounded(weight * 100) }));
  const left = rounded(100 - others.reduce((sum, { percent }) => sum + percent, 0));
  return [{ version: own, percent: left }, ...others];
}

/** "3", or "3 (90%), 4 (10%)". */
export function sharesText(shares: Share[]): string {
  if (shares.length === 1) return shares[0]?.version ?? "";
  return shares.map(({ version, percent }) => `${version} (${percent}%)`).join(", ");
}

/** The routing that gives another version a share of the calls, in percent; none where no other is chosen. */
export function routingOf(other: string, percent: string): { AdditionalVersionWeights: Record<string, number> } {
  return { AdditionalVersionWeights: other ? { [other]: rounded(Number(percent)) / 100 } : {} };
}

/** Weights are doubles: 0.07 * 100 is 7.000000000000001. */
function rounded(percent: number): number {
  return Math.round(percent * 1e6) / 1e6;
}
