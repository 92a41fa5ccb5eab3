import { cloneDatabase, type TestDatabase } from "@darkroom/testing/clone-database";
import { makeTenant, newJob } from "@darkroom/testing/make-job";
import { beforeEach, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { createJobs } from "../jobs/create-jobs.ts";
import { dispatchJobs } from "./dispatch-jobs.ts";
import type { RoomLimits } from "./measure-room.ts";

let database: TestDatabase;
let db: Database;
const start = new Date("2026-11-20T10:00:00.000Z");
const later = (ms: number) => new Date(start.getTime() + ms);

beforeEach(async () => {
  database = await cloneDatabase();
  db = openDatabase({ url: database.url, poolMax: 2, applicationName: "test" });
  return async () => {
    await db.$disconnect();
    await database.drop();
  };
});

async function queue(count: number): Promise<void> {
  const tenant = await makeTenant(db);
  await createJobs(db, {
    jobs: Array.from({ length: count }, () => newJob(tenant.id, start)),
    claim: null,
    now: start,
  });
}

/** Dispatches as the messages it asks for would, and answers how many started at which millisecond. */
async function runDispatch(limits: RoomLimits): Promise<[at: number, count: number][]> {
  const started: [number, number][] = [];
  // Long after the last submit: as many as may be are saved up.
  for (let at: Date | null = later(60_000); at; ) {
    const { dispatched, againAt } = await dispatchJobs(db, limits, at);
    started.push([at.getTime() - later(60_000).getTime(), dispatched.length]);
    at = againAt;
  }
  return started;
}

test("free slots are filled one after the other, by dispatch's own messages, and never beyond the last one", async () => {
  await queue(100);
  const started = await runDispatch({ slots: 44, perSecondMax: 40, modelSlots: new Map() });
  expect(started.slice(0, 3)).toEqual([
    [0, 10],
    [25, 1],
    [50, 1],
  ]);
  expect(started.reduce((sum, [, count]) => sum + count, 0)).toBe(44);
  expect(started.at(-1)?.[0]).toBe(850);
  expect(await db.job.count({ where: { state: "submitting" } })).toBe(44);
});

test("at a high rate several share a round", async () => {
  await queue(100);
  const started = await runDispatch({ slots: 60, perSecondMax: 200, modelSlots: new Map() });
  expect(started).toEqual([
    [0, 50],
    [20, 4],
    [40, 4],
    [60, 2],
  ]);
});

test("where the line ends before the slots, nobody is rung", async () => {
  await queue(10);
  expect(await runDispatch({ slots: 44, perSecondMax: 40, modelSlots: new Map() })).toEqual([
    [0, 10],
    [25, 0],
  ]);
  expect(await runDispatch({ slots: 44, perSecondMax: 1_000, modelSlots: new Map() })).toEqual([[0, 0]]);
});
