import { jobError } from "@darkroom/contract/job-errors";
import { cloneDatabase, type TestDatabase } from "@darkroom/testing/clone-database";
import { makeJob, makeTenant, newJob } from "@darkroom/testing/make-job";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { dispatchJobs } from "../dispatch/dispatch-jobs.ts";
import { newId } from "../ids.ts";
import { cancelJob } from "../jobs/cancel-job.ts";
import { createJobs } from "../jobs/create-jobs.ts";
import { endUnwantedJobs } from "../jobs/end-unwanted-jobs.ts";
import { beginErasing, finishErasing } from "../jobs/erase-job.ts";
import { recordCopied } from "../jobs/record-copy.ts";
import { retryJob } from "../jobs/retry-job.ts";
import { isFinal } from "../jobs/state.ts";
import { endJob } from "../jobs/transition.ts";
import { findOwnedElsewhere } from "./find-owned-elsewhere.ts";
import { findSettleable } from "./find-settleable.ts";
import { settleFollowers } from "./settle-followers.ts";
import { shareJobs } from "./share-jobs.ts";

let database: TestDatabase;
let db: Database;
const now = new Date("2026-11-20T10:00:00.000Z");
const later = (ms: number) => new Date(now.getTime() + ms);
const day = 86_400;

beforeAll(async () => {
  database = await cloneDatabase();
  db = openDatabase({ url: database.url, poolMax: 20, applicationName: "test" });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const keyOf = (text: string) => Buffer.from(text.padEnd(32, "."));
const jobOf = (id: string) => db.job.findUniqueOrThrow({ where: { id } });
const stateOf = async (id: string) => (await jobOf(id)).state;

/** Makes jobs that ask for reuse, as intake does: all in one transaction. */
async function make(tenantId: string, keys: string[], given: { at?: Date; deadlineAt?: Date; within?: number } = {}) {
  const { at = now, within = day, deadlineAt = later(10 * day * 1000) } = given;
  const jobs = keys.map(() => newJob(tenantId, at, { deadlineAt }));
  const shared = await db.$transaction(async (tx) => {
    await createJobs(tx, { jobs, claim: null, now: at });
    const sharings = jobs.map(({ id }, index) => ({ jobId: id, key: keyOf(keys[index] ?? ""), withinSeconds: within }));
    return shareJobs(tx, tenantId, sharings, at);
  });
  for (const source of shared.sources) await settleFollowers(db, source, at);
  return jobs.map(({ id }) => id);
}

/** fal and the copy have done their part. */
async function succeed(jobId: string, at = now) {
  await db.job.update({ where: { id: jobId }, data: { state: "copying", queueAt: null, dueAt: at, seed: 7n } });
  const { tenantId } = await jobOf(jobId);
  const stored = { key: `tenants/t/jobs/${jobId}/a.png`, contentType: "image/png", width: 8, height: 8, bytes: 3n };
  await db.output.create({
    data: { id: newId("out"), jobId, tenantId, index: 0, ...stored, sha256: "x", createdAt: at, storedAt: at },
  });
  expect(await recordCopied(db, jobId, { costMicros: 4_000, now: at })).not.toBeNull();
}

const fail = (jobId: string, at = now) =>
  endJob(db, { jobId, ending: { to: "failed", charged: "no", error: jobError("fal_error", "boom") }, now: at });

const keysOf = async (jobId: string) => (await db.output.findMany({ where: { jobId } })).map(({ key }) => key);
const spendOf = async (jobId: string) =>
  (await db.spendEntry.findMany({ where: { jobId }, orderBy: { id: "asc" } })).map((entry) => entry.kind);

test("an identical job that succeeded in time gives its images at once, free of charge, and says so", async () => {
  const { id } = await makeTenant(db);
  const [leader] = await make(id, ["a"]);
  await succeed(leader!);
  const [follower] = await make(id, ["a"], { at: later(day * 1000) });
  expect(await jobOf(follower!)).toMatchObject({
    ...{ state: "succeeded", charged: "no", costMicros: 0n, reusedFrom: leader, seed: 7n, attempt: 0, dueAt: null },
  });
  expect(await keysOf(follower!)).toEqual(await keysOf(leader!));
  expect(await spendOf(follower!)).toEqual(["reserve", "release"]);
  const [event] = await db.event.findMany({ where: { jobId: follower! } });
  expect(event?.data).toMatchObject({ reusedFrom: leader, costMicros: 0, outputs: [{ width: 8 }] });
  const timeline = await db.timelineEntry.findMany({ where: { jobId: follower! }, orderBy: { seq: "asc" } });
  expect(timeline.map(({ kind }) => kind)).toEqual(["job.queued", "job.following", "job.succeeded"]);
});

test("one that succeeded without asking for reuse gives its images, too, and loses none of them to its deletion", async () => {
  const { id: tenantId } = await makeTenant(db);
  const plain = await makeJob(db, tenantId, now, { inputKey: keyOf("plain") });
  const [early] = await make(tenantId, ["plain"]);
  expect(await jobOf(early!)).toMatchObject({ state: "queued", reusedFrom: null });
  await endJob(db, { jobId: early!, ending: { to: "canceled", charged: "no", error: null }, now });
  await succeed(plain.id);
  const [follower] = await make(tenantId, ["plain"]);
  expect(await jobOf(follower!)).toMatchObject({ state: "succeeded", charged: "no", reusedFrom: plain.id });
  const { keys, owned } = await findOwnedElsewhere(db, plain.id);
  expect(owned).toEqual(keys);
  expect(await jobOf(plain.id)).toMatchObject({ shares: true });
  await beginErasing(db, { tenantId, jobId: plain.id }, now);
  await finishErasing(db, { tenantId, jobId: plain.id, fileIds: [] }, now);
  expect(await jobOf(plain.id)).toMatchObject({ inputKey: null });
  expect(await keysOf(follower!)).toEqual(keys);
});

test("not one that succeeded too long ago, failed, was erased, is another tenant's or is another job", async () => {
  const [tenant, other] = [await makeTenant(db), await makeTenant(db)];
  const [old, failed, erased] = await make(tenant.id, ["old", "failed", "erased"]);
  await succeed(old!);
  await fail(failed!);
  await succeed(erased!);
  await beginErasing(db, { tenantId: tenant.id, jobId: erased! }, now);
  const at = later(day * 1000 + 1);
  const made = await make(tenant.id, ["old", "failed", "erased", "else"], { at });
  made.push(...(await make(other.id, ["old"])));
  for (const jobId of made) expect(await jobOf(jobId)).toMatchObject({ state: "queued", reusedFrom: null });
});

test("of many identical creates at once, and within one batch, one generates; its followers stand in no line", async () => {
  const { id } = await makeTenant(db);
  const batches = await Promise.all(Array.from({ length: 8 }, () => make(id, ["same", "other", "same"])));
  const all = await db.job.findMany({ where: { tenantId: id } });
  const leaders = all.filter(({ reusedFrom }) => reusedFrom === null);
  expect([all.length, leaders.length]).toEqual([24, 2]);
  const limits = { slots: 50, perSecondMax: 1_000, modelSlots: new Map() };
  await db.dispatchState.update({ where: { id: 1 }, data: { tokens: 1_000, tokensAt: now } });
  const { dispatched } = await dispatchJobs(db, limits, later(1_000));
  expect(dispatched.map(({ jobId }) => jobId).filter((jobId) => batches.flat().includes(jobId))).toHaveLength(2);
  const same = leaders.find((leader) => all.filter((job) => job.reusedFrom === leader.id).length === 15);
  await succeed(same!.id);
  const { ended } = await settleFollowers(db, same!.id, now);
  expect(ended).toHaveLength(15);
  expect(new Set((await Promise.all(ended.map((job) => keysOf(job.id)))).flat()).size).toBe(1);
});

describe("a leader that makes nothing", () => {
  test.each(["canceled", "failed", "erased"] as const)(
    "%s: its first follower generates, the others follow that one",
    async (how) => {
      const { id } = await makeTenant(db);
      const [leader, first, second] = await make(id, ["x", "x", "x"]);
      if (how === "canceled") await cancelJob(db, { tenantId: id, jobId: leader! }, now);
      if (how === "failed") await fail(leader!);
      if (how === "erased") await succeed(leader!);
      if (how === "erased") await beginErasing(db, { tenantId: id, jobId: leader! }, now);
      expect(await findSettleable(db)).toContain(leader);
      await Promise.all([settleFollowers(db, leader!, now), settleFollowers(db, leader!, now)]);
      expect(await findSettleable(db)).not.toContain(leader);
      const { queueAt } = await jobOf(first!);
      expect([(await jobOf(first!)).reusedFrom, queueAt]).toEqual([null, now]);
      expect(await jobOf(second!)).toMatchObject({ state: "queued", reusedFrom: first, queueAt: null });
      await succeed(first!);
      await settleFollowers(db, first!, now);
      expect(await jobOf(second!)).toMatchObject({ state: "succeeded", reusedFrom: first, charged: "no" });
      expect([await spendOf(first!), await spendOf(second!)]).toEqual([
        ["reserve", "settle"],
        ["reserve", "release"],
      ]);
    },
  );

  test("another identical one is followed, if there is one by now", async () => {
    const { id } = await makeTenant(db);
    const [leader, follower] = await make(id, ["y", "y"]);
    await db.job.update({ where: { id: leader! }, data: { cancelRequestedAt: now } });
    const [better] = await make(id, ["y"]);
    expect((await jobOf(better!)).reusedFrom).toBeNull();
    await fail(leader!);
    expect(await settleFollowers(db, leader!, now)).toMatchObject({ next: better });
    expect(await jobOf(follower!)).toMatchObject({ reusedFrom: better, queueAt: null });
  });
});

test("a follower that is canceled, or too late, ends alone; retried by hand it generates itself", async () => {
  const { id } = await makeTenant(db);
  const [leader, canceled, late] = await make(id, ["z", "z", "z"], { deadlineAt: later(5_000) });
  expect(await cancelJob(db, { tenantId: id, jobId: canceled! }, now)).toMatchObject({ outcome: "canceled" });
  await db.job.update({ where: { id: leader! }, data: { deadlineAt: later(60_000) } });
  await endUnwantedJobs(db, later(5_000));
  expect([await stateOf(leader!), await stateOf(late!)]).toEqual(["queued", "failed"]);
  await succeed(leader!);
  expect((await settleFollowers(db, leader!, now)).ended).toEqual([]);
  expect(await findSettleable(db)).not.toContain(leader);
  await retryJob(db, { tenantId: id, jobId: canceled! }, now);
  expect(await jobOf(canceled!)).toMatchObject({ state: "queued", reusedFrom: null, queueAt: now });
});

test("whoever has an image keeps it when the other is erased; the last one takes it along", async () => {
  const { id } = await makeTenant(db);
  const [leader, follower] = await make(id, ["e", "e"]);
  await succeed(leader!);
  await settleFollowers(db, leader!, now);
  const keys = await keysOf(leader!);
  for (const [jobId, owned] of [
    [leader!, keys],
    [follower!, []],
  ] as const) {
    const who = { tenantId: id, jobId };
    await beginErasing(db, who, now);
    expect(await findOwnedElsewhere(db, jobId)).toEqual({ keys, owned });
    await finishErasing(db, { ...who, fileIds: [] }, now);
  }
  expect(await db.reuse.count({ where: { tenantId: id } })).toBe(0);
});

test("an erasure and a gift at the same time: it is given whole, or not at all", async () => {
  for (let round = 0; round < 20; round += 1) {
    const { id } = await makeTenant(db);
    const [leader, follower] = await make(id, ["r", "r"]);
    await succeed(leader!);
    const who = { tenantId: id, jobId: leader! };
    const erase = beginErasing(db, who, now).then(() => findOwnedElsewhere(db, leader!));
    const [{ owned }] = await Promise.all([erase, settleFollowers(db, leader!, now)]);
    const got = await keysOf(follower!);
    expect(await stateOf(follower!)).toBe(got.length > 0 ? "succeeded" : "queued");
    // The erasure spares what was given before it, and nothing is given after it.
    expect(owned).toEqual(got);
  }
});

type World = { tenantId: string; ids: string[]; objects: Set<string>; at: Date };

/** Ended, paid for once per round, and with an image that is there, or none. */
async function expectWhole({ objects }: World, id: string): Promise<void> {
  const job = await jobOf(id);
  expect(isFinal(job.state)).toBe(true);
  expect(await spendOf(id)).toHaveLength(2 * job.round);
  if (job.state !== "succeeded" || job.erasedAt) return;
  const keys = await keysOf(id);
  expect(keys).toHaveLength(1);
  expect(objects.has(keys[0]!)).toBe(true);
  expect(job.charged).toBe(job.reusedFrom ? "no" : "yes");
}

test("whatever happens in whatever order, everybody ends, is paid for once, and has its images or none", async () => {
  const pick = (world: World, index: number) => world.ids[index % Math.max(1, world.ids.length)];
  const acts = {
    create: async (world: World, index: number) => {
      world.ids.push(...(await make(world.tenantId, index % 3 === 0 ? ["p", "q", "p"] : ["p"], { at: world.at })));
    },
    succeed: async (world: World, index: number) => {
      const job = await jobOf(pick(world, index)!);
      if (job.state !== "queued" || job.reusedFrom !== null) return;
      await succeed(job.id, world.at);
      for (const key of await keysOf(job.id)) world.objects.add(key!);
    },
    fail: async (world: World, index: number) => {
      const job = await jobOf(pick(world, index)!);
      if (job.state === "queued" && job.reusedFrom === null) await fail(job.id, world.at);
    },
    cancel: (world: World, index: number) =>
      cancelJob(db, { tenantId: world.tenantId, jobId: pick(world, index)! }, world.at),
    retry: (world: World, index: number) =>
      retryJob(db, { tenantId: world.tenantId, jobId: pick(world, index)! }, world.at),
    erase: async (world: World, index: number) => {
      const who = { tenantId: world.tenantId, jobId: pick(world, index)! };
      if ((await beginErasing(db, who, world.at)).outcome !== "erasing") return;
      const { keys, owned } = await findOwnedElsewhere(db, who.jobId);
      for (const key of keys) if (!owned.includes(key)) world.objects.delete(key);
      await finishErasing(db, { ...who, fileIds: [] }, world.at);
    },
    sweep: async (world: World) => {
      for (const leaderId of await findSettleable(db)) await settleFollowers(db, leaderId, world.at);
    },
  };
  const step = fc.record({ act: fc.constantFrom(...(Object.keys(acts) as (keyof typeof acts)[])), index: fc.nat(30) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const world: World = { tenantId: (await makeTenant(db)).id, ids: [], objects: new Set(), at: now };
      await acts.create(world, 0);
      for (const { act, index } of steps) {
        await acts[act](world, index);
        world.at = new Date(world.at.getTime() + 1_000);
      }
      // To the end: leaders succeed, and the sweep does the rest.
      for (let round = 0; round < 50; round += 1) {
        await acts.sweep(world);
        for (const [index] of world.ids.entries()) await acts.succeed(world, index);
      }
      for (const id of world.ids) await expectWhole(world, id);
      expect(await db.reuse.count({ where: { tenantId: world.tenantId, leaderId: { not: null } } })).toBe(0);
    }),
    { numRuns: Number(process.env.REUSE_RUNS ?? 15) },
  );
});
