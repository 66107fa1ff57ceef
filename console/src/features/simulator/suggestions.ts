/** What the simulator's fields suggest: AWS's actions, and the resources that are here. */

import { formatArn } from "../../aws/arn";
import { listTables } from "../../aws/dynamodb";
import { listFunctions } from "../../aws/lambda";
import type { Operation } from "../../aws/operation";
import { session } from "../../aws/session";
import { SERVICES } from "../iam/catalog";

export const ACTIONS = SERVICES.map(({ prefix, name, actions }) => ({
  label: name,
  options: actions.map((action) => ({ value: `${prefix}:${action.name}`, description: action.grants })),
}));

/** The ARNs of the tables and functions. */
export const knownResources: Operation<object, string[]> = {
  service: "dynamodb",
  name: "KnownResources",
  send: async (_input, signal) => {
    const [tables, functions] = await Promise.all([listTables.send({}, signal), listFunctions.send({}, signal)]);
    const { region = "", account = "" } = session() ?? {};
    const ofTable = (name: string) => formatArn({ partition: "aws", service: "dynamodb", region, account, resource: `table/${name}` });
    return [...tables.map(ofTable), ...functions.map((each) => each.FunctionArn ?? "")];
  },
};
