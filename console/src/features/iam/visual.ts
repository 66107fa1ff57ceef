/**
 * A policy as the visual editor has it, and as JSON. A block is what one service is allowed or denied; actions that take no
 * resource of their own go into a statement with `*` beside the others, as AWS's editor does.
 */

import { actionOf, serviceOf, typesOf } from "./catalog";

export interface Block {
  /** The prefix of the actions: "dynamodb"; empty until one is chosen. */
  service: string;
  effect: "Allow" | "Deny";
  /** Names without the prefix; patterns such as `Get*` are kept. */
  actions: string[];
  /** ARNs; `["*"]` is all, and none is not yet decided: such a policy is no policy yet. */
  resources: string[];
}

interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Action: string | string[];
  Resource: string | string[];
}

const KNOWN = new Set(["Sid", "Effect", "Action", "Resource"]);

export const EMPTY_POLICY = JSON.stringify({ Version: "2012-10-17", Statement: [] }, null, 2);

/** Nothing chosen yet. */
export function newBlock(): Block {
  return { service: "", effect: "Allow", actions: [], resources: [] };
}

/** The text of the policy that blocks make. Blocks without actions say nothing yet. */
export function textOf(blocks: Block[]): string {
  const statements = blocks.flatMap(statementsOf);
  const numbered = statements.map((statement, at) => ({ Sid: `VisualEditor${at}`, ...statement }));
  return JSON.stringify({ Version: "2012-10-17", Statement: numbered }, null, 2);
}

function statementsOf(block: Block): Statement[] {
  if (block.actions.length === 0) return [];
  const all = block.resources.join() === "*";
  const general = all ? [] : block.actions.filter((name) => takesNoResource(block.service, name));
  const specific = block.actions.filter((name) => !general.includes(name));
  const found: Statement[] = [];
  if (specific.length) found.push(statement(block, specific, all ? ["*"] : block.resources));
  if (general.length) found.push(statement(block, general, ["*"]));
  return found;
}

/** What a policy's text lacks before it can be saved, in a sentence: resources for actions that are restricted to some. */
export function lacks(text: string): string | null {
  let blocks: Block[];
  try {
    blocks = blocksOf(text);
  } catch {
    return null; // what the visual editor can't show is IAM's to judge
  }
  return blocks.map(lacksResources).find((found) => found !== null) ?? null;
}

/** What a block lacks: null where it names resources, or its actions take none. */
export function lacksResources(block: Block): string | null {
  const service = serviceOf(block.service);
  if (!service || block.resources.length > 0) return null;
  const without = block.actions.filter((name) => !takesNoResource(block.service, name));
  const [first] = without;
  if (first === undefined) return null;
  const type = typesOf(service, without)[0] ?? "";
  const others = without.length - 1;
  return `Specify ${type} resource ARN for the ${first} ${others ? `and ${others} more ${others === 1 ? "action" : "actions"}` : "action"}.`;
}

function statement(block: Block, actions: string[], resources: string[]): Statement {
  const names = actions.map((name) => `${block.service}:${name}`);
  return { Effect: block.effect, Action: oneOrAll(names), Resource: oneOrAll(resources) };
}

function takesNoResource(prefix: string, name: string): boolean {
  const service = serviceOf(prefix);
  return service !== undefined && actionOf(service, name)?.types.length === 0;
}

function oneOrAll(texts: string[]): string | string[] {
  return texts.length === 1 && texts[0] !== undefined ? texts[0] : texts;
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

export class NotVisual extends Error {}

/** The blocks of a policy's text. Throws NotVisual, in words, for what only the JSON editor can show. */
export function blocksOf(text: string): Block[] {
  let document: { Statement?: unknown };
  try {
    document = JSON.parse(text) as typeof document;
  } catch (error) {
    throw new NotVisual(`The policy is no valid JSON: ${(error as Error).message}`);
  }
  if (typeof document !== "object" || document === null) throw new NotVisual("A policy is an object with statements");
  const statements = document.Statement === undefined ? [] : Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  return statements.map(blockOf).reduce(joined, []);
}

function blockOf(found: unknown): Block {
  if (typeof found !== "object" || found === null) throw new NotVisual("A statement is an object");
  const unknown = Object.keys(found).filter((key) => !KNOWN.has(key));
  if (unknown.length) throw new NotVisual(`A statement has ${unknown.join(", ")}, which the JSON editor alone shows`);
  const { Effect, Action, Resource } = found as Partial<Statement>;
  if (Effect !== "Allow" && Effect !== "Deny") throw new NotVisual("The Effect of a statement is Allow or Deny");
  if (Action === undefined || Resource === undefined) throw new NotVisual("A statement has an Action and a Resource");
  const actions = list(Action).map((name) => name.split(":"));
  const services = new Set(actions.map(([prefix = ""]) => prefix));
  const [service = ""] = services;
  if (services.size !== 1 || !serviceOf(service))
    throw new NotVisual("A statement is for several services, or one that the visual editor doesn't know");
  return { service, effect: Effect, actions: actions.map(([, name = "*"]) => name), resources: list(Resource) };
}

/** Puts a statement with `*` to the block before it, if it is there only for want of a resource. */
function joined(blocks: Block[], next: Block): Block[] {
  const last = blocks.at(-1);
  const forWant = next.resources.join() === "*" && next.actions.every((name) => takesNoResource(next.service, name));
  if (!last || !forWant || last.service !== next.service || last.effect !== next.effect || last.resources.join() === "*")
    return [...blocks, next];
  return [...blocks.slice(0, -1), { ...last, actions: [...last.actions, ...next.actions] }];
}
