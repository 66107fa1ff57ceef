/** How far somebody has come in the DynamoDB Streams tutorial, read off what is there: nothing is ticked by hand. */

import { to } from "../../app/paths";
import { describeTable, listTables, scan } from "../../aws/dynamodb";
import { listEventSourceMappings, listFunctions } from "../../aws/lambda";
import { describeLogGroups } from "../../aws/logs";
import type { Operation } from "../../aws/operation";
import { streamAccess } from "../triggers/stream-access";

export const TABLE = "Cloud9";
export const FUNCTION = "DB-Stream-Handler";
const ROLE = `${FUNCTION}-role`;

export interface Step {
  text: string;
  how: string;
  href: string;
  done: boolean;
}

/** What is there of the tutorial's things. */
export interface Progress {
  table: boolean;
  item: boolean;
  view: string | undefined;
  function: boolean;
  allowed: boolean;
  trigger: boolean;
  log: boolean;
}

export const progress: Operation<object, Progress> = {
  service: "dynamodb",
  name: "TutorialProgress",
  send: async (_input, signal) => {
    const [tables, functions, groups] = await Promise.all([
      listTables.send({}, signal),
      listFunctions.send({}, signal),
      describeLogGroups.send({ logGroupNamePrefix: `/aws/lambda/${FUNCTION}` }, signal),
    ]);
    const table = tables.includes(TABLE) ? (await describeTable.send({ TableName: TABLE }, signal)).Table : undefined;
    const items = table ? await scan.send({ TableName: TABLE, Limit: 1 }, signal) : undefined;
    const handler = functions.some((each) => each.FunctionName === FUNCTION);
    const on = table?.StreamSpecification?.StreamEnabled ? table.LatestStreamArn : undefined;
    const access = on && handler ? await streamAccess.send({ functionName: FUNCTION, streamArn: on }, signal) : undefined;
    const mappings = on ? await listEventSourceMappings.send({ EventSourceArn: on }, signal) : [];
    return {
      table: table !== undefined,
      item: (items?.Items ?? []).length > 0,
      view: on && table?.StreamSpecification?.StreamViewType,
      function: handler,
      allowed: access?.lacking.length === 0,
      trigger: mappings.some((each) => each.FunctionArn?.split(":")[6] === FUNCTION),
      log: groups.some((group) => group.logGroupName === `/aws/lambda/${FUNCTION}`),
    };
  },
};

/** The tutorial's steps in its own words, each with the page where it is done. */
export function stepsOf(found: Progress): Step[] {
  return [
    {
      text: `Create the table ${TABLE}`,
      how: "Partition key PK, sort key SK, both strings.",
      href: to.createTable(),
      done: found.table,
    },
    {
      text: "Put a fruit into it",
      how: "FRUIT, APPLE#WASHINGTON, with Stocks and Price.",
      href: found.table ? to.createItem(TABLE) : to.tables(),
      done: found.item,
    },
    {
      text: "Turn on the stream with New and old images",
      how: "Exports and streams, DynamoDB stream details, Turn on.",
      href: found.table ? to.turnOnStream(TABLE) : to.tables(),
      done: found.view === "NEW_AND_OLD_IMAGES",
    },
    {
      text: `Create the function ${FUNCTION}`,
      how: "Author from scratch; paste the code, and Deploy.",
      href: to.createFunction(),
      done: found.function,
    },
    {
      text: "Let its role read the stream",
      how: "Add permissions, Create inline policy.",
      href: found.function ? to.role(ROLE) : to.roles(),
      done: found.allowed,
    },
    {
      text: "Create the trigger",
      how: "Choose the function, keep the batch size at 1, Turn on trigger.",
      href: found.table ? to.createTrigger(TABLE) : to.tables(),
      done: found.trigger,
    },
    {
      text: "Change the stock, and read what the function logged",
      how: "Edit item, Save; Log groups, the stream, the event.",
      href: found.log ? to.logGroup(`/aws/lambda/${FUNCTION}`) : to.items(found.table ? TABLE : undefined),
      done: found.log && found.trigger,
    },
  ];
}
