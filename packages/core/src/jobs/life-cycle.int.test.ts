import { jobError } from "@darkroom/contract/job-errors";
import { cloneDatabase, type TestDatabase } from "@darkroom/testing/clone-database";
import { makeJob, makeTenant, newJob } from "@darkroom/testing/make-job";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase, query, sql } from "../db/database.ts";
import { dispatchJobs } from "../dispatch/dispatch-jobs.ts";
import { takeLooseObjects } from "../loose-objects/take-loose-objects.ts";
import { listBudgets } from "../spend/list-budgets.ts";
import { readUsage } from "../spend/read-usage.ts";
import { rollUpUsage } from "../spend/roll-up-usage.ts";
import { setBudget } from "../spend/set-budget.ts";
import { cancelJob } from "./cancel-job.ts";
import { claimCopy } from "./claim-copy.ts";
import { createJobs, createTogether } from "./create-jobs.ts";
import type { AttemptFailure } from "./decide-retry.ts";
import { endFailedAttempt } from "./end-attempt.ts";
import { endUnwantedJobs } from "./end-unwanted-jobs.ts";
import { findOverdue } from "./find-overdue.ts";
import { findWorkByJob, type WorkItem } from "./find-work.ts";
import { failCopy, recordCopied, recordStored, snoozeCopy } from "./record-copy.ts";
import { type FalAnswer, type Receipt, recordFalResult } from "./record-fal-result.ts";
import { recordAccepted, recordNotSent, recordRejected, recordUnknown } from "./record-submit.ts";
import { retryJob } from "./retry-job.ts";
import { startAttempt } from "./start-attempt.ts";
import { endJob } from "./transition.ts";

const now = new Date("2026-11-20T10:00:00.000Z");
const noLimits = { slots: 10_000, perSecondMax: 1e9, modelSlots: new Map<string, number>() };
const later = (ms: number) => new Date(now.getTime() + ms);
const images: FalAnswer = {
  kind: "images",
  images: [{ url: "https://fal.media/a.png", nsfw: false }],
  seed: 7,
  costMicros: 4_000,
};
const brokenAtFal: AttemptFailure = { code: "fal_error", message: "boom", retryable: true, charged: "no" };

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await cloneDatabase();
  db = openDatabase({ url: database.url, poolMax: 10, applicationName: "test" });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

function receipt(requestId: string, text: string, source: Receipt["source"] = "webhook"): Receipt {
  const body = Buffer.from(text);
  return {
    source,
    requestId,
    gatewayRequestId: null,
    bodyHash: body,
    bodyBytes: body.length,
    body,
    bodyKey: null,
    headers: {},
    billableUnits: null,
  };
}

/** A job of a tenant of its own that got a slot. */
async function submitting(changes = {}) {
  const tenant = await makeTenant(db);
  const job = await makeJob(db, tenant.id, now, changes);
  await dispatchJobs(db, noLimits, now);
  return { tenant, work: await workOf(job.id) };
}

async function workOf(jobId: string): Promise<WorkItem> {
  const work = await findWorkByJob(db, jobId);
  if (!work) throw new Error("no such work");
  return work;
}

async function submitted(changes = {}) {
  const { tenant, work } = await submitting(changes);
  await startAttempt(db, work.attemptId, { now, leaseEndsAt: later(30_000) });
  const requestId = `req-${work.id}`;
  await recordAccepted(db, attemptOf(work), { requestId, gatewayRequestId: null, checkAt: later(15_000), now });
  return { tenant, work: await workOf(work.id), requestId };
}

async function copying(changes = {}) {
  const { tenant, work, requestId } = await submitted(changes);
  await answer(work, images, receipt(requestId, `ok ${work.id}`));
  return { tenant, work: await workOf(work.id), requestId };
}

function attemptOf(work: WorkItem) {
  return { jobId: work.id, attemptId: work.attemptId, number: work.attempt };
}

function answer(work: WorkItem, what: FalAnswer, evidence: Receipt, at = now) {
  return recordFalResult(db, {
    job: work,
    attemptId: work.attemptId,
    answer: what,
    receipt: evidence,
    now: at,
    jitter: 0.5,
  });
}

const stateOf = async (id: string) => (await db.job.findUniqueOrThrow({ where: { id } })).state;
const kindsOf = async (jobId: string) =>
  (await db.timelineEntry.findMany({ where: { jobId }, orderBy: { seq: "asc" } })).map((entry) => entry.kind);
const spendOf = async (jobId: string) =>
  (await db.spendEntry.findMany({ where: { jobId }, orderBy: { id: "asc" } })).map(
    (entry) => `${entry.round} ${entry.kind} ${entry.amountMicros}`,
  );

describe("create", () => {
  test("writes the job, its reservation and its first timeline entry together", async () => {
    const tenant = await makeTenant(db);
    const job = await makeJob(db, tenant.id, now, { tags: ["a"], metadata: { order: "7" } });
    expect(job).toMatchObject({ state: "queued", attempt: 0, tags: ["a"], metadata: { order: "7" }, dueAt: now });
    expect(await spendOf(job.id)).toEqual(["1 reserve 5000"]);
    expect(await kindsOf(job.id)).toEqual(["job.queued"]);
  });

  test("gives one key and one body one job, however many ask at once", async () => {
    const tenant = await makeTenant(db);
    const ask = (fingerprint: string) => {
      const job = newJob(tenant.id, now);
      const claim = { tenantId: tenant.id, key: "k", fingerprint: Buffer.from(fingerprint), resourceId: job.id };
      return createJobs(db, { jobs: [job], claim, now });
    };
    const results = await Promise.all(Array.from({ length: 20 }, () => ask("same")));
    const created = results.filter((result) => result.outcome === "created");
    expect(created).toHaveLength(1);
    const id = created[0]?.outcome === "created" ? created[0].jobs[0]?.id : undefined;
    for (const result of results) if (result.outcome === "replayed") expect(result.resourceId).toBe(id);
    expect(await ask("other")).toEqual({ outcome: "key_reused" });
    expect(await db.job.count({ where: { tenantId: tenant.id } })).toBe(1);
  });

  test("lets two tenants use the same key", async () => {
    const tenants = [await makeTenant(db), await makeTenant(db)];
    for (const tenant of tenants) {
      const job = newJob(tenant.id, now);
      const claim = { tenantId: tenant.id, key: "shared", fingerprint: Buffer.from("x"), resourceId: job.id };
      expect((await createJobs(db, { jobs: [job], claim, now })).outcome).toBe("created");
    }
  });
});

describe("create together", () => {
  const asked = (tenantId: string, key: string | null, body = "body") => {
    const job = newJob(tenantId, now);
    const claim = key ? { tenantId, key, fingerprint: Buffer.from(body), resourceId: job.id } : null;
    return { jobs: [job], claim, now };
  };

  test("each request has its own outcome and time, whatever becomes of the others", async () => {
    const tenants = [await makeTenant(db), await makeTenant(db)] as const;
    const [first, second] = [asked(tenants[0].id, "k"), asked(tenants[0].id, "k")];
    const other = asked(tenants[0].id, "k", "another body");
    const [elsewhere, keyless] = [asked(tenants[1].id, "k"), { ...asked(tenants[1].id, null), now: later(7) }];
    const results = await createTogether(db, [first, second, other, elsewhere, keyless]);
    expect(results).toMatchObject([
      { outcome: "created", jobs: [{ id: first.jobs[0]!.id, createdAt: now, dueAt: now, queueAt: now }] },
      { outcome: "replayed", resourceId: first.jobs[0]!.id },
      { outcome: "key_reused" },
      { outcome: "created", jobs: [{ id: elsewhere.jobs[0]!.id }] },
      { outcome: "created", jobs: [{ id: keyless.jobs[0]!.id, createdAt: later(7), queueAt: later(7) }] },
    ]);
    expect(await db.job.count({ where: { tenantId: { in: tenants.map(({ id }) => id) } } })).toBe(3);
    expect(await kindsOf(keyless.jobs[0]!.id)).toEqual(["job.queued"]);
    expect(await spendOf(elsewhere.jobs[0]!.id)).toEqual(["1 reserve 5000"]);
  });

  test("a batch keeps its jobs to itself", async () => {
    const tenant = await makeTenant(db);
    const jobs = [newJob(tenant.id, now), newJob(tenant.id, now)];
    const batch = {
      jobs,
      claim: { tenantId: tenant.id, key: "b", fingerprint: Buffer.from(""), resourceId: "bat" },
      now,
    };
    const [made, alone] = await createTogether(db, [batch, asked(tenant.id, null)]);
    expect(made).toMatchObject({ outcome: "created", jobs: jobs.map(({ id }) => ({ id })) });
    expect(alone).toMatchObject({ outcome: "created", jobs: [{ tenantId: tenant.id }] });
  });

  test("one that the database refuses does not fail those it came with", async () => {
    const tenant = await makeTenant(db);
    const creations = [asked(tenant.id, "1"), asked("ten_nobody", "2"), asked(tenant.id, "3"), asked(tenant.id, null)];
    const results = await Promise.allSettled(creations.map((creation) => createJobs(db, creation)));
    expect(results).toMatchObject([
      { value: { outcome: "created" } },
      { status: "rejected" },
      { value: { outcome: "created" } },
      { value: { outcome: "created" } },
    ]);
    expect(await db.job.count({ where: { tenantId: tenant.id } })).toBe(3);
  });

  test("two processes with the same keys in other orders do not wait for each other in a circle", async () => {
    const tenant = await makeTenant(db);
    const keys = Array.from({ length: 30 }, (_, index) => `key ${index}`);
    const all = await Promise.all([
      createTogether(
        db,
        keys.map((key) => asked(tenant.id, key)),
      ),
      createTogether(
        db,
        keys.toReversed().map((key) => asked(tenant.id, key)),
      ),
      createTogether(
        db,
        keys.map((key) => asked(tenant.id, key)),
      ),
    ]);
    expect(all.flat().filter(({ outcome }) => outcome === "created")).toHaveLength(30);
    expect(all.flat().filter(({ outcome }) => outcome === "replayed")).toHaveLength(60);
  });
});

describe("submit", () => {
  test("the right to send an attempt is given once", async () => {
    const { work } = await submitting();
    const options = { now, leaseEndsAt: later(1_000) };
    const started = await Promise.all(Array.from({ length: 8 }, () => startAttempt(db, work.attemptId, options)));
    expect(started.filter(Boolean)).toHaveLength(1);
  });

  test("accepted: the job waits at fal under its request id", async () => {
    const { work, requestId } = await submitted();
    expect(work).toMatchObject({ state: "submitted", requestId, outcome: "accepted" });
    expect(await kindsOf(work.id)).toEqual(["job.queued", "job.submitting", "attempt.accepted"]);
  });

  test("not sent: back in line, and the try does not count", async () => {
    const { work } = await submitting();
    const job = await recordNotSent(db, attemptOf(work), { reason: "ECONNREFUSED", dueAt: later(2_000), now });
    expect(job).toMatchObject({ state: "queued", attempt: 1, attemptsMax: 4, dueAt: later(2_000) });
  });

  test("rejected for good: failed, released, not charged", async () => {
    const { work } = await submitting();
    const failure = {
      code: "fal_model_missing",
      message: "no such app",
      retryable: false,
      charged: "no",
      httpStatus: 404,
    } as const;
    const job = await recordRejected(db, work, attemptOf(work), failure, { now, jitter: 0 });
    expect(job).toMatchObject({ state: "failed", charged: "no", errorCode: "fal_model_missing", costMicros: 0n });
    expect(await spendOf(work.id)).toEqual(["1 reserve 5000", "1 release 5000"]);
  });

  test("unknown: stays submitting, and is found again when its time comes", async () => {
    const { work } = await submitting();
    await startAttempt(db, work.attemptId, { now, leaseEndsAt: later(30_000) });
    await recordUnknown(db, attemptOf(work), { reason: "ECONNRESET", httpStatus: null, checkAt: later(5_000), now });
    expect(await workOf(work.id)).toMatchObject({ state: "submitting", outcome: "unknown", dueAt: later(5_000) });
    const overdue = await findOverdue(db, { now: later(10_000), graceMs: 1_000 });
    expect(overdue.find((row) => row.id === work.id)).toMatchObject({ state: "submitting", sent: true });
  });

  test("an attempt that was claimed but never sent is found again, as not sent", async () => {
    const { work } = await submitting();
    const overdue = await findOverdue(db, { now: later(60_000), graceMs: 1_000 });
    expect(overdue.find((row) => row.id === work.id)).toMatchObject({ attemptId: work.attemptId, sent: false });
  });
});

describe("fal's answer", () => {
  test("images: copying, with an output row each", async () => {
    const { work } = await copying();
    expect(work).toMatchObject({ state: "copying", seed: 7n, costMicros: 4_000n });
    expect(await db.output.findMany({ where: { jobId: work.id } })).toMatchObject([{ index: 0, storedAt: null }]);
  });

  test("may come before the reply to the submit, which then changes nothing", async () => {
    const { work } = await submitting();
    await startAttempt(db, work.attemptId, { now, leaseEndsAt: later(30_000) });
    await answer(work, images, receipt("early", `early ${work.id}`));
    expect(await workOf(work.id)).toMatchObject({ state: "copying", requestId: "early" });
    const reply = { requestId: "early", gatewayRequestId: null, checkAt: later(1_000), now };
    expect(await recordAccepted(db, attemptOf(work), reply)).toBeNull();
    expect(await stateOf(work.id)).toBe("copying");
  });

  test("repeated: counted on the one receipt", async () => {
    const { work, requestId } = await submitted();
    const evidence = receipt(requestId, `again ${work.id}`);
    expect(await answer(work, images, evidence)).toMatchObject({ state: "copying" });
    expect(await answer(work, images, evidence)).toBeNull();
    const receipts = await db.falReceipt.findMany({ where: { requestId } });
    expect(receipts).toMatchObject([{ verdict: "applied", seen: 2 }]);
    expect(await db.output.count({ where: { jobId: work.id } })).toBe(1);
  });

  test("contradicted: recorded, not applied", async () => {
    const { work, requestId } = await copying();
    const failure: FalAnswer = { kind: "failure", failure: brokenAtFal };
    expect(await answer(work, failure, receipt(requestId, `but no ${work.id}`))).toBeNull();
    expect(await stateOf(work.id)).toBe("copying");
    const receipts = await db.falReceipt.findMany({ where: { requestId }, orderBy: { id: "asc" } });
    expect(receipts.map((row) => row.verdict)).toEqual(["applied", "contradictory"]);
  });

  test("the same told twice in other words is late, not contradictory", async () => {
    const { work, requestId } = await copying();
    await answer(work, images, receipt(requestId, `polled ${work.id}`, "poll"));
    const receipts = await db.falReceipt.findMany({ where: { requestId }, orderBy: { id: "asc" } });
    expect(receipts.map((row) => row.verdict)).toEqual(["applied", "late"]);
  });

  test("retryable failure: back in line after a pause; the last one fails the job, uncharged", async () => {
    const { work, requestId } = await submitted({ attemptsMax: 2 });
    const failure: FalAnswer = { kind: "failure", failure: brokenAtFal };
    const retried = await answer(work, failure, receipt(requestId, `fail ${work.id}`));
    expect(retried).toMatchObject({ state: "queued", dueAt: later(2_000) });
    await dispatchJobs(db, noLimits, later(3_000));
    const second = await workOf(work.id);
    expect(second).toMatchObject({ state: "submitting", attempt: 2, sentAt: null, requestId: null });
    const ended = await answer(second, failure, receipt(`${requestId}-2`, `fail again ${work.id}`));
    expect(ended).toMatchObject({ state: "failed", errorCode: "fal_error", charged: "no" });
    expect(await spendOf(work.id)).toEqual(["1 reserve 5000", "1 release 5000"]);
  });

  test("an answer to an earlier attempt does not touch the present one", async () => {
    const { work, requestId } = await submitted();
    await answer(work, { kind: "failure", failure: brokenAtFal }, receipt(requestId, `first ${work.id}`));
    await dispatchJobs(db, noLimits, later(3_000));
    expect(await answer(work, images, receipt(requestId, `late images ${work.id}`))).toBeNull();
    expect(await workOf(work.id)).toMatchObject({ state: "submitting", attempt: 2 });
  });

  test("incomplete, before the reply to the submit: fal can be asked for it all the same", async () => {
    const { work } = await submitting();
    await startAttempt(db, work.attemptId, { now, leaseEndsAt: later(30_000) });
    await answer(work, { kind: "incomplete" }, receipt("unheard", `payload_error early ${work.id}`));
    expect(await workOf(work.id)).toMatchObject({ state: "submitted", requestId: "unheard", dueAt: now });
  });

  test("incomplete, then contradicted by a webhook: only what fal's result says is believed", async () => {
    const { work, requestId } = await submitted();
    const failure: FalAnswer = { kind: "failure", failure: brokenAtFal };
    await answer(work, { kind: "incomplete" }, receipt(requestId, `payload_error ${work.id}`), later(1_000));
    expect(await answer(work, failure, receipt(requestId, `error ${work.id}`), later(1_100))).toBeNull();
    const verdicts = await db.falReceipt.findMany({ where: { requestId }, orderBy: { receivedAt: "asc" } });
    expect(verdicts.map((row) => row.verdict)).toEqual(["incomplete", "contradictory"]);
    expect((await workOf(work.id)).state).toBe("submitted");
    await answer(work, failure, receipt(requestId, `polled ${work.id}`, "poll"), later(1_200));
    expect((await workOf(work.id)).state).toBe("queued");
  });

  test("incomplete: stays where it is and is due at once", async () => {
    const { work, requestId } = await submitted();
    await answer(work, { kind: "incomplete" }, receipt(requestId, `payload_error ${work.id}`), later(1_000));
    expect(await workOf(work.id)).toMatchObject({ state: "submitted", dueAt: later(1_000) });
    expect(await db.falReceipt.findMany({ where: { requestId } })).toMatchObject([{ verdict: "incomplete" }]);
  });
});

describe("two answers in the same moment", () => {
  const failure: FalAnswer = { kind: "failure", failure: brokenAtFal };
  const verdictsOf = async (requestId: string) =>
    (await db.falReceipt.findMany({ where: { requestId } })).map((row) => row.verdict).sort();

  /** Holds the job's row until both statements wait for it, so that they really are at it together. */
  async function atOnce(jobId: string, acts: (() => Promise<unknown>)[]): Promise<unknown[]> {
    const answers: Promise<unknown>[] = [];
    await db.$transaction(async (tx) => {
      await query(tx, sql`select id from jobs where id = ${jobId} for update`);
      for (const [index, act] of acts.entries()) {
        answers.push(act());
        await waitFor("a statement that waits", async () => (await countWaiting()) === index + 1);
      }
    });
    return Promise.all(answers);
  }
  async function countWaiting(): Promise<number> {
    const [row] = await query<{ count: number }>(
      db,
      sql`select count(*)::int as count from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock' and query like '%moved%'`,
    );
    return row?.count ?? 0;
  }

  test.each(["images", "failure"])("contradicting each other: the first counts (%s)", async (first) => {
    const { work, requestId } = await submitted();
    const acts = [
      () => answer(work, images, receipt(requestId, `yes ${work.id}`)),
      () => answer(work, failure, receipt(requestId, `no ${work.id}`)),
    ];
    await atOnce(work.id, first === "images" ? acts : acts.reverse());
    expect(await stateOf(work.id)).toBe(first === "images" ? "copying" : "queued");
    expect(await verdictsOf(requestId)).toEqual(["applied", "contradictory"]);
  });

  test("one incomplete, one a failure: the failure is not believed, or the image would be bought again", async () => {
    const { work, requestId } = await submitted();
    await atOnce(work.id, [
      () => answer(work, { kind: "incomplete" }, receipt(requestId, `payload_error ${work.id}`)),
      () => answer(work, failure, receipt(requestId, `no ${work.id}`)),
    ]);
    expect(await stateOf(work.id)).toBe("submitted");
    expect(await verdictsOf(requestId)).toEqual(["contradictory", "incomplete"]);
  });

  test("the same answer ten times: one is applied, all are counted", async () => {
    const { work, requestId } = await submitted();
    await Promise.all(Array.from({ length: 10 }, () => answer(work, images, receipt(requestId, `same ${work.id}`))));
    expect(await db.falReceipt.findMany({ where: { requestId } })).toMatchObject([{ verdict: "applied", seen: 10 }]);
    expect(await db.output.count({ where: { jobId: work.id } })).toBe(1);
  });
});

describe("an answer after an end that nobody could charge for sure", () => {
  const unsure: AttemptFailure = { code: "submit_unknown", message: "?", retryable: false, charged: "unknown" };
  const free: FalAnswer = { kind: "failure", failure: brokenAtFal };

  /** Its reply was lost, its lease is over: the reservation of 5,000 is settled as a guess. */
  async function givenUp() {
    const { tenant, work } = await submitting();
    await setBudget(db, { tenantId: tenant.id, apiKeyId: null }, { period: "day", limitMicros: 1_000_000, now });
    await startAttempt(db, work.attemptId, { now, leaseEndsAt: later(30_000) });
    await recordUnknown(db, attemptOf(work), { reason: "lost", httpStatus: null, checkAt: later(1), now });
    const ended = { job: work, attemptId: work.attemptId, outcome: null, failure: unsure, now, jitter: 0.5 };
    expect(await endFailedAttempt(db, ended)).toMatchObject({ charged: "unknown", costMicros: 5_000n });
    const used = async () => (await listBudgets(db, tenant.id, now))[0]?.usedMicros;
    const usage = async () => {
      while (await rollUpUsage(db));
      const day = now.toISOString().slice(0, 10);
      return readUsage(db, { tenantId: tenant.id, dimension: "total", from: day, to: day });
    };
    return { tenant, work, used, usage };
  }

  test.each([
    { said: "images", what: images, charged: "yes", costMicros: 4_000n },
    { said: "a failure", what: free, charged: "no", costMicros: 0n },
  ])("$said: the charge is known, in the ledger, the budget and the usage", async ({ what, charged, costMicros }) => {
    const { work, used, usage } = await givenUp();
    expect(await usage()).toMatchObject([{ failed: 1, costMicros: 5_000n }]);
    expect(await answer(work, what, receipt(`late-${work.id}`, `late ${work.id}`), later(60_000))).toBeNull();
    expect(await db.job.findUniqueOrThrow({ where: { id: work.id } })).toMatchObject({
      state: "failed",
      errorCode: "submit_unknown",
      charged,
      costMicros,
    });
    expect(await spendOf(work.id)).toEqual(["1 reserve 5000", "1 settle 5000", `1 correct ${costMicros - 5_000n}`]);
    expect(await used()).toBe(Number(costMicros));
    expect(await usage()).toMatchObject([{ failed: 1, costMicros }]);
    expect((await kindsOf(work.id)).at(-1)).toBe("job.charge_corrected");
    // fal had it: a blind retry would have paid twice.
    expect(await workOf(work.id)).toMatchObject({ outcome: "accepted", requestId: `late-${work.id}` });
  });

  test("several: the first counts, and only once", async () => {
    const { work, used } = await givenUp();
    const told = (what: FalAnswer, text: string) => answer(work, what, receipt(`r-${work.id}`, `${text} ${work.id}`));
    await Promise.all([told(images, "yes"), told(images, "yes"), told(images, "also yes")]);
    await told(free, "no");
    expect(await spendOf(work.id)).toEqual(["1 reserve 5000", "1 settle 5000", "1 correct -1000"]);
    expect(await used()).toBe(4_000);
    expect(await db.event.count({ where: { jobId: work.id } })).toBe(1);
  });

  test("about a round before the last: its money is corrected, the present one is left alone", async () => {
    const { tenant, work, used } = await givenUp();
    await retryJob(db, { tenantId: tenant.id, jobId: work.id }, later(1_000));
    await answer(work, images, receipt(`first-${work.id}`, `first ${work.id}`), later(2_000));
    expect(await db.job.findUniqueOrThrow({ where: { id: work.id } })).toMatchObject({
      state: "queued",
      charged: null,
    });
    expect(await spendOf(work.id)).toEqual(["1 reserve 5000", "1 settle 5000", "2 reserve 5000", "1 correct -1000"]);
    expect(await used()).toBe(9_000);
  });

  test("that fal's name of another attempt comes with changes nothing", async () => {
    const { requestId } = await submitted();
    const { work } = await givenUp();
    await answer(work, images, receipt(requestId, `of another ${work.id}`));
    expect(await spendOf(work.id)).toEqual(["1 reserve 5000", "1 settle 5000"]);
  });

  test("nothing is corrected where the charge was known", async () => {
    const { work, requestId } = await submitted({ attemptsMax: 1 });
    await answer(work, free, receipt(requestId, `no ${work.id}`));
    await answer(work, images, receipt(requestId, `yes ${work.id}`));
    expect(await spendOf(work.id)).toEqual(["1 reserve 5000", "1 release 5000"]);
  });

  test("a budget that is set afterwards begins with what it really cost", async () => {
    const { tenant, work } = await givenUp();
    await answer(work, images, receipt(`late-${work.id}`, `late ${work.id}`));
    const who = { tenantId: tenant.id, apiKeyId: null };
    await setBudget(db, who, { period: "month", limitMicros: 1_000_000, now });
    const month = (await listBudgets(db, tenant.id, now)).find(({ period }) => period === "month");
    expect(month?.usedMicros).toBe(4_000);
  });
});

test("submitted_at is the present attempt's, also when its webhook is faster than the reply", async () => {
  const { work, requestId } = await submitted();
  await answer(work, { kind: "failure", failure: brokenAtFal }, receipt(requestId, `again ${work.id}`));
  expect((await workOf(work.id)).submittedAt).toBeNull();
  await dispatchJobs(db, noLimits, later(3_000));
  const second = await workOf(work.id);
  await startAttempt(db, second.attemptId, { now: later(3_000), leaseEndsAt: later(30_000) });
  await answer(second, images, receipt(`${requestId}-2`, `fast ${work.id}`), later(4_000));
  expect((await workOf(work.id)).submittedAt).toEqual(later(4_000));
});

describe("copy", () => {
  const stored = (id: string) => ({
    id,
    key: "k",
    contentType: "image/png",
    width: 8,
    height: 8,
    bytes: 9,
    sha256: "ab",
  });

  test("is claimed by one, until its lease ends", async () => {
    const { work } = await copying();
    const claims = await Promise.all(
      Array.from({ length: 5 }, () => claimCopy(db, work.id, { now, leaseEndsAt: later(60_000) })),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await claimCopy(db, work.id, { now: later(61_000), leaseEndsAt: later(90_000) })).not.toBeNull();
  });

  test("succeeds only when every image is stored, and settles what it really cost", async () => {
    const { work } = await copying();
    expect(await recordCopied(db, work.id, { costMicros: 3_999, now })).toBeNull();
    const [output] = await db.output.findMany({ where: { jobId: work.id } });
    await recordStored(db, stored(output!.id), now);
    expect(await recordCopied(db, work.id, { costMicros: 3_999, now })).toMatchObject({
      state: "succeeded",
      costMicros: 3_999n,
    });
    expect(await recordCopied(db, work.id, { costMicros: 3_999, now })).toBeNull();
    expect(await spendOf(work.id)).toEqual(["1 reserve 5000", "1 settle 3999"]);
    expect(await db.event.findMany({ where: { jobId: work.id } })).toMatchObject([{ type: "job.succeeded" }]);
  });

  test("that fails is tried again; given up it is charged, and a retry by hand copies instead of buying", async () => {
    const { tenant, work } = await copying();
    await snoozeCopy(db, work.id, { reason: "http_status", detail: { status: 404 }, dueAt: later(2_000), now });
    expect(await workOf(work.id)).toMatchObject({ state: "copying", stepTries: 1, dueAt: later(2_000) });
    const failed = await failCopy(db, work, { code: "copy_failed", message: "gone", now });
    expect(failed).toMatchObject({ state: "failed", charged: "yes", costMicros: 4_000n });
    const retried = await retryJob(db, { tenantId: tenant.id, jobId: work.id }, later(5_000));
    expect(retried).toMatchObject({ outcome: "copying", job: { attempt: 1, error: null, charged: null } });
    const [output] = await db.output.findMany({ where: { jobId: work.id } });
    await recordStored(db, stored(output!.id), now);
    expect(await recordCopied(db, work.id, { costMicros: 4_000, now })).toMatchObject({ state: "succeeded" });
    expect(await spendOf(work.id)).toEqual(["1 reserve 5000", "1 settle 4000"]);
  });
});

describe("cancel", () => {
  const cancel = (tenantId: string, jobId: string) => cancelJob(db, { tenantId, jobId }, now);

  test("while queued, or claimed and not sent: at once and free", async () => {
    const tenant = await makeTenant(db);
    const job = await makeJob(db, tenant.id, now, { runAt: later(60_000) });
    expect(await cancel(tenant.id, job.id)).toMatchObject({ outcome: "canceled", job: { charged: "no" } });
    const claimed = await submitting();
    expect(await cancel(claimed.tenant.id, claimed.work.id)).toMatchObject({ outcome: "canceled" });
    expect(await startAttempt(db, claimed.work.attemptId, { now, leaseEndsAt: later(1) })).toBeNull();
    expect(await spendOf(claimed.work.id)).toEqual(["1 reserve 5000", "1 release 5000"]);
  });

  test("against a submit starting at the same moment: either the cancel is free or the submit goes first", async () => {
    const rounds = await Promise.all(Array.from({ length: 12 }, () => submitting()));
    for (const { tenant, work } of rounds) {
      const [started, canceled] = await Promise.all([
        startAttempt(db, work.attemptId, { now, leaseEndsAt: later(30_000) }),
        cancel(tenant.id, work.id),
      ]);
      expect(canceled.outcome).toBe(started ? "requested" : "canceled");
    }
  });

  test("while at fal: asked for, and fal's failure then ends it as canceled", async () => {
    const { tenant, work, requestId } = await submitted();
    expect(await cancel(tenant.id, work.id)).toMatchObject({ outcome: "requested", job: { state: "submitted" } });
    const asked = await workOf(work.id);
    const ended = await answer(asked, { kind: "failure", failure: brokenAtFal }, receipt(requestId, `499 ${work.id}`));
    expect(ended).toMatchObject({ state: "canceled", charged: "no", error: null });
  });

  test("while the submit was turning out not sent: back in line it is passed over, and ends", async () => {
    const { tenant, work } = await submitting();
    await startAttempt(db, work.attemptId, { now, leaseEndsAt: later(30_000) });
    expect(await cancel(tenant.id, work.id)).toMatchObject({ outcome: "requested" });
    await recordNotSent(db, attemptOf(work), { reason: "ECONNREFUSED", dueAt: now, now });
    await dispatchJobs(db, noLimits, now);
    expect(await stateOf(work.id)).toBe("queued");
    await endUnwantedJobs(db, now);
    expect(await db.job.findUniqueOrThrow({ where: { id: work.id } })).toMatchObject({
      state: "canceled",
      charged: "no",
    });
  });

  test("too late: canceled all the same, and charged", async () => {
    const { tenant, work, requestId } = await submitted();
    await cancel(tenant.id, work.id);
    const ended = await answer(await workOf(work.id), images, receipt(requestId, `too late ${work.id}`));
    expect(ended).toMatchObject({ state: "canceled", charged: "yes", costMicros: 4_000n });
    expect(await spendOf(work.id)).toEqual(["1 reserve 5000", "1 settle 4000"]);
  });

  test("of another tenant's job answers like a missing one and changes nothing", async () => {
    const { work } = await submitting();
    const stranger = await makeTenant(db);
    expect(await cancel(stranger.id, work.id)).toEqual({ outcome: "not_found" });
    expect(await cancel(stranger.id, "job_00000000000000000000000000")).toEqual({ outcome: "not_found" });
    expect(await stateOf(work.id)).toBe("submitting");
  });
});

describe("retry by hand", () => {
  test("always grants another attempt, with a reservation of its own", async () => {
    const { tenant, work, requestId } = await submitted({ attemptsMax: 1 });
    await answer(work, { kind: "failure", failure: brokenAtFal }, receipt(requestId, `no ${work.id}`));
    const retried = await retryJob(db, { tenantId: tenant.id, jobId: work.id }, later(10_000));
    expect(retried).toMatchObject({
      outcome: "queued",
      job: { attemptsMax: 2, round: 2, deadlineAt: later(3_610_000) },
    });
    expect(await spendOf(work.id)).toEqual(["1 reserve 5000", "1 release 5000", "2 reserve 5000"]);
  });

  test("gives the time it had at first, also when it is opened for the second time a day later", async () => {
    const { tenant, work } = await submitting();
    const who = { tenantId: tenant.id, jobId: work.id };
    const day = 86_400_000;
    for (const ms of [day, 2 * day]) {
      await cancelJob(db, who, later(ms - 1));
      expect(await retryJob(db, who, later(ms))).toMatchObject({ job: { deadlineAt: later(ms + 3_600_000) } });
    }
  });

  test("drops the outputs it had, and their objects are deleted when no straggler can write them any more", async () => {
    const { tenant, work } = await copying();
    const [output] = await db.output.findMany({ where: { jobId: work.id } });
    const other = { ...output!, id: `${output!.id}x`, index: 1 };
    await db.output.create({ data: other });
    const object = { key: `k-${work.id}`, contentType: "image/png", width: 1, height: 1, bytes: 1, sha256: "a" };
    await recordStored(db, { id: output!.id, ...object }, now);
    await db.output.update({ where: { id: output!.id }, data: { thumbKey: `t-${work.id}` } });
    await failCopy(db, work, { code: "output_expired", message: "gone", now });
    await retryJob(db, { tenantId: tenant.id, jobId: work.id }, now);
    expect(await db.output.count({ where: { jobId: work.id } })).toBe(0);
    expect(await takeLooseObjects(db, { max: 100, now: later(3_600_000) })).toEqual([]);
    const prefix = `tenants/${tenant.id}/jobs/${work.id}/${other.id}`;
    const possible = ["png", "jpg", "webp", "gif", "avif"].map((extension) => `${prefix}.${extension}`);
    const taken = await takeLooseObjects(db, { max: 100, now: later(7_200_000) });
    expect(taken.sort()).toEqual([object.key, `t-${work.id}`, ...possible].sort());
  });

  test("refuses jobs that succeeded or still run", async () => {
    const { tenant, work } = await submitting();
    const result = await retryJob(db, { tenantId: tenant.id, jobId: work.id }, now);
    expect(result.outcome).toBe("not_retryable");
  });
});

test("queued jobs end at their deadline, uncharged", async () => {
  const tenant = await makeTenant(db);
  const job = await makeJob(db, tenant.id, now, { runAt: later(1_000), deadlineAt: later(5_000) });
  expect(await endUnwantedJobs(db, later(4_000))).toBe(0);
  expect(await endUnwantedJobs(db, later(5_000))).toBe(1);
  expect(await db.job.findUniqueOrThrow({ where: { id: job.id } })).toMatchObject({
    state: "failed",
    errorCode: "deadline_exceeded",
    charged: "no",
  });
});

test("nothing leaves a final state but by a retry", async () => {
  const { work } = await submitting();
  const ending = { to: "failed", charged: "no", error: jobError("fal_error") } as const;
  expect(await endJob(db, { jobId: work.id, ending, now })).toMatchObject({ state: "failed" });
  expect(await endJob(db, { jobId: work.id, ending, now })).toBeNull();
  expect(await startAttempt(db, work.attemptId, { now, leaseEndsAt: now })).toBeNull();
  expect(await db.event.count({ where: { jobId: work.id } })).toBe(1);
});
