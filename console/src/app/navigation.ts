/** The side navigation. A page whose address begins with an entry's belongs to it. */

import type { SideNavigationProps } from "@cloudscape-design/components/side-navigation";

import { FEATURES } from "./features";
import type { Section } from "./route";

const SECTIONS: Section[] = ["DynamoDB", "Lambda", "CloudWatch", "IAM", "Messaging", "Tailrace"];

const ENTRIES = FEATURES.flatMap((feature) => feature.navigation ?? []).sort((one, other) => one.place - other.place);

export const NAVIGATION: SideNavigationProps.Item[] = SECTIONS.map((text) => ({
  type: "section" as const,
  text,
  items: ENTRIES.filter((entry) => entry.section === text).map(({ text, href }) => ({ type: "link" as const, text, href })),
})).filter((section) => section.items.length > 0);

/** The entry to mark for an address: the longest one that it begins with. */
export function activeEntry(pathname: string): string | undefined {
  const fitting = ENTRIES.map((entry) => entry.href).filter((href) => pathname === href || pathname.startsWith(`${href}/`));
  return fitting.sort((one, other) => other.length - one.length)[0];
}
