import { to } from "../../app/paths";
import { type NavigationEntry, page } from "../../app/route";

const CLOUDWATCH = { text: "CloudWatch", href: to.logGroups() };
const GROUPS = { text: "Log groups", href: to.logGroups() };

const INSIGHTS = { text: "Logs Insights", href: to.logsInsights() };
const LIVE_TAIL = { text: "Live Tail", href: to.liveTail() };

export const navigation: NavigationEntry[] = [
  { section: "CloudWatch", text: "Log groups", href: to.logGroups(), place: 1 },
  { section: "CloudWatch", place: 2, ...LIVE_TAIL },
  { section: "CloudWatch", place: 3, ...INSIGHTS },
];

export const routes = [
  page("logs/insights", () => [CLOUDWATCH, INSIGHTS], () => import("./insights/InsightsPage")),
  page("logs/live-tail", () => [CLOUDWATCH, LIVE_TAIL], () => import("./live/LiveTailPage")),
  page("logs/create-group", () => [CLOUDWATCH, GROUPS, { text: "Create log group", href: to.createLogGroup() }], () => import("./CreateLogGroupPage")),
  page("logs/groups", () => [CLOUDWATCH, GROUPS], () => import("./LogGroupsPage")),
  page(
    "logs/groups/:group",
    ({ group = "" }) => [CLOUDWATCH, GROUPS, { text: group, href: to.logGroup(group) }],
    () => import("./LogGroupPage"),
  ),
  page(
    "logs/groups/:group/search",
    ({ group = "" }) => [
      CLOUDWATCH,
      GROUPS,
      { text: group, href: to.logGroup(group) },
      { text: "Search log group", href: to.searchLogs(group) },
    ],
    () => import("./SearchPage"),
  ),
  page(
    "logs/groups/:group/streams/:stream",
    ({ group = "", stream = "" }) => [
      CLOUDWATCH,
      GROUPS,
      { text: group, href: to.logGroup(group) },
      { text: stream, href: to.logStream(group, stream) },
    ],
    () => import("./LogStreamPage"),
  ),
];
