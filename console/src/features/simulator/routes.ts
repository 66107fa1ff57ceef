import { to } from "../../app/paths";
import { type NavigationEntry, page } from "../../app/route";

export const navigation: NavigationEntry[] = [{ section: "IAM", text: "Policy simulator", href: to.simulator(), place: 4 }];

export const routes = [
  page("iam/simulator", () => [{ text: "IAM", href: to.iam() }, { text: "Policy simulator", href: to.simulator() }], () => import("./SimulatorPage")),
];
