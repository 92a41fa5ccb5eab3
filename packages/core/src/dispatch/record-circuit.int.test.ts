import { cloneDatabase, type TestDatabase } from "@darkroom/testing/clone-database";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { recordFailure, resetCircuit } from "./record-circuit.ts";

let database: TestDatabase;
let db: Database;
const now = new Date("2026-11-20T10:00:00.000Z");
const failure = { scope: "account", reason: "503", decisive: false, sentAt: now };

beforeAll(async () => {
  database = await cloneDatabase();
  db = openDatabase({ url: database.url, poolMax: 20, applicationName: "test" });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

test("failures that come together are all counted", async () => {
  await Promise.all(Array.from({ length: 4 }, () => recordFailure(db, failure, now)));
  expect(await db.circuit.findMany()).toMatchObject([{ scope: "account", failures: 4, openedAt: null }]);
});

test("a success may take the row away at any moment", async () => {
  const failures = Array.from({ length: 100 }, () => recordFailure(db, failure, now));
  const successes = Array.from({ length: 100 }, () => resetCircuit(db, "account"));
  await expect(Promise.all([...failures, ...successes])).resolves.toHaveLength(200);
});

test("forty slots that fail together open it for one pause, not for forty", async () => {
  await resetCircuit(db, "account");
  await Promise.all(Array.from({ length: 40 }, () => recordFailure(db, { ...failure, sentAt: now }, now)));
  const probeAt = new Date(now.getTime() + 10_000);
  expect(await db.circuit.findMany()).toMatchObject([{ failures: 5, openedAt: now, probeAt }]);
});
