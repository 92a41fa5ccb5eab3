import { cloneDatabase, type TestDatabase } from "@darkroom/testing/clone-database";
import { makeJob, makeTenant } from "@darkroom/testing/make-job";
import { seedJobs } from "@darkroom/testing/seed-jobs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { cancelJob } from "../jobs/cancel-job.ts";
import { findJobs, type JobSearch } from "./find-jobs.ts";

let database: TestDatabase;
let db: Database;
const now = new Date();

beforeAll(async () => {
  database = await clone();
  db = openDatabase({ url: database.url, poolMax: 5, applicationName: "test" });
});
const clones: TestDatabase[] = [];
const clone = async () => {
  const made = await cloneDatabase();
  clones.push(made);
  return made;
};
afterAll(async () => {
  await db.$disconnect();
  for (const made of clones) await made.drop();
});

/** Everything a search finds, page by page. */
async function findAll(search: JobSearch, limit = 3): Promise<string[]> {
  const ids: string[] = [];
  let beforeId: string | null = null;
  do {
    const page = await findJobs(db, { search, beforeId, limit });
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    ids.push(...page.rows.map(({ id }) => id));
    beforeId = page.nextId;
  } while (beforeId);
  return ids;
}

describe("findJobs", () => {
  test("finds by every filter and by several, newest first, over pages", async () => {
    const [one, two] = [await makeTenant(db), await makeTenant(db)];
    const make = (tenantId: string, changes: Parameters<typeof makeJob>[3] = {}) => makeJob(db, tenantId, now, changes);
    const a = await make(one.id, { tags: ["red"], input: { prompt: "A 100% harbour" } });
    const b = await make(one.id, { model: "fal-ai/z-image/turbo", batchId: "bat_x" });
    const c = await make(two.id, { tags: ["red", "blue"] });
    const d = await make(two.id, {});
    const e = await make(two.id, { model: "fal-ai/z-image/turbo" });
    for (const job of [d, e]) await cancelJob(db, { tenantId: two.id, jobId: job.id }, now);
    await db.job.update({ where: { id: d.id }, data: { costMicros: 4_000n } });

    const all = [e.id, d.id, c.id, b.id, a.id];
    expect(await findAll({})).toEqual(all);
    expect(await findAll({}, 1)).toEqual(all);
    expect(await findAll({ tenantId: one.id })).toEqual([b.id, a.id]);
    expect(await findAll({ states: ["queued"] })).toEqual([c.id, b.id, a.id]);
    expect(await findAll({ states: ["canceled"] })).toEqual([e.id, d.id]);
    expect(await findAll({ states: ["queued", "canceled"] })).toEqual(all);
    expect(await findAll({ states: ["queued", "canceled"], tenantId: two.id })).toEqual([e.id, d.id, c.id]);
    expect(await findAll({ states: ["submitted"] })).toEqual([]);
    expect(await findAll({ states: [] })).toEqual([]);
    expect(await findAll({ model: "fal-ai/z-image/turbo" })).toEqual([e.id, b.id]);
    expect(await findAll({ tag: "red" })).toEqual([c.id, a.id]);
    expect(await findAll({ tag: "red", tenantId: two.id })).toEqual([c.id]);
    expect(await findAll({ batchId: "bat_x" })).toEqual([b.id]);
    expect(await findAll({ ids: [a.id, e.id, "job_none"] })).toEqual([e.id, a.id]);
    expect(await findAll({ ids: [a.id, e.id], states: ["queued"] })).toEqual([a.id]);
    expect(await findAll({ costMinMicros: 1 })).toEqual([d.id]);
    expect(await findAll({ costMaxMicros: 10 })).toEqual([e.id]);
    expect(await findAll({ prompt: "100% HARB" })).toEqual([a.id]);
    expect(await findAll({ prompt: "1000 harb" })).toEqual([]);
    expect(await findAll({ createdAfter: new Date(now.getTime() + 1) })).toEqual([]);
    expect(await findAll({ createdAfter: now, createdBefore: new Date(now.getTime() + 1) })).toEqual(all);
  });

  test("finds a rare tag, and jobs that wait, behind thousands of others", async () => {
    const { url } = await clone();
    const { tenantIds } = await seedJobs(url, { jobs: 12_000, tenants: 3, days: 5, now, progress: () => {} });
    const long = openDatabase({ url, poolMax: 2, applicationName: "test" });
    const [tenantId = ""] = tenantIds;
    const early = new Date(now.getTime() - 30 * 86_400_000);
    const waiting = await makeJob(long, tenantId, early, { tags: ["rare"] });
    await long.job.updateMany({
      where: { state: "queued", id: { not: waiting.id } },
      data: { state: "canceled", charged: "no", costMicros: 0n, dueAt: null, queueAt: null, finishedAt: now },
    });
    for (const search of [{ tag: "rare" }, { states: ["queued"] }] satisfies JobSearch[]) {
      const page = await findJobs(long, { search, beforeId: null, limit: 50 });
      expect(page.rows.map(({ id }) => id)).toEqual([waiting.id]);
      expect(page.nextId).toBeNull();
    }
    await long.$disconnect();
  });

  test("says how far it looked, and where to go on", async () => {
    const page = await findJobs(db, { search: { prompt: "nobody wrote this" }, beforeId: null, limit: 2 });
    expect(page).toMatchObject({ rows: [], nextId: null, looked: 5 });
    expect(page.backTo).toEqual(now);
    expect(await findJobs(db, { search: {}, beforeId: "job_0", limit: 2 })).toEqual({
      rows: [],
      nextId: null,
      looked: 0,
      backTo: null,
    });
  });
});
