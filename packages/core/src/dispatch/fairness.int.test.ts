import { cloneDatabase, type TestDatabase } from "@darkroom/testing/clone-database";
import { makeTenant, newJob } from "@darkroom/testing/make-job";
import { beforeEach, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { createJobs, type NewJob } from "../jobs/create-jobs.ts";
import { endJob } from "../jobs/transition.ts";
import { dispatchJobs } from "./dispatch-jobs.ts";
import type { RoomLimits } from "./measure-room.ts";

// Fairness is counted in releases of slots, never in time.
let database: TestDatabase;
let db: Database;
const start = new Date("2026-11-20T10:00:00.000Z");
const later = (ms: number) => new Date(start.getTime() + ms);

beforeEach(async () => {
  database = await cloneDatabase();
  db = openDatabase({ url: database.url, poolMax: 10, applicationName: "test" });
  return async () => {
    await db.$disconnect();
    await database.drop();
  };
});

const limitsOf = (slots: number): RoomLimits => ({ slots, perSecondMax: 1_000, modelSlots: new Map() });

/** Queues so many jobs, a millisecond apart. */
async function queue(tenantId: string, count: number, given: Partial<NewJob> = {}, at = start): Promise<void> {
  const batchMax = 1_000;
  for (let from = 0; from < count; from += batchMax) {
    const now = new Date(at.getTime() + from);
    const jobs = Array.from({ length: Math.min(batchMax, count - from) }, () => newJob(tenantId, now, given));
    await createJobs(db, { jobs, claim: null, now });
  }
}

/** Slots that are filled and released: who starts is kept, in order. */
function openSlots(slots: number) {
  const inUse: string[] = [];
  const started: string[] = [];
  let at = 60_000;
  const fill = async () => {
    at += 1_000;
    const { dispatched } = await dispatchJobs(db, limitsOf(slots), later(at));
    const ids = dispatched.map(({ jobId }) => jobId);
    const rows = await db.job.findMany({ where: { id: { in: ids } }, select: { id: true, tenantId: true } });
    const tenantOf = new Map(rows.map(({ id, tenantId }) => [id, tenantId]));
    inUse.push(...ids);
    started.push(...ids.map((id) => tenantOf.get(id) ?? ""));
    return dispatched.length;
  };
  /** Ends the oldest of those at fal. */
  const release = async (count: number) => {
    const ended = inUse.splice(0, count);
    const ending = { to: "failed", charged: "no", error: null } as const;
    await Promise.all(ended.map((jobId) => endJob(db, { jobId, ending: { ...ending, error: boom }, now: later(at) })));
  };
  return { fill, release, started, inUse };
}
const boom = { code: "fal_error", message: "boom", blame: "fal", retryable: true } as const;

test("with 20,000 jobs of one tenant in line, another's one starts within two releases of a slot", async () => {
  const [a, b] = [await makeTenant(db), await makeTenant(db)];
  await queue(a.id, 20_000);
  const { fill, release, started } = openSlots(40);
  expect(await fill()).toBe(40);
  // Some of it passes, so that the first tenant has used up many turns.
  for (let round = 0; round < 5; round += 1) {
    await release(40);
    await fill();
  }
  await queue(b.id, 1, {}, later(61_000));
  expect(await fill()).toBe(0);
  let releases = 0;
  while (!started.includes(b.id) && releases < 50) {
    await release(1);
    await fill();
    releases += 1;
  }
  expect(releases).toBeLessThanOrEqual(2);
});

test("weights 3:1 give 3:1 within 5 % over 2,000 jobs, however slots become free", async () => {
  const [heavy, light] = [await makeTenant(db, { weight: 3 }), await makeTenant(db, { weight: 1 })];
  await queue(light.id, 2_000);
  await queue(heavy.id, 2_000);
  const { fill, release, started } = openSlots(12);
  await fill();
  const frees = [1, 12, 3, 7, 2, 9, 5, 11];
  for (let round = 0; started.length < 2_000; round += 1) {
    await release(frees[round % frees.length] ?? 1);
    await fill();
  }
  const share = started.slice(0, 2_000).filter((id) => id === heavy.id).length / 2_000;
  expect(Math.abs(share - 0.75)).toBeLessThanOrEqual(0.75 * 0.05);
});

test("idle capacity is lent: alone a tenant has every slot, and gives them back as they become free", async () => {
  const [a, b] = [await makeTenant(db), await makeTenant(db)];
  await queue(a.id, 100);
  const { fill, release, started } = openSlots(10);
  expect(await fill()).toBe(10);
  expect(new Set(started)).toEqual(new Set([a.id]));
  await queue(b.id, 100, {}, later(61_000));
  await release(10);
  await fill();
  const next = started.slice(10);
  expect([next.filter((id) => id === a.id).length, next.filter((id) => id === b.id).length]).toEqual([5, 5]);
});

test("a capped tenant lends what it may not use, and no more starts than there are slots", async () => {
  const [capped, open] = [await makeTenant(db, { inFlightMax: 2, weight: 100 }), await makeTenant(db)];
  await queue(capped.id, 50);
  await queue(open.id, 50);
  const { fill, started } = openSlots(10);
  expect(await fill()).toBe(10);
  expect(started.filter((id) => id === capped.id)).toHaveLength(2);
});

test("a low priority starts one day: a minute of waiting makes up for a point, against an endless stream of higher ones", async () => {
  const tenant = await makeTenant(db);
  const { fill, release } = openSlots(1);
  const old = newJob(tenant.id, start, { priority: -20 });
  await createJobs(db, { jobs: [old], claim: null, now: start });
  let minutes = 0;
  const isWaiting = async () => (await db.job.findUniqueOrThrow({ where: { id: old.id } })).state === "queued";
  // The slot is taken by somebody who was there before.
  while (minutes < 60) {
    const now = later(minutes * 60_000);
    const fresh = newJob(tenant.id, now, { priority: 10, deadlineAt: later(86_400_000) });
    await createJobs(db, { jobs: [fresh], claim: null, now });
    await release(1);
    await fill();
    if (!(await isWaiting())) break;
    minutes += 1;
  }
  // Thirty points apart: it goes before whatever comes thirty minutes after it, and not before what came earlier.
  expect(minutes).toBe(30);
});
