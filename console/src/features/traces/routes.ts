import { to } from "../../app/paths";
import { type NavigationEntry, page } from "../../app/route";

const TRACES = { text: "Traces", href: to.traces() };

export const navigation: NavigationEntry[] = [{ section: "Tailrace", text: "Traces", href: to.traces(), place: 4 }];

export const routes = [
  page("traces", () => [TRACES], () => import("./TracesPage")),
  page("traces/:id", ({ id = "" }) => [TRACES, { text: id, href: to.trace(id) }], () => import("./TracePage")),
];
