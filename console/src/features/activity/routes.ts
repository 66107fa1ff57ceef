import { to } from "../../app/paths";
import { type NavigationEntry, page } from "../../app/route";

export const navigation: NavigationEntry[] = [{ section: "Tailrace", text: "Activity", href: to.activity(), place: 2 }];

export const routes = [page("activity", () => [{ text: "Activity", href: to.activity() }], () => import("./ActivityPage"))];
