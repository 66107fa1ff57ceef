import { to } from "../../app/paths";
import { type NavigationEntry, page } from "../../app/route";

const LAMBDA = { text: "Lambda", href: to.functions() };
const LAYERS = { text: "Layers", href: to.layers() };

export const navigation: NavigationEntry[] = [{ section: "Lambda", text: "Layers", href: to.layers(), place: 2 }];

export const routes = [
  page("layers", () => [LAMBDA, LAYERS], () => import("./LayersPage")),
  page("layers/create", () => [LAMBDA, LAYERS, { text: "Create layer", href: to.createLayer() }], () => import("./CreateLayerPage")),
  page("layers/:layer", ({ layer: name = "" }) => [LAMBDA, LAYERS, { text: name, href: to.layer(name) }], () => import("./LayerPage")),
];
