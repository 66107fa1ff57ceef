import { to } from "../../app/paths";
import { type NavigationEntry, page } from "../../app/route";

const LAMBDA = { text: "Lambda", href: to.functions() };
const FUNCTIONS = { text: "Functions", href: to.functions() };

export const navigation: NavigationEntry[] = [{ section: "Lambda", text: "Functions", href: to.functions(), place: 1 }];

export const routes = [
  page("functions", () => [LAMBDA, FUNCTIONS], () => import("./FunctionsPage")),
  page("functions/create", () => [LAMBDA, FUNCTIONS, { text: "Create function", href: to.createFunction() }], () => import("./CreateFunctionPage")),
  page("functions/:function", ({ function: name = "" }) => [LAMBDA, FUNCTIONS, { text: name, href: to.function(name) }], () => import("./FunctionPage")),
];
