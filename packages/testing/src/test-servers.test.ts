import pg from "pg";
import { afterAll, expect, test } from "vitest";
import { cloneDatabase } from "./clone-database.ts";
import { createBucket } from "./create-bucket.ts";
import { describeOnRedis, testRedis } from "./redis.ts";

const databases = await Promise.all([cloneDatabase({ from: "empty" }), cloneDatabase({ from: "empty" })]);
afterAll(() => Promise.all(databases.map((database) => database.drop())));

async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query(statement).finally(() => client.end());
  return rows;
}

test("two clones are two databases on one real Postgres", async () => {
  const [first, second] = databases.map((database) => database.url) as [string, string];
  await ask(first, "CREATE TABLE only_here (id int)");
  const find = "SELECT to_regclass('only_here')::text AS name";
  expect(await ask(first, find)).toEqual([{ name: "only_here" }]);
  expect(await ask(second, find)).toEqual([{ name: null }]);
});

test("each bucket is one of its own", async () => {
  const [first, second] = await Promise.all([createBucket(), createBucket()]);
  expect(first.bucket).not.toBe(second.bucket);
  expect(first.endpoint).toBe(second.endpoint);
});

describeOnRedis("Redis", () => {
  test("gives each caller a prefix of its own", async () => {
    const [first, second] = await Promise.all([testRedis(), testRedis()]);
    expect(first.url).toBe(second.url);
    expect(first.prefix).not.toBe(second.prefix);
  });
});
