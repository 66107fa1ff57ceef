/** A call as somebody else would make it: on the command line, in Python, in JavaScript. */

import type { MadeCall } from "./calls";
import type { Service } from "./operation";

export type Language = "cli" | "boto3" | "javascript";

export const LANGUAGES: { id: Language; text: string }[] = [
  { id: "cli", text: "AWS CLI" },
  { id: "boto3", text: "boto3" },
  { id: "javascript", text: "JavaScript" },
];

const CLIENTS: Record<Exclude<Service, "tailrace">, { client: string; module: string }> = {
  dynamodb: { client: "DynamoDBClient", module: "dynamodb" },
  dynamodbstreams: { client: "DynamoDBStreamsClient", module: "dynamodb-streams" },
  lambda: { client: "LambdaClient", module: "lambda" },
  iam: { client: "IAMClient", module: "iam" },
  sts: { client: "STSClient", module: "sts" },
  logs: { client: "CloudWatchLogsClient", module: "cloudwatch-logs" },
  cloudwatch: { client: "CloudWatchClient", module: "cloudwatch" },
  sns: { client: "SNSClient", module: "sns" },
  sqs: { client: "SQSClient", module: "sqs" },
};
const ARCHIVE = "function.zip";
const SMALL_BYTES = 256;

/** The call in a language; Tailrace's own API is spoken by boto alone, and told by its name and input. */
export function showCall(call: MadeCall, language: Language): string {
  const input = (call.input ?? {}) as Record<string, unknown>;
  if (call.service === "tailrace") return `${call.operation} ${JSON.stringify(input, null, 2)}`;
  if (language === "cli") return cli(call.service, call.operation, input);
  if (language === "boto3") return boto3(call.service, call.operation, input);
  return javascript(call.service, call.operation, input);
}

/** `CreateEventSourceMapping` in words of small letters. */
function words(name: string, between: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, `$1${between}$2`)
    .replace(/([A-Z]+)([A-Z][a-z])/g, `$1${between}$2`)
    .toLowerCase();
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function quoted(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function cli(service: string, operation: string, input: Record<string, unknown>): string {
  const options = Object.entries(input).flatMap(([name, value]) => {
    const option = `--${words(name, "-")}`;
    if (value === undefined) return [];
    if (typeof value === "boolean") return [value ? option : option.replace("--", "--no-")];
    if (name === "Payload" && isBytes(value))
      return [`${option} ${quoted(new TextDecoder().decode(value))}`, "--cli-binary-format raw-in-base64-out", "response.json"];
    if (isBytes(value)) return [`${option} fileb://${ARCHIVE}`];
    const code = name === "Code" && (value as { ZipFile?: unknown }).ZipFile;
    if (code) return [`--zip-file fileb://${ARCHIVE}`];
    if (typeof value === "string") return [`${option} ${quoted(value)}`];
    if (value instanceof Date) return [`${option} ${value.toISOString()}`];
    const text = JSON.stringify(value, (_key, inner: unknown) => (isBytes(inner) ? base64(inner) : inner));
    return [`${option} ${quoted(text)}`];
  });
  return [`aws ${service} ${words(operation, "-")}`, ...options].join(" \\\n  ");
}

interface Notation {
  yes: string;
  no: string;
  nothing: string;
  bytes: (value: Uint8Array) => string;
  time: (value: string) => string;
  name: (name: string) => string;
}

const PYTHON: Notation = {
  yes: "True",
  no: "False",
  nothing: "None",
  bytes: (value) => (value.length > SMALL_BYTES ? `open("${ARCHIVE}", "rb").read()` : `base64.b64decode("${base64(value)}")`),
  time: (value) => JSON.stringify(value),
  name: (name) => JSON.stringify(name),
};
const JAVASCRIPT: Notation = {
  yes: "true",
  no: "false",
  nothing: "null",
  bytes: (value) => (value.length > SMALL_BYTES ? `readFileSync("${ARCHIVE}")` : `Buffer.from("${base64(value)}", "base64")`),
  time: (value) => `new Date("${value}")`,
  name: (name) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)),
};

function literal(value: unknown, notation: Notation, indent: string): string {
  const inner = `${indent}  `;
  if (value === null || value === undefined) return notation.nothing;
  if (typeof value === "boolean") return value ? notation.yes : notation.no;
  if (isBytes(value)) return notation.bytes(value);
  if (value instanceof Date) return notation.time(value.toISOString());
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map((each) => `${inner}${literal(each, notation, inner)},`).join("\n")}\n${indent}]`;
  }
  if (typeof value === "object") {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined);
    if (entries.length === 0) return "{}";
    return `{\n${entries.map(([name, each]) => `${inner}${notation.name(name)}: ${literal(each, notation, inner)},`).join("\n")}\n${indent}}`;
  }
  return JSON.stringify(value);
}

function boto3(service: string, operation: string, input: Record<string, unknown>): string {
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  const parameters = given.map(([name, value]) => `    ${name}=${literal(value, PYTHON, "    ")},`);
  const body = parameters.map((line) => line).join("\n");
  const imports = body.includes("base64.b64decode") ? "import base64\nimport boto3" : "import boto3";
  return `${imports}\n\nboto3.client("${service}").${words(operation, "_")}(${body ? `\n${body}\n` : ""})`;
}

function javascript(service: Exclude<Service, "tailrace">, operation: string, input: Record<string, unknown>): string {
  const { client, module } = CLIENTS[service];
  const body = literal(input, JAVASCRIPT, "");
  const files = body.includes("readFileSync") ? 'import { readFileSync } from "node:fs";\n' : "";
  const imports = `${files}import { ${client}, ${operation}Command } from "@aws-sdk/client-${module}";`;
  return `${imports}\n\nawait new ${client}().send(new ${operation}Command(${body}));`;
}
