/**
 * What the search box of the top bar finds: pages by their names, and the resources that each feature's `search.ts` lists.
 * Nothing is loaded or asked for until somebody searches.
 */

import type { Operation } from "../aws/operation";
import { FEATURES } from "./features";

export interface Found {
  text: string;
  href: string;
}

/** What a `search.ts` exports: what its resources are called, in the plural, and the list of them. */
export interface Searched {
  what: string;
  list: (signal?: AbortSignal) => Promise<Found[]>;
}

export interface Group {
  what: string;
  found: Found[];
  /** Why there are none: a policy that doesn't allow to list them, say. */
  problem?: unknown;
}

const SOURCES = Object.values(import.meta.glob<Searched>("../features/*/search.ts"));
const FOUND_MAX = 500;

export const everything: Operation<object, Group[]> = {
  service: "tailrace",
  name: "Everything",
  send: async (_input, signal) => {
    const pages = FEATURES.flatMap((feature) => feature.navigation ?? []).map(({ text, href }) => ({ text, href }));
    const groups = SOURCES.map(async (load): Promise<Group> => {
      const { what, list } = await load();
      try {
        return { what, found: (await list(signal)).slice(0, FOUND_MAX) };
      } catch (problem) {
        return { what, found: [], problem };
      }
    });
    return [{ what: "Pages", found: pages }, ...(await Promise.all(groups))];
  },
};
