import { to } from "../../app/paths";
import { type NavigationEntry, page } from "../../app/route";
import { DYNAMODB } from "../tables/crumbs";

export const navigation: NavigationEntry[] = [{ section: "DynamoDB", text: "PartiQL editor", href: to.partiql(), place: 3 }];

export const routes = [page("partiql", () => [DYNAMODB, { text: "PartiQL editor", href: to.partiql() }], () => import("./PartiqlPage"))];
