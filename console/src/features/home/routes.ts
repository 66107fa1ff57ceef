import { page } from "../../app/route";

export const routes = [page("", () => [], () => import("./Home"))];
