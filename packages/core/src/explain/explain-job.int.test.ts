import { holdKinds } from "@darkroom/contract/explain";
import { jobError } from "@darkroom/contract/job-errors";
import { cloneDatabase, type TestDatabase } from "@darkroom/testing/clone-database";
import { makeJob, makeTenant } from "@darkroom/testing/make-job";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { dispatchJobs } from "../dispatch/dispatch-jobs.ts";
import type { RoomLimits } from "../dispatch/measure-room.ts";
import { recordFailure, resetCircuit } from "../dispatch/record-circuit.ts";
import { slowDownSubmits } from "../dispatch/slow-down-submits.ts";
import { cancelJob } from "../jobs/cancel-job.ts";
import type { NewJob } from "../jobs/create-jobs.ts";
import { findWorkByJob } from "../jobs/find-work.ts";
import { recordAccepted, recordNotSent, recordUnknown } from "../jobs/record-submit.ts";
import { startAttempt } from "../jobs/start-attempt.ts";
import { endJob } from "../jobs/transition.ts";
import { explainJob } from "./explain-job.ts";

// Each kind of wait is built for real, and the sentence is read.
let database: TestDatabase;
let db: Database;
const now = new Date("2026-11-20T10:00:00.000Z");
const later = (ms: number) => new Date(now.getTime() + ms);
const limits: RoomLimits = { slots: 4, perSecondMax: 1_000, modelSlots: new Map() };

beforeAll(async () => {
  database = await cloneDatabase();
  db = openDatabase({ url: database.url, poolMax: 5, applicationName: "test" });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});
/** An empty house for each test. */
beforeEach(async () => {
  await db.$executeRaw`truncate jobs, attempts, spend_entries, timeline, circuits, tenants, api_keys, files, outputs, fal_receipts cascade`;
  await db.dispatchState.update({
    where: { id: 1 },
    data: { turn: 0, tokens: 1_000, tokensAt: now, slowedTo: null, blockedUntil: null, pausedAt: null },
  });
});

const built = new Set<string>();

async function explain(jobId: string, at = now, given = limits) {
  const job = await db.job.findUniqueOrThrow({ where: { id: jobId } });
  const explanation = await explainJob(db, job, given, { expectedMs: 4_000, now: at });
  for (const { kind } of explanation.holds) built.add(kind);
  return explanation;
}

/** Jobs of one tenant, of which as many as fit are at fal. */
async function crowd(count: number, given: Partial<NewJob> = {}, tenantOptions = {}, limit = limits) {
  const tenant = await makeTenant(db, tenantOptions);
  const jobs = [];
  for (let index = 0; index < count; index += 1) jobs.push(await makeJob(db, tenant.id, later(index), given));
  await dispatchJobs(db, limit, later(count));
  return { tenant, jobs };
}

test("nothing holds it", async () => {
  const tenant = await makeTenant(db);
  const job = await makeJob(db, tenant.id, now);
  expect(await explain(job.id)).toMatchObject({
    status: "queued",
    sentence: "Nothing holds it; it starts with the next dispatch, within moments.",
    holds: [{ kind: "turn" }],
    place_in_tenant: 0,
    place_overall: 0,
  });
});

test("scheduled", async () => {
  const tenant = await makeTenant(db);
  const job = await makeJob(db, tenant.id, now, { runAt: later(60_000) });
  expect(await explain(job.id)).toMatchObject({
    sentence: "Scheduled to start at 2026-11-20T10:01:00.000Z.",
    holds: [{ kind: "scheduled", until: "2026-11-20T10:01:00.000Z" }],
    place_in_tenant: null,
    estimated_start_at: "2026-11-20T10:01:00.000Z",
  });
});

test("pausing after a try that was not sent", async () => {
  const { jobs } = await crowd(1);
  const work = await findWorkByJob(db, jobs[0]!.id);
  const attempt = { jobId: work!.id, attemptId: work!.attemptId, number: 1 };
  await recordNotSent(db, attempt, { reason: "ECONNREFUSED", dueAt: later(9_000), now });
  expect(await explain(work!.id)).toMatchObject({
    sentence:
      "Waits until 2026-11-20T10:00:09.000Z for another try, after one that failed or could not be sent: ECONNREFUSED.",
    holds: [{ kind: "retry_pause", reason: "ECONNREFUSED" }],
  });
});

test("account slots full, with its place and an estimate", async () => {
  const { jobs } = await crowd(7);
  expect(await explain(jobs[6]!.id, later(10))).toMatchObject({
    sentence: "All slots of the fal account are in use (4/4); it starts when its turn comes.",
    holds: [{ kind: "account_slots", used: 4, slots: 4 }],
    place_in_tenant: 2,
    place_overall: 2,
    // Three jobs through four slots, four seconds each.
    estimated_start_at: later(10 + 3_000).toISOString(),
  });
});

test("its place overall counts what fair rounds give the others, not their whole backlog", async () => {
  await crowd(50);
  const newcomer = await makeTenant(db);
  const job = await makeJob(db, newcomer.id, later(1_000));
  expect(await explain(job.id, later(2_000))).toMatchObject({ place_in_tenant: 0, place_overall: 1 });
});

test("past its deadline, or canceled while it was away: it ends with the next sweep", async () => {
  const tenant = await makeTenant(db);
  const late = await makeJob(db, tenant.id, now, { deadlineAt: later(1_000) });
  expect(await explain(late.id, later(1_000))).toMatchObject({
    sentence: "Its deadline has passed; it ends within a second, not charged.",
    holds: [],
  });
  const unwanted = await makeJob(db, tenant.id, now);
  await db.job.update({ where: { id: unwanted.id }, data: { cancelRequestedAt: now } });
  expect((await explain(unwanted.id)).sentence).toBe("It was canceled and ends within a second.");
});

test("tenant slots full", async () => {
  const { jobs } = await crowd(3, {}, { inFlightMax: 2 });
  expect(await explain(jobs[2]!.id, later(10))).toMatchObject({
    sentence: "The tenant's slots are all in use (2/2); it starts as one gets free.",
    holds: [{ kind: "tenant_slots", used: 2, slots: 2 }],
    estimated_start_at: null,
  });
});

test("tenant paused", async () => {
  const tenant = await makeTenant(db);
  await db.tenant.update({ where: { id: tenant.id }, data: { pausedAt: now } });
  const job = await makeJob(db, tenant.id, now);
  await dispatchJobs(db, limits, now);
  expect(await explain(job.id)).toMatchObject({
    sentence: "The tenant has been paused since 2026-11-20T10:00:00.000Z; its jobs wait until it is resumed.",
    holds: [{ kind: "tenant_paused" }],
  });
});

test("dispatch paused by the operator", async () => {
  await db.dispatchState.update({ where: { id: 1 }, data: { pausedAt: now } });
  const { jobs } = await crowd(1);
  expect(await explain(jobs[0]!.id)).toMatchObject({
    sentence: "The operator paused dispatch at 2026-11-20T10:00:00.000Z; nothing starts until it is resumed.",
  });
});

test("model slots full, while another model's jobs go on", async () => {
  const given = { ...limits, modelSlots: new Map([["fal-ai/z-image/turbo", 1]]) };
  const { jobs, tenant } = await crowd(2, { model: "fal-ai/z-image/turbo" }, {}, given);
  const other = await makeJob(db, tenant.id, later(5));
  expect((await dispatchJobs(db, given, later(6))).dispatched.map(({ jobId }) => jobId)).toEqual([other.id]);
  expect(await explain(jobs[1]!.id, later(10), given)).toMatchObject({
    sentence: "All slots of fal-ai/z-image/turbo are in use (1/1); it starts when its turn comes.",
  });
});

test("circuits: the account's, a model's, and reset by hand", async () => {
  await recordFailure(db, { scope: "account", reason: "User is locked", decisive: true, sentAt: now }, now);
  const { jobs } = await crowd(1);
  const held = await explain(jobs[0]!.id, later(5));
  expect(held.sentence).toBe(
    "fal kept failing (User is locked), so nothing is sent since 2026-11-20T10:00:00.000Z; the next try is at 2026-11-20T10:00:10.000Z.",
  );
  expect(await resetCircuit(db, "account")).toBe(true);
  for (let index = 0; index < 5; index += 1) {
    await recordFailure(db, { scope: jobs[0]!.model, reason: "boom", decisive: false, sentAt: now }, now);
  }
  expect((await dispatchJobs(db, limits, later(10))).dispatched).toEqual([]);
  expect((await explain(jobs[0]!.id, later(10))).holds).toMatchObject([{ kind: "model_circuit", reason: "boom" }]);
});

test("a half-open circuit lets one job find out for all", async () => {
  for (let index = 0; index < 5; index += 1) {
    await recordFailure(db, { scope: "account", reason: "503", decisive: false, sentAt: now }, now);
  }
  const { jobs } = await crowd(3);
  expect((await dispatchJobs(db, limits, later(11_000))).dispatched).toHaveLength(1);
  expect((await dispatchJobs(db, limits, later(12_000))).dispatched).toHaveLength(0);
  const work = await findWorkByJob(db, jobs[0]!.id);
  const answer = { requestId: "r-1", gatewayRequestId: null, checkAt: later(60_000), now: later(13_000) };
  await recordAccepted(db, { jobId: work!.id, attemptId: work!.attemptId, number: 1 }, answer);
  expect((await dispatchJobs(db, limits, later(13_000))).dispatched).toHaveLength(2);
});

test("submit rate used up, or slowed down by fal's 429", async () => {
  await slowDownSubmits(db, { perSecondMax: 1_000, retryAfterMs: 7_000, now });
  const { jobs } = await crowd(1);
  expect(await explain(jobs[0]!.id, later(10))).toMatchObject({
    sentence: "As many jobs were just sent as the rate allows; the next one goes at 2026-11-20T10:00:07.000Z.",
    holds: [{ kind: "submit_rate" }],
  });
  const { againAt } = await dispatchJobs(db, limits, later(20));
  expect(againAt).toEqual(later(7_000));
});

test("every state after the line has a sentence of its own", async () => {
  const { jobs, tenant } = await crowd(1);
  const id = jobs[0]!.id;
  expect((await explain(id)).sentence).toBe("It has a slot and is on its way to fal.");
  const work = await findWorkByJob(db, id);
  const attempt = { jobId: id, attemptId: work!.attemptId, number: 1 };
  await startAttempt(db, work!.attemptId, { now, leaseEndsAt: later(9_000) });
  await recordUnknown(db, attempt, { reason: "ECONNRESET", httpStatus: null, checkAt: later(9_000), now });
  expect((await explain(id)).sentence).toContain("The reply to its submit was lost");
  await recordAccepted(db, attempt, { requestId: "r-9", gatewayRequestId: null, checkAt: later(9_000), now });
  expect((await explain(id)).sentence).toBe("At fal since 2026-11-20T10:00:00.000Z as request r-9.");
  await cancelJob(db, { tenantId: tenant.id, jobId: id }, now);
  expect((await explain(id)).sentence).toBe("Its cancel was passed on to fal, which has not answered yet.");
  await endJob(db, { jobId: id, ending: { to: "failed", charged: "no", error: jobError("fal_error", "boom") }, now });
  expect(await explain(id)).toMatchObject({ status: "failed", sentence: "Failed at 2026-11-20T10:00:00.000Z: boom" });
});

test("an identical job is waited for", async () => {
  const tenant = await makeTenant(db);
  const [leader, follower] = [await makeJob(db, tenant.id, now), await makeJob(db, tenant.id, now)];
  await db.job.update({ where: { id: follower.id }, data: { reusedFrom: leader.id, queueAt: null } });
  expect(await explain(follower.id, later(10))).toMatchObject({
    sentence: `Waits for job ${leader.id}, which has the same input, to finish; then it gets its images, free of charge.`,
    holds: [{ kind: "same_input", job_id: leader.id }],
    place_in_tenant: null,
    estimated_start_at: null,
  });
});

test("every kind of hold was built above", () => {
  expect([...built].sort()).toEqual([...holdKinds].sort());
});
