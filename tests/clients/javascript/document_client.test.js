// AWS SDK for JavaScript v3: DynamoDBDocumentClient of @aws-sdk/lib-dynamodb, as its README and AWS's examples use it.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import {
  ConditionalCheckFailedException,
  DeleteTableCommand,
  ResourceNotFoundException,
  TransactionCanceledException,
  paginateListTables,
  waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";
import {
  BatchExecuteStatementCommand,
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocument,
  DynamoDBDocumentClient,
  ExecuteStatementCommand,
  GetCommand,
  NumberValue,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
  paginateQuery,
  paginateScan,
} from "@aws-sdk/lib-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { client, connect, createTable, unique } from "./server.js";

const documents = DynamoDBDocumentClient.from(client);
let TableName;

before(async () => {
  TableName = await createTable("documents", ["by-kind", "kind", "sk"]);
});

const fill = async (pk, count) => {
  const items = Array.from({ length: count }, (_, n) => ({
    pk,
    sk: String(n).padStart(3, "0"),
    kind: `${pk}-${n % 2 ? "odd" : "even"}`,
    n,
  }));
  for (let start = 0; start < count; start += 25) {
    const requests = items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
    const answer = await documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }));
    assert.deepEqual(answer.UnprocessedItems, {});
  }
  return items;
};

test("every JavaScript type comes back", async () => {
  const Item = {
    pk: "types",
    sk: "all",
    text: "ü ☃ 𝄞",
    empty: "",
    number: -12.5,
    big: 9007199254740993n,
    flag: true,
    nothing: null,
    bytes: new Uint8Array([0, 255]),
    list: [1, "two", [], { three: [3] }],
    map: { a: { b: {} } },
    strings: new Set(["a", "b"]),
    numbers: new Set([1, 2.5]),
    binaries: new Set([new Uint8Array([1])]),
  };
  await documents.send(new PutCommand({ TableName, Item }));
  const { Item: found } = await documents.send(new GetCommand({ TableName, Key: { pk: "types", sk: "all" } }));
  assert.deepEqual(found, Item);
});

test("marshall options: undefined, classes, empty values, numbers of any size", async () => {
  class Person {
    constructor() {
      this.name = "Ann";
      this.unset = undefined;
    }
  }
  // The options are kept in the client below, so it is one of its own.
  const lenient = DynamoDBDocumentClient.from(connect(), {
    marshallOptions: { removeUndefinedValues: true, convertClassInstanceToMap: true, convertEmptyValues: true },
    unmarshallOptions: { wrapNumbers: true },
  });
  const Key = { pk: "options", sk: "1" };
  const huge = NumberValue.from("12345678901234567890.123456789");
  await lenient.send(new PutCommand({ TableName, Item: { ...Key, person: new Person(), empty: "", gone: undefined, huge } }));
  const { Item } = await lenient.send(new GetCommand({ TableName, Key }));
  assert.deepEqual(Object.keys(Item).sort(), ["empty", "huge", "person", "pk", "sk"]);
  assert.deepEqual(Item.person, { name: "Ann" });
  assert.equal(Item.empty, null);
  assert.equal(Item.huge.value, "12345678901234567890.123456789");
  assert.deepEqual(unmarshall(marshall({ a: [1, { b: null }] })), { a: [1, { b: null }] });
});

test("update answers what was asked for, and a condition guards it", async () => {
  const Key = { pk: "update", sk: "1" };
  const first = await documents.send(
    new UpdateCommand({
      TableName,
      Key,
      UpdateExpression: "SET #c = if_not_exists(#c, :zero) + :one, tags = list_append(:none, :tags), m = :m",
      ExpressionAttributeNames: { "#c": "count" },
      ExpressionAttributeValues: { ":zero": 0, ":one": 1, ":none": [], ":tags": ["x"], ":m": { deep: { n: 1 } } },
      ReturnValues: "ALL_NEW",
    }),
  );
  assert.deepEqual(first.Attributes, { ...Key, count: 1, tags: ["x"], m: { deep: { n: 1 } } });
  const second = await documents.send(
    new UpdateCommand({
      TableName,
      Key,
      UpdateExpression: "SET m.deep.n = m.deep.n + :one, tags[1] = :y REMOVE tags[0]",
      ExpressionAttributeValues: { ":one": 1, ":y": "y" },
      ReturnValues: "UPDATED_NEW",
      ReturnConsumedCapacity: "INDEXES",
    }),
  );
  assert.equal(second.Attributes.m.deep.n, 2);
  assert.equal(second.ConsumedCapacity.Table.CapacityUnits, 1);
  const refused = documents.send(
    new DeleteCommand({
      TableName,
      Key,
      ConditionExpression: "#c > :c",
      ExpressionAttributeNames: { "#c": "count" },
      ExpressionAttributeValues: { ":c": 5 },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  );
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof ConditionalCheckFailedException);
    assert.equal(error.name, "ConditionalCheckFailedException");
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.match(error.$metadata.requestId, /^[0-9A-Z]{52}$/);
    assert.equal(error.Item.pk.S ?? error.Item.pk, "update");
    return true;
  });
  const gone = await documents.send(new DeleteCommand({ TableName, Key, ReturnValues: "ALL_OLD" }));
  assert.equal(gone.Attributes.count, 1);
});

test("queries, their pages and their filters", async () => {
  await fill("query", 60);
  const one = await documents.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :sk)",
      FilterExpression: "n <> :n AND attribute_type(n, :t)",
      ExpressionAttributeValues: { ":pk": "query", ":sk": "01", ":n": 15, ":t": "N" },
      ProjectionExpression: "n",
      ScanIndexForward: false,
    }),
  );
  assert.deepEqual(one.Items.map(({ n }) => n), [19, 18, 17, 16, 14, 13, 12, 11, 10]);
  assert.deepEqual([one.Count, one.ScannedCount], [9, 10]);
  const numbers = [];
  let pages = 0;
  const query = {
    TableName,
    IndexName: "by-kind",
    KeyConditionExpression: "kind = :kind",
    ExpressionAttributeValues: { ":kind": "query-odd" },
  };
  for await (const page of paginateQuery({ client: documents, pageSize: 7 }, query)) {
    pages += 1;
    numbers.push(...page.Items.map(({ n }) => n));
  }
  assert.deepEqual(numbers, Array.from({ length: 30 }, (_, n) => 2 * n + 1));
  assert.equal(pages, 5);
});

test("scans, in pages and in segments", async () => {
  await fill("scan", 30);
  const filter = { FilterExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": "scan" } };
  const found = [];
  for await (const page of paginateScan({ client: documents, pageSize: 10 }, { TableName, ...filter })) {
    found.push(...page.Items);
  }
  assert.equal(found.length, 30);
  const segments = await Promise.all(
    [0, 1, 2].map((Segment) => documents.send(new ScanCommand({ TableName, Segment, TotalSegments: 3, ...filter }))),
  );
  assert.equal(segments.reduce((sum, { Count }) => sum + Count, 0), 30);
});

test("batches", async () => {
  const items = await fill("batch", 40);
  const Keys = items.map(({ pk, sk }) => ({ pk, sk }));
  const answer = await documents.send(
    new BatchGetCommand({ RequestItems: { [TableName]: { Keys, ProjectionExpression: "n" } } }),
  );
  assert.equal(answer.Responses[TableName].length, 40);
  assert.deepEqual(answer.UnprocessedKeys, {});
  const requests = Keys.slice(0, 26).map((Key) => ({ DeleteRequest: { Key } }));
  const tooMany = documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }));
  await assert.rejects(tooMany, { name: "ValidationException" });
  await documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests.slice(1) } }));
  const left = await documents.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys } } }));
  assert.equal(left.Responses[TableName].length, 15);
});

test("transactions, and why they are cancelled", async () => {
  const Key = { pk: "transaction", sk: "1" };
  const put = { Put: { TableName, Item: { ...Key, n: 1 }, ConditionExpression: "attribute_not_exists(pk)" } };
  const other = { Update: { TableName, Key: { ...Key, sk: "2" }, UpdateExpression: "ADD n :one", ExpressionAttributeValues: { ":one": 1 } } };
  await documents.send(new TransactWriteCommand({ TransactItems: [put, other] }));
  const again = { ...put, Put: { ...put.Put, ReturnValuesOnConditionCheckFailure: "ALL_OLD" } };
  await assert.rejects(documents.send(new TransactWriteCommand({ TransactItems: [other, again] })), (error) => {
    assert.ok(error instanceof TransactionCanceledException);
    assert.deepEqual(error.CancellationReasons.map(({ Code }) => Code), ["None", "ConditionalCheckFailed"]);
    assert.match(error.message, /\[None, ConditionalCheckFailed\]$/);
    return true;
  });
  const read = await documents.send(
    new TransactGetCommand({ TransactItems: [{ Get: { TableName, Key } }, { Get: { TableName, Key: { ...Key, sk: "9" } } }] }),
  );
  assert.deepEqual(read.Responses.map(({ Item }) => Item), [{ ...Key, n: 1 }, undefined]);
});

test("the bare-bones document client", async () => {
  const document = DynamoDBDocument.from(client);
  const Key = { pk: "bare", sk: "1" };
  await document.put({ TableName, Item: { ...Key, list: [{ x: 1 }] } });
  await document.update({ TableName, Key, UpdateExpression: "SET #l[0].x = :x", ExpressionAttributeNames: { "#l": "list" }, ExpressionAttributeValues: { ":x": 2 } });
  assert.deepEqual((await document.get({ TableName, Key, ConsistentRead: true })).Item.list, [{ x: 2 }]);
  await document.delete({ TableName, Key });
  assert.equal((await document.get({ TableName, Key })).Item, undefined);
});

test("PartiQL statements", async () => {
  await documents.send(
    new ExecuteStatementCommand({
      Statement: `INSERT INTO "${TableName}" VALUE {'pk': ?, 'sk': ?, 'list': ?}`,
      Parameters: ["partiql", "1", [1, { two: 2 }]],
    }),
  );
  const { Items } = await documents.send(
    new ExecuteStatementCommand({ Statement: `SELECT * FROM "${TableName}" WHERE pk = ?`, Parameters: ["partiql"] }),
  );
  assert.deepEqual(Items, [{ pk: "partiql", sk: "1", list: [1, { two: 2 }] }]);
  const { Responses } = await documents.send(
    new BatchExecuteStatementCommand({
      Statements: ["1", "2"].map((sk) => ({
        Statement: `SELECT sk FROM "${TableName}" WHERE pk = 'partiql' AND sk = ?`,
        Parameters: [sk],
      })),
    }),
  );
  assert.deepEqual(Responses.map(({ Item }) => Item), [{ sk: "1" }, undefined]);
});

test("tables are listed, missing ones are told, deleted ones are waited for", async () => {
  const name = await createTable("short-lived");
  const names = [];
  for await (const page of paginateListTables({ client, pageSize: 2 }, {})) names.push(...page.TableNames);
  assert.ok(names.includes(TableName) && names.includes(name));
  await client.send(new DeleteTableCommand({ TableName: name }));
  await waitUntilTableNotExists({ client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { TableName: name });
  const missing = documents.send(new GetCommand({ TableName: unique("missing"), Key: { pk: "a", sk: "b" } }));
  await assert.rejects(missing, (error) => error instanceof ResourceNotFoundException);
});
