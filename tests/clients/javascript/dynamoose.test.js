// dynamoose: schemas and models that make their tables themselves, as its guide uses them.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import dynamoose from "dynamoose";
import { unique } from "./server.js";

let Cat;

before(async () => {
  dynamoose.aws.ddb.set(new dynamoose.aws.ddb.DynamoDB({ maxAttempts: 1 }));
  const schema = new dynamoose.Schema(
    {
      id: { type: String, hashKey: true },
      name: { type: String, rangeKey: true },
      breed: { type: String, index: { name: "by-breed", type: "global", rangeKey: "age" } },
      age: { type: Number, default: 1, validate: (age) => age >= 0 },
      born: Date,
      friends: { type: Set, schema: [String] },
      collar: { type: Object, schema: { color: String, bell: Boolean } },
      meals: { type: Array, schema: [{ type: Object, schema: { food: String } }] },
      photo: Buffer,
    },
    { timestamps: true },
  );
  Cat = dynamoose.model(unique("Cat"), schema, {
    initialize: false,
    throughput: "ON_DEMAND",
    expires: { ttl: 3600, attribute: "expires" },
    waitForActive: { enabled: true, check: { timeout: 20_000, frequency: 100 } },
    tags: { project: "cats" },
  });
  await Cat.table().initialize();
});

test("documents are created, changed and deleted", async () => {
  const tom = new Cat({
    id: "1",
    name: "Tom",
    breed: "tabby",
    born: new Date(1_700_000_000_000),
    friends: new Set(["Kit"]),
    collar: { color: "red", bell: true },
    meals: [{ food: "fish" }],
    photo: Buffer.from([0, 255]),
  });
  await tom.save();
  const found = await Cat.get({ id: "1", name: "Tom" });
  assert.equal(found.age, 1);
  assert.equal(found.born.getTime(), 1_700_000_000_000);
  assert.deepEqual([...found.friends], ["Kit"]);
  assert.deepEqual({ ...found.collar }, { color: "red", bell: true });
  assert.deepEqual([...Buffer.from(found.photo)], [0, 255]);
  assert.ok(found.createdAt instanceof Date || typeof found.createdAt === "number");
  await assert.rejects(Cat.create({ id: "1", name: "Tom" }), { name: "ConditionalCheckFailedException" });
  const updated = await Cat.update(
    { id: "1", name: "Tom" },
    { $ADD: { age: 2 }, $SET: { breed: "manx" }, $REMOVE: ["collar"] },
    { condition: new dynamoose.Condition().filter("age").eq(1) },
  );
  assert.deepEqual([updated.age, updated.breed, updated.collar], [3, "manx", undefined]);
  await found.delete();
  assert.equal(await Cat.get({ id: "1", name: "Tom" }), undefined);
});

test("batches, queries and scans", async () => {
  const cats = Array.from({ length: 25 }, (_, n) => ({ id: "batch", name: `cat${String(n).padStart(2, "0")}`, breed: n % 2 ? "odd" : "even", age: n }));
  assert.deepEqual((await Cat.batchPut(cats)).unprocessedItems, []);
  assert.equal((await Cat.batchGet(cats.slice(0, 5).map(({ id, name }) => ({ id, name })))).length, 5);
  const odd = await Cat.query("breed").eq("odd").where("age").between(5, 9).using("by-breed").sort("descending").exec();
  assert.deepEqual(odd.map(({ age }) => age), [9, 7, 5]);
  const page = await Cat.query("id").eq("batch").limit(10).exec();
  assert.deepEqual([page.count, page.lastKey.name], [10, "cat09"]);
  const next = await Cat.query("id").eq("batch").startAt(page.lastKey).all().exec();
  assert.equal(next.length, 15);
  assert.equal((await Cat.query("id").eq("batch").filter("age").gt(20).count().exec()).count, 4);
  const scanned = await Cat.scan("id").eq("batch").and().where("name").beginsWith("cat1").or().where("age").in([1, 2]).exec();
  assert.equal(scanned.length, 12);
  assert.equal((await Cat.scan("id").eq("batch").parallel(3).exec()).length, 25);
  await Cat.batchDelete(cats.map(({ id, name }) => ({ id, name })));
  assert.equal((await Cat.query("id").eq("batch").count().exec()).count, 0);
});

test("transactions", async () => {
  const write = (name) => dynamoose.transaction([Cat.transaction.create({ id: "t", name }), Cat.transaction.create({ id: "t", name: "shared" })]);
  await write("first");
  await assert.rejects(write("second"), { name: "TransactionCanceledException" });
  const read = await dynamoose.transaction([Cat.transaction.get({ id: "t", name: "first" })]);
  assert.equal(read[0].name, "first");
  assert.equal(await Cat.get({ id: "t", name: "second" }), undefined);
});
