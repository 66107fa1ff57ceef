// AWS SDK for JavaScript v3: a function's response, read while the function still writes it.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { crc32 } from "node:zlib";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateFunctionCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import { client as dynamodb, createTable, unique } from "./server.js";

const iam = new IAMClient({ maxAttempts: 1 });
const lambda = new LambdaClient({ maxAttempts: 1 });

// After each word it waits until its caller says, through the table, that it has read it.
const SOURCE = `
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
const client = new DynamoDBClient({});
export const handler = awslambda.streamifyResponse(async ({ TableName, fails }, stream) => {
  for (const word of ["one", "two"]) {
    stream.write(word);
    const Key = { pk: { S: word }, sk: { S: "heard" } };
    while (!(await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  if (fails) throw new RangeError("too far");
  stream.end();
});
`;

// A zip archive with one file, stored as it is.
function zipped(name, text) {
  const data = Buffer.from(text);
  const file = Buffer.from(name);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc32(data), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(data.length, 18);
  common.writeUInt16LE(file.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, file, data]);
  const entry = Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, Buffer.alloc(14), file]);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, end]);
}

let FunctionName;
let TableName;

before(async () => {
  TableName = await createTable("heard");
  FunctionName = unique("talks");
  const RoleName = unique("talks");
  const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
  const document = (statement) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document(trust) }));
  const PolicyDocument = document({ Effect: "Allow", Action: "dynamodb:GetItem", Resource: "*" });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "reads", PolicyDocument }));
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: Role.Arn,
      Runtime: "nodejs20.x",
      Handler: "index.handler",
      Timeout: 15,
      Code: { ZipFile: zipped("index.mjs", SOURCE) },
    }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { FunctionName });
});

async function listen(fails) {
  const Payload = JSON.stringify({ TableName, fails });
  const { EventStream } = await lambda.send(new InvokeWithResponseStreamCommand({ FunctionName, Payload }));
  const heard = [];
  for await (const event of EventStream) {
    if (event.InvokeComplete) return { heard, complete: event.InvokeComplete };
    heard.push(Buffer.from(event.PayloadChunk.Payload).toString());
    const Item = { pk: { S: heard.at(-1) }, sk: { S: "heard" } };
    await dynamodb.send(new PutItemCommand({ TableName, Item }));
  }
  throw new Error("the stream has no end");
}

test("each piece arrives when it is written", async () => {
  const { heard, complete } = await listen(false);
  assert.deepEqual(heard, ["one", "two"]);
  assert.equal(complete.ErrorCode, undefined);
});

test("an error in the midst is told at the end", async () => {
  const { heard, complete } = await listen(true);
  assert.deepEqual(heard, ["one", "two"]);
  assert.equal(complete.ErrorCode, "RangeError");
  assert.equal(JSON.parse(complete.ErrorDetails).errorMessage, "too far");
});
