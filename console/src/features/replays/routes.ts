import { to } from "../../app/paths";
import { type NavigationEntry, page } from "../../app/route";

const REPLAYS = { text: "Replays", href: to.replays() };

export const navigation: NavigationEntry[] = [{ section: "Tailrace", text: "Replays", href: to.replays(), place: 5 }];

export const routes = [
  page("replays", () => [REPLAYS], () => import("./ReplaysPage")),
  page("replays/start", () => [REPLAYS, { text: "Start replay", href: to.startReplay() }], () => import("./StartReplayPage")),
  page("replays/:id", ({ id = "" }) => [REPLAYS, { text: id, href: to.replay(id) }], () => import("./ReplayPage")),
];
