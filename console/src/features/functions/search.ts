import { to } from "../../app/paths";
import type { Searched } from "../../app/search";
import { listFunctions } from "../../aws/lambda";

export const what = "Functions";

export const list: Searched["list"] = async (signal) =>
  (await listFunctions.send({}, signal)).map(({ FunctionName: name = "" }) => ({ text: name, href: to.function(name) }));
