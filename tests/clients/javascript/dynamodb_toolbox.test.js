// DynamoDB-Toolbox: a table, an entity and actions upon them, as its documentation uses them.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Entity } from "dynamodb-toolbox/entity";
import { BatchGetRequest } from "dynamodb-toolbox/entity/actions/batchGet";
import { BatchPutRequest } from "dynamodb-toolbox/entity/actions/batchPut";
import { DeleteItemCommand } from "dynamodb-toolbox/entity/actions/delete";
import { GetItemCommand } from "dynamodb-toolbox/entity/actions/get";
import { PutItemCommand } from "dynamodb-toolbox/entity/actions/put";
import { ConditionCheck } from "dynamodb-toolbox/entity/actions/transactCheck";
import { PutTransaction } from "dynamodb-toolbox/entity/actions/transactPut";
import { execute as transact } from "dynamodb-toolbox/entity/actions/transactWrite";
import { $add, $append, $remove, $sum, UpdateItemCommand } from "dynamodb-toolbox/entity/actions/update";
import { item, list, map, number, set, string } from "dynamodb-toolbox/schema";
import { Table } from "dynamodb-toolbox/table";
import { BatchGetCommand, execute as batchGet } from "dynamodb-toolbox/table/actions/batchGet";
import { BatchWriteCommand, execute as batchWrite } from "dynamodb-toolbox/table/actions/batchWrite";
import { QueryCommand } from "dynamodb-toolbox/table/actions/query";
import { ScanCommand } from "dynamodb-toolbox/table/actions/scan";
import { client, createTable } from "./server.js";

let table, pokemons;

before(async () => {
  const string_ = (name) => ({ name, type: "string" });
  table = new Table({
    documentClient: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    name: await createTable("toolbox", ["by-type", "type", "name"]),
    partitionKey: string_("pk"),
    sortKey: string_("sk"),
    indexes: { "by-type": { type: "global", partitionKey: string_("type"), sortKey: string_("name") } },
  });
  pokemons = new Entity({
    name: "POKEMON",
    table,
    schema: item({
      trainer: string().key().savedAs("pk"),
      id: string().key().savedAs("sk"),
      name: string(),
      type: string().enum("fire", "water"),
      level: number().default(1),
      moves: set(string()).optional(),
      log: list(string()).optional(),
      stats: map({ hp: number(), speed: number().optional() }).optional(),
    }),
  });
});

const pokemon = (trainer, n) => ({ trainer, id: String(n).padStart(2, "0"), name: `p${String(n).padStart(2, "0")}`, type: n % 2 ? "fire" : "water" });

test("items are put, updated by verbs, and deleted", async () => {
  const one = pokemon("ash", 1);
  const key = { trainer: one.trainer, id: one.id };
  await pokemons
    .build(PutItemCommand)
    .item({ ...one, moves: new Set(["cut"]), stats: { hp: 10 } })
    .options({ condition: { attr: "id", exists: false } })
    .send();
  const updated = await pokemons
    .build(UpdateItemCommand)
    .item({ ...key, level: $sum(1, 4), moves: $add(new Set(["fly"])), log: $append(["won"]), stats: { hp: $add(5), speed: 3 } })
    .options({ returnValues: "ALL_NEW", condition: { attr: "stats.hp", lt: 11 } })
    .send();
  assert.equal(updated.Attributes.level, 5);
  assert.deepEqual([...updated.Attributes.moves].sort(), ["cut", "fly"]);
  assert.deepEqual([updated.Attributes.log, updated.Attributes.stats], [["won"], { hp: 15, speed: 3 }]);
  await pokemons.build(UpdateItemCommand).item({ ...key, log: $remove() }).send();
  const { Item } = await pokemons.build(GetItemCommand).key(key).options({ attributes: ["log", "level"], consistent: true }).send();
  assert.deepEqual(Item, { level: 5 });
  const refused = pokemons.build(DeleteItemCommand).key(key).options({ condition: { attr: "level", gt: 5 } }).send();
  await assert.rejects(refused, { name: "ConditionalCheckFailedException" });
  await pokemons.build(DeleteItemCommand).key(key).send();
  assert.equal((await pokemons.build(GetItemCommand).key(key).send()).Item, undefined);
});

test("batches, queries and scans", async () => {
  const all = Array.from({ length: 20 }, (_, n) => pokemon("misty", n));
  await batchWrite(table.build(BatchWriteCommand).requests(...all.map((each) => pokemons.build(BatchPutRequest).item(each))));
  const { Responses } = await batchGet(
    table.build(BatchGetCommand).requests(...all.slice(0, 3).map(({ trainer, id }) => pokemons.build(BatchGetRequest).key({ trainer, id }))),
  );
  assert.deepEqual(Responses[0].map(({ name }) => name), ["p00", "p01", "p02"]);
  const { Items } = await table
    .build(QueryCommand)
    .query({ partition: "misty", range: { between: ["04", "09"] } })
    .entities(pokemons)
    .options({ filters: { POKEMON: { or: [{ attr: "type", eq: "fire" }, { attr: "name", beginsWith: "p08" }] } }, reverse: true })
    .send();
  assert.deepEqual(Items.map(({ id }) => id), ["09", "08", "07", "05"]);
  const fire = await table.build(QueryCommand).query({ index: "by-type", partition: "fire" }).entities(pokemons).options({ maxPages: Infinity, limit: 4 }).send();
  assert.equal(fire.Items.filter(({ trainer }) => trainer === "misty").length, 10);
  const scanned = await table.build(ScanCommand).entities(pokemons).options({ filters: { POKEMON: { attr: "trainer", eq: "misty" } } }).send();
  assert.equal(scanned.Items.length, 20);
});

test("transactions", async () => {
  const [one, other] = [pokemon("brock", 1), pokemon("brock", 2)];
  const put = (each) => pokemons.build(PutTransaction).item(each);
  await transact(put(one), put(other));
  const check = pokemons.build(ConditionCheck).key({ trainer: "brock", id: "02" }).condition({ attr: "level", gt: 50 });
  await assert.rejects(transact(put({ ...one, level: 99 }), check), { name: "TransactionCanceledException" });
  const { Item } = await pokemons.build(GetItemCommand).key({ trainer: "brock", id: "01" }).send();
  assert.equal(Item.level, 1);
});
