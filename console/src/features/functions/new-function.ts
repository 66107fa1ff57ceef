/** Creating a function from scratch: its runtimes, its first code, and the role that it gets. */

import type { Runtime } from "@aws-sdk/client-lambda";

import type { Step } from "../../aws/hooks";
import { attachRolePolicy, createRole, listRoles } from "../../aws/iam";
import { createFunction } from "../../aws/lambda";
import { type Files, pack, withText } from "./package";

export const BASIC_EXECUTION = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

export interface RuntimeChoice {
  value: Runtime;
  label: string;
  file: string;
  handler: string;
  code: string;
}

const NODE = `export const handler = async (event) => {
  // TODO implement
  const response = {
    statusCode: 200,
    body: JSON.stringify('Hello from Lambda!'),
  };
  return response;
};
`;

const PYTHON = `import json

def lambda_handler(event, context):
    # TODO implement
    return {
        'statusCode': 200,
        'body': json.dumps('Hello from Lambda!')
    }
`;

function node(value: Runtime, label: string): RuntimeChoice {
  return { value, label, file: "index.mjs", handler: "index.handler", code: NODE };
}

function python(value: Runtime, label: string): RuntimeChoice {
  return { value, label, file: "lambda_function.py", handler: "lambda_function.lambda_handler", code: PYTHON };
}

export const RUNTIMES: RuntimeChoice[] = [
  node("nodejs20.x", "Node.js 20.x"),
  node("nodejs22.x", "Node.js 22.x"),
  python("python3.13", "Python 3.13"),
  python("python3.12", "Python 3.12"),
  python("python3.11", "Python 3.11"),
  python("python3.10", "Python 3.10"),
];

export interface NewFunction {
  name: string;
  runtime: RuntimeChoice;
  /** The package that was uploaded, or null for the runtime's first code. */
  upload: { archive: Uint8Array; handler: string } | null;
  /** The ARN of an existing role, or null for a new one with basic permissions. */
  role: string | null;
  description: string;
}

/** The trust policy with which Lambda may take a role on. */
export const LAMBDA_TRUST = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

/** Make the role if a new one is wanted, then the function. Returns the function's name. */
export async function create(form: NewFunction, step: Step): Promise<string> {
  const first: Files = withText({}, form.runtime.file, form.runtime.code);
  const role = form.role ?? (await newRole(form.name, step));
  await step(createFunction, {
    FunctionName: form.name,
    Runtime: form.runtime.value,
    Handler: form.upload?.handler ?? form.runtime.handler,
    Role: role,
    Code: { ZipFile: form.upload?.archive ?? pack(first) },
    ...(form.description ? { Description: form.description } : {}),
  });
  return form.name;
}

/** A role named after the function, with the permission to write logs. Returns its ARN. */
async function newRole(functionName: string, step: Step): Promise<string> {
  const RoleName = await freeName(`${functionName}-role`);
  const made = await step(createRole, {
    RoleName,
    Path: "/service-role/",
    AssumeRolePolicyDocument: JSON.stringify(LAMBDA_TRUST),
  });
  await step(attachRolePolicy, { RoleName, PolicyArn: BASIC_EXECUTION });
  return made.Role?.Arn ?? "";
}

/** The name, or with a number behind it where there is such a role already. */
async function freeName(wanted: string): Promise<string> {
  const taken = new Set((await listRoles.send({})).map((role) => role.RoleName));
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
  return name;
}
