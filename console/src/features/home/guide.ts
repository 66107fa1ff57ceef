/** The guide beside the pages: each step of the tutorial, what of it is really so, and what to do where it isn't. */

import { to } from "../../app/paths";
import { describeTable, listTables, scan } from "../../aws/dynamodb";
import { listEventSourceMappings, listFunctions } from "../../aws/lambda";
import { describeLogGroups, filterLogEvents } from "../../aws/logs";
import type { Operation } from "../../aws/operation";
import { listActivity } from "../../aws/tailrace";
import { type Attempt, listAttempts } from "../../aws/traces";
import { streamAccess } from "../triggers/stream-access";
import { FUNCTION, TABLE } from "./tutorial";

const GROUP = `/aws/lambda/${FUNCTION}`;
const NEW_AND_OLD = "NEW_AND_OLD_IMAGES";

/** What the server has of the tutorial's things. */
export interface State {
  /** The names of the table's keys; null where there is no table. */
  keys: string[] | null;
  item: boolean;
  /** The stream's view type; null where the stream is off. */
  view: string | null;
  function: boolean;
  /** The trigger was refused for want of a permission, once at least. */
  refused: boolean;
  /** The function's role, once it is there. */
  role: string | null;
  /** Actions that the role isn't allowed; null where nobody can tell yet. */
  lacking: string[] | null;
  /** The trigger's state; null where there is none. */
  trigger: string | null;
  /** The latest call of the function by the trigger. */
  attempt: Attempt | null;
  /** Where the function logged a change of an item. */
  logged: { group: string; stream: string } | null;
}

export const tutorialState: Operation<object, State> = {
  service: "dynamodb",
  name: "TutorialState",
  send: async (_input, signal) => {
    const [tables, functions, groups] = await Promise.all([
      listTables.send({}, signal),
      listFunctions.send({}, signal),
      describeLogGroups.send({ logGroupNamePrefix: GROUP }, signal),
    ]);
    const table = tables.includes(TABLE) ? (await describeTable.send({ TableName: TABLE }, signal)).Table : undefined;
    const items = table?.TableStatus === "ACTIVE" ? await scan.send({ TableName: TABLE, Limit: 1 }, signal) : undefined;
    const stream = table?.StreamSpecification?.StreamEnabled ? table.LatestStreamArn : undefined;
    const handler = functions.find((each) => each.FunctionName === FUNCTION);
    const access = stream && handler ? await streamAccess.send({ functionName: FUNCTION, streamArn: stream }, signal) : null;
    const mappings = stream ? await listEventSourceMappings.send({ EventSourceArn: stream }, signal) : [];
    const mapping = mappings.find((each) => each.FunctionArn?.split(":")[6] === FUNCTION);
    const asked = handler ? await listActivity.send({ Operation: "CreateEventSourceMapping", MaxResults: 20 }, signal) : null;
    const attempts = mapping ? await listAttempts.send({ EventSourceMappingUUID: mapping.UUID ?? "", MaxResults: 1 }, signal) : null;
    const hasLogs = groups.some((group) => group.logGroupName === GROUP);
    const events = hasLogs ? await filterLogEvents.send({ logGroupName: GROUP, filterPattern: "MODIFY", limit: 1 }, signal) : null;
    const event = events?.events?.[0];
    return {
      keys: table ? (table.KeySchema ?? []).map((key) => key.AttributeName ?? "") : null,
      item: (items?.Items ?? []).length > 0,
      view: (stream && table?.StreamSpecification?.StreamViewType) || null,
      function: handler !== undefined,
      refused: asked?.Activities.some((each) => each.ErrorCode === "InvalidParameterValueException") ?? false,
      role: access?.role ?? handler?.Role?.split("/").at(-1) ?? null,
      lacking: access?.lacking ?? null,
      trigger: mapping?.State ?? null,
      attempt: attempts?.Attempts[0] ?? null,
      logged: event ? { group: GROUP, stream: event.logStreamName ?? "" } : null,
    };
  },
};

export interface GuideStep {
  title: string;
  /** What to do, by the labels on the pages. */
  words: string[];
  page: { text: string; href: string };
  done: boolean;
  /** What is so instead, and what helps; null where the step is just not done yet. */
  trouble: string | null;
}

/** The steps in the tutorial's order and words. */
export function guideOf(state: State): GuideStep[] {
  return [...tableSteps(state), ...triggerSteps(state), ...changeSteps(state)];
}

function tableSteps({ keys, item, view }: State): GuideStep[] {
  const there = keys !== null;
  const fitting = keys?.join() === "PK,SK";
  return [
    {
      title: `Create the table ${TABLE}`,
      words: [`Start with creating a DynamoDB table, named ${TABLE}.`, "Partition key PK and sort key SK, both of type String. Then Create table."],
      page: { text: "Create table", href: to.createTable() },
      done: fitting,
      trouble: there && !fitting ? `${TABLE} has the key ${keys.join(", ")}, and the tutorial's is PK, SK. Delete the table, and create it anew.` : null,
    },
    {
      title: "Put a fruit into it",
      words: ["Create item: PK is FRUIT, SK is APPLE#WASHINGTON (NAME#PLACE).", "Add the attribute Stocks, a number: 39 apples. Price is a map with INR and USD, if you like."],
      page: there ? { text: "Create item", href: to.createItem(TABLE) } : { text: "Tables", href: to.tables() },
      done: item,
      trouble: null,
    },
    {
      title: "Turn on the stream",
      words: ["In the table, go to Exports and streams, and hit Turn on in the section DynamoDB stream details.", "Select New and old images: the before and the after. Finally hit Turn on stream."],
      page: there ? { text: "Exports and streams", href: to.table(TABLE, "streams") } : { text: "Tables", href: to.tables() },
      done: view === NEW_AND_OLD,
      trouble: view && view !== NEW_AND_OLD ? `The stream is on, but with ${view}. Turn it off, and on again with New and old images.` : null,
    },
  ];
}

function triggerSteps(state: State): GuideStep[] {
  const { view, role, lacking, trigger } = state;
  const allowed = lacking?.length === 0;
  const create = view ? { text: "Create a trigger", href: to.createTrigger(TABLE, state.function ? FUNCTION : undefined) } : { text: "Tables", href: to.tables() };
  return [
    {
      title: `Create the function ${FUNCTION}`,
      words: ["On Create a trigger, choose Create new, then Author from scratch, and Create function.", "In the Code tab open index.mjs, log the event with console.log(JSON.stringify(event, null, 2)), and hit Deploy."],
      page: { text: "Create function", href: to.createFunction() },
      done: state.function,
      trouble: null,
    },
    {
      title: "Ask for the trigger, and meet the permission error",
      words: ["Back on Create a trigger, select your function, keep the batch size, keep Turn on trigger checked, and click on Create trigger.", "You'll be greeted with an error saying: Cannot access stream. Don't fret, the next step fixes it."],
      page: create,
      done: state.refused || trigger !== null || (allowed && view !== null),
      trouble: null,
    },
    {
      title: "Let its role read the stream",
      words: ["In the function: Configuration, Permissions, and the Role name link in blue. Add permissions, Create inline policy.", "Visual: DynamoDB with GetRecords, GetShardIterator, DescribeStream and ListStreams; Specific, Add ARNs, paste the stream's ARN. Next, name it dynamodb-stream-access, Create policy."],
      page: role ? { text: "Create inline policy", href: to.createInlinePolicy(role) } : { text: "Roles", href: to.roles() },
      done: allowed,
      trouble: lacking?.length ? `The role ${role ?? ""} is not allowed ${lacking.join(", ")}. Take the ARN of the stream, not the table's.` : null,
    },
    {
      title: "Create the trigger",
      words: ["Head back to Create a trigger, and hit Create trigger. This time, you should get zero errors."],
      page: create,
      done: trigger === "Enabled",
      trouble: trigger && trigger !== "Enabled" ? `The trigger is there, but ${trigger}. If it stays so, choose it under Exports and streams, and Turn on trigger.` : null,
    },
  ];
}

function changeSteps({ keys, trigger, attempt, logged }: State): GuideStep[] {
  const failed = attempt && attempt.Outcome !== "Success";
  const why = attempt?.Error ? `: ${attempt.Error}` : "";
  return [
    {
      title: "Change the stock",
      words: ["Check the box for an item such as APPLE#WASHINGTON, Edit item, update its stock from 39 to 33, and hit Save."],
      page: { text: "Explore items", href: to.items(keys ? TABLE : undefined) },
      done: attempt?.Outcome === "Success",
      trouble: failed && trigger ? `The function was called, and it ended in ${attempt.Outcome}${why}. Mend its code, Deploy, and save the item once more.` : null,
    },
    {
      title: "Read what the function logged",
      words: ["In CloudWatch, click on Log groups, your function's group, and the most recent log stream.", "Expand the event below START RequestId: it has the NewImage and the OldImage of what was changed."],
      page: logged ? { text: "Log events", href: to.logStream(logged.group, logged.stream) } : { text: "Log groups", href: to.logGroups() },
      done: logged !== null,
      trouble: attempt?.Outcome === "Success" && !logged ? "The function was called, but it has logged no MODIFY. Edit an item that is there already, and have the code log the whole event." : null,
    },
  ];
}
