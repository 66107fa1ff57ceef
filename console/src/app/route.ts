/**
 * What a feature says of its pages in its `routes.ts`: addresses, breadcrumbs, the modules that are loaded once somebody
 * goes there, and its entries in the side navigation. Whatever lies in features/ is found; nothing else is to be edited.
 */

import type { ComponentType } from "react";
import type { RouteObject } from "react-router";

export interface Crumb {
  text: string;
  href: string;
}

export type Names = Record<string, string>;

export interface Handle {
  crumbs: (names: Names) => Crumb[];
}

export type Section = "DynamoDB" | "Lambda" | "CloudWatch" | "IAM" | "Messaging" | "Tailrace";

export interface NavigationEntry {
  section: Section;
  text: string;
  href: string;
  /** Its place in the section; the lowest comes first. */
  place: number;
}

export interface Feature {
  routes: RouteObject[];
  navigation?: NavigationEntry[];
}

/** A page. `path` is below /console, as in "tables/:table"; the module's `default` is its component. */
export function page(
  path: string,
  crumbs: (names: Names) => Crumb[],
  load: () => Promise<{ default: ComponentType }>,
): RouteObject {
  const handle: Handle = { crumbs };
  return { path, handle, lazy: async () => ({ Component: (await load()).default }) };
}
