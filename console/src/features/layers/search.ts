import { to } from "../../app/paths";
import type { Searched } from "../../app/search";
import { listLayers } from "../../aws/lambda-layers";

export const what = "Layers";

export const list: Searched["list"] = async (signal) =>
  (await listLayers.send({}, signal)).map(({ LayerName: name = "" }) => ({ text: name, href: to.layer(name) }));
