// ElectroDB: entities and a service in a single table, as its guide's store of rented shops.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { Entity, Service, createConversions } from "electrodb";
import { client, createTable } from "./server.js";

let stores, leases, mall;

before(async () => {
  const table = await createTable("electro", ["gsi1pk-gsi1sk-index", "gsi1pk", "gsi1sk"]);
  const configuration = { client, table };
  stores = new Entity(
    {
      model: { entity: "store", version: "1", service: "mall" },
      attributes: {
        cityId: { type: "string", required: true },
        mallId: { type: "string", required: true },
        storeId: { type: "string", required: true },
        category: { type: ["food", "toys", "clothing"], required: true },
        rent: { type: "number", default: 100 },
        tags: { type: "set", items: "string" },
        visits: { type: "list", items: { type: "map", properties: { at: { type: "number" } } } },
        address: { type: "map", properties: { street: { type: "string" } } },
        createdAt: { type: "number", readOnly: true, default: () => 7, set: () => 7 },
      },
      indexes: {
        store: {
          pk: { field: "pk", composite: ["cityId", "mallId"] },
          sk: { field: "sk", composite: ["storeId"] },
        },
        categories: {
          collection: "byMall",
          index: "gsi1pk-gsi1sk-index",
          pk: { field: "gsi1pk", composite: ["mallId"] },
          sk: { field: "gsi1sk", composite: ["category", "storeId"] },
        },
      },
    },
    configuration,
  );
  leases = new Entity(
    {
      model: { entity: "lease", version: "1", service: "mall" },
      attributes: {
        leaseId: { type: "string", required: true },
        mallId: { type: "string", required: true },
        ends: { type: "string", required: true },
      },
      indexes: {
        lease: { pk: { field: "pk", composite: ["leaseId"] }, sk: { field: "sk", composite: [] } },
        malls: {
          collection: "byMall",
          index: "gsi1pk-gsi1sk-index",
          pk: { field: "gsi1pk", composite: ["mallId"] },
          sk: { field: "gsi1sk", composite: ["ends"] },
        },
      },
    },
    configuration,
  );
  mall = new Service({ stores, leases }, configuration);
});

const key = (mallId, storeId) => ({ cityId: "oslo", mallId, storeId });

test("create, get, patch, upsert, remove", async () => {
  const one = key("crud", "1");
  const created = await stores.create({ ...one, category: "food", tags: ["a"], address: { street: "First" } }).go();
  assert.equal(created.data.rent, 100);
  await assert.rejects(stores.create({ ...one, category: "food" }).go(), /conditional request failed/);
  const patched = await stores
    .patch(one)
    .set({ category: "toys" })
    .add({ rent: 5, tags: ["b"] })
    .append({ visits: [{ at: 1 }] })
    .data(({ address }, { set }) => set(address.street, "Second"))
    .where(({ rent }, { eq }) => eq(rent, 100))
    .go({ response: "all_new" });
  assert.deepEqual(
    [patched.data.category, patched.data.rent, patched.data.tags, patched.data.visits, patched.data.address.street],
    ["toys", 105, ["a", "b"], [{ at: 1 }], "Second"],
  );
  await assert.rejects(stores.patch(key("crud", "none")).set({ rent: 1 }).go(), /conditional request failed/);
  await stores.upsert({ ...key("crud", "2"), category: "food" }).go();
  const got = await stores.get([one, key("crud", "2"), key("crud", "3")]).go();
  assert.deepEqual(got.data.map(({ storeId }) => storeId).sort(), ["1", "2"]);
  assert.deepEqual(got.unprocessed, []);
  await stores.remove(one).go();
  assert.equal((await stores.get(one).go()).data, null);
});

test("queries by index, with filters, cursors and collections", async () => {
  const all = Array.from({ length: 30 }, (_, n) => ({
    ...key("query", String(n).padStart(2, "0")),
    category: n % 3 ? "food" : "toys",
    rent: n,
  }));
  assert.deepEqual((await stores.put(all).go()).unprocessed, []);
  await leases.put({ leaseId: "l1", mallId: "query", ends: "2030-01-01" }).go();
  const toys = await stores.query
    .categories({ mallId: "query" })
    .begins({ category: "toys" })
    .where(({ rent }, { between }) => between(rent, 3, 12))
    .go({ order: "desc" });
  assert.deepEqual(toys.data.map(({ rent }) => rent), [12, 9, 6, 3]);
  const seen = [];
  let cursor = null;
  do {
    const page = await stores.query.store({ cityId: "oslo", mallId: "query" }).go({ cursor, limit: 7 });
    seen.push(...page.data.map(({ storeId }) => storeId));
    cursor = page.cursor;
  } while (cursor !== null);
  assert.deepEqual(seen, all.map(({ storeId }) => storeId));
  const range = await stores.query.store({ cityId: "oslo", mallId: "query" }).between({ storeId: "05" }, { storeId: "07" }).go();
  assert.equal(range.data.length, 3);
  const both = await mall.collections.byMall({ mallId: "query" }).go({ pages: "all" });
  assert.deepEqual([both.data.stores.length, both.data.leases.length], [30, 1]);
  const scanned = await stores.scan.where(({ mallId, rent }, { eq, gt }) => `${eq(mallId, "query")} AND ${gt(rent, 27)}`).go({ pages: "all" });
  assert.deepEqual(scanned.data.map(({ rent }) => rent).sort(), [28, 29]);
  assert.ok(createConversions(stores).fromComposite.toKeys(all[0]).pk.startsWith("$mall"));
});

test("transactions across entities", async () => {
  const write = () =>
    mall.transaction
      .write(({ stores, leases }) => [
        stores.create({ ...key("transaction", "1"), category: "food" }).commit(),
        leases.put({ leaseId: "t1", mallId: "transaction", ends: "2031-01-01" }).commit(),
      ])
      .go();
  assert.equal((await write()).canceled, false);
  const again = await write();
  assert.equal(again.canceled, true);
  assert.deepEqual(again.data.map(({ rejected, code }) => [rejected, code]), [
    [true, "ConditionalCheckFailed"],
    [false, "None"],
  ]);
  const read = await mall.transaction
    .get(({ stores, leases }) => [stores.get(key("transaction", "1")).commit(), leases.get({ leaseId: "t1" }).commit()])
    .go();
  assert.deepEqual(read.data.map(({ item }) => item.mallId), ["transaction", "transaction"]);
});
