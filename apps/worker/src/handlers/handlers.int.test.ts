import { createHash } from "node:crypto";
import { submitRequest } from "@darkroom/core/fal/submit-request";
import { newId } from "@darkroom/core/ids";
import { cancelJob } from "@darkroom/core/jobs/cancel-job";
import type { NewJob } from "@darkroom/core/jobs/create-jobs";
import { findWorkByJob, type WorkItem } from "@darkroom/core/jobs/find-work";
import { listDoubted } from "@darkroom/core/jobs/list-doubted";
import { recordAccepted } from "@darkroom/core/jobs/record-submit";
import { retryJob } from "@darkroom/core/jobs/retry-job";
import { startAttempt } from "@darkroom/core/jobs/start-attempt";
import { fileKey } from "@darkroom/core/storage/keys";
import { putObject } from "@darkroom/core/storage/put-object";
import { readObject } from "@darkroom/core/storage/read-object";
import { makeJob, makeTenant } from "@darkroom/testing/make-job";
import { type ManualClock, manualClock } from "@darkroom/testing/manual-clock";
import { openTestContext, type TestContext } from "@darkroom/testing/open-test-context";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { restingHands } from "../hands.ts";
import { sweep } from "../sweep.ts";
import { checkJob } from "./check-job.ts";
import { copyOutput } from "./copy-output.ts";
import { dispatch } from "./dispatch.ts";
import { submitJob } from "./submit-job.ts";

// Handlers are called by hand, one at a time, with a clock the test owns: what the queue would do is not waited for.
let context: TestContext;
let clock: ManualClock;

beforeAll(async () => {
  clock = manualClock(new Date("2026-11-20T10:00:00Z"));
  context = await openTestContext({ clock, env: { FAL_MAX_IN_FLIGHT: "10000" } });
});
afterAll(() => context.close());
afterEach(async () => {
  context.emulator.clearFaults();
  // A fault of one test must not slow down the next one's fal.
  await context.db.circuit.deleteMany();
  await context.db.dispatchState.update({
    where: { id: 1 },
    data: { tokens: 1_000, slowedTo: null, blockedUntil: null },
  });
});

const textToImage = { model: "fal-ai/z-image/turbo", input: { prompt: "a harbour", image_size: "square" } };

async function newWork(changes: Partial<NewJob> = {}): Promise<WorkItem> {
  const tenant = await makeTenant(context.db);
  const job = await makeJob(context.db, tenant.id, clock.now(), { ...textToImage, ...changes });
  await dispatch(context);
  return workOf(job.id);
}

async function workOf(jobId: string): Promise<WorkItem> {
  const work = await findWorkByJob(context.db, jobId);
  if (!work) throw new Error("no such work");
  return work;
}

const jobOf = (id: string) => context.db.job.findUniqueOrThrow({ where: { id } });
const accepted = (requestId: string | null) =>
  context.emulator.ledger().filter((row) => row.requestId === requestId).length;
const acceptedInAll = () => context.emulator.ledger().length;

/** Submits, and asks fal until it has an answer: the emulator generates in its own real time. */
async function generate(work: WorkItem): Promise<string> {
  expect(await submitJob(context, work.attemptId)).toBe("accepted");
  return askUntilAnswered(work);
}

function askUntilAnswered(work: WorkItem): Promise<string> {
  return waitFor("fal's answer", async () => {
    clock.advance(20_000);
    const outcome = await checkJob(context, work.id);
    return !["in_queue", "in_progress"].includes(outcome) && outcome;
  });
}

test("dispatch submits where there are hands free, and rings for the others", async () => {
  const tenant = await makeTenant(context.db);
  for (let count = 0; count < 5; count += 1) await makeJob(context.db, tenant.id, clock.now(), textToImage);
  const waiting = await context.doorbell.waiting("submit-job");
  const taken: string[] = [];
  const submitHere = (ids: readonly string[]) => {
    taken.push(...ids.slice(0, 2));
    return ids.slice(2);
  };
  expect(await dispatch(context, "all", { ...restingHands, submitHere })).toBe("dispatched");
  const attempts = await context.db.attempt.findMany({ where: { id: { in: taken }, job: { tenantId: tenant.id } } });
  expect(attempts).toHaveLength(2);
  // Three in one message.
  expect(await context.doorbell.waiting("submit-job")).toBe(waiting + 1);
});

test("from a slot to a stored, verified image, fal asked once", async () => {
  const work = await newWork();
  expect(await generate(work)).toBe("images");
  expect(await copyOutput(context, work.id)).toBe("succeeded");
  const job = await jobOf(work.id);
  expect(job).toMatchObject({ state: "succeeded", charged: "yes", costMicros: 1_311n });
  const [output] = await context.db.output.findMany({ where: { jobId: work.id } });
  const stored = await readObject(context.storage, { key: output?.key ?? "", bytesMax: 10_000_000 });
  if (stored.outcome !== "read") throw new Error(stored.outcome);
  expect(createHash("sha256").update(stored.bytes).digest("hex")).toBe(output?.sha256);
  expect(output).toMatchObject({ width: 512, height: 512, contentType: "image/png" });
  expect(accepted((await workOf(work.id)).requestId)).toBe(1);
});

test("every message may come twice: the second changes nothing", async () => {
  const work = await newWork();
  const before = acceptedInAll();
  expect(await Promise.all([submitJob(context, work.attemptId), submitJob(context, work.attemptId)])).toContain(
    "moved_on",
  );
  expect(acceptedInAll()).toBe(before + 1);
  await askUntilAnswered(work);
  expect(await checkJob(context, work.id)).toBe("moved_on");
  const copies = await Promise.all([copyOutput(context, work.id), copyOutput(context, work.id)]);
  expect(copies.sort()).toEqual(["moved_on", "succeeded"]);
});

test("pictures that come as data URIs are taken out of the receipt, which is too large for a row", async () => {
  context.emulator.changeSettings({ imageBytes: 200_000 });
  const work = await newWork({ input: { ...textToImage.input, sync_mode: true, num_images: 2 } });
  expect(await generate(work)).toBe("images");
  context.emulator.changeSettings({ imageBytes: 0 });
  const receipts = await context.db.falReceipt.findMany({ where: { attemptId: work.attemptId } });
  expect(receipts).toMatchObject([{ verdict: "applied", body: null, bodyKey: expect.stringContaining("receipts/") }]);
  expect(await copyOutput(context, work.id)).toBe("succeeded");
  expect(await context.db.output.count({ where: { jobId: work.id, storedAt: { not: null } } })).toBe(2);
});

describe("submit", () => {
  test("a file goes to fal as a URL that fal can fetch, uploaded once for many jobs", async () => {
    const tenant = await makeTenant(context.db);
    const file = {
      id: newId("file"),
      tenantId: tenant.id,
      contentType: "image/png",
      sha256: "x",
      width: 8,
      height: 8,
      bytes: 3n,
    };
    const key = fileKey({ tenantId: tenant.id, fileId: file.id }, "png");
    await putObject(context.storage, { key, bytes: new Uint8Array([1, 2, 3]), contentType: "image/png" });
    await context.db.file.create({ data: { ...file, key, createdAt: clock.now() } });
    const input = { prompt: "x", image_url: file.id };
    const jobs = [await makeJob(context.db, tenant.id, clock.now(), { input })];
    await dispatch(context);
    await submitJob(context, (await workOf(jobs[0]!.id)).attemptId);
    const { falUrl } = await context.db.file.findUniqueOrThrow({ where: { id: file.id } });
    expect(new Uint8Array(await (await fetch(falUrl ?? "")).arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
    jobs.push(await makeJob(context.db, tenant.id, clock.now(), { input }));
    await dispatch(context);
    await submitJob(context, (await workOf(jobs[1]!.id)).attemptId);
    expect((await context.db.file.findUniqueOrThrow({ where: { id: file.id } })).falUrl).toBe(falUrl);
    expect((await jobOf(jobs[0]!.id)).input).toEqual(input);
  });

  test("a job whose file was deleted while it waited ends at once, and is not charged", async () => {
    const work = await newWork({ ...i2i, input: { prompt: "x", image_url: newId("file") } });
    expect(await submitJob(context, work.attemptId)).toBe("input_lost");
    expect(await jobOf(work.id)).toMatchObject({ state: "failed", errorCode: "input_unreachable", charged: "no" });
  });

  test.each([
    ["submit_429", "rejected", "queued"],
    ["account_locked", "rejected", "queued"],
    ["submit_503", "unknown", "submitting"],
  ] as const)("%s is %s, and the job %s", async (fault, outcome, state) => {
    const work = await newWork();
    context.emulator.addFault({ fault, times: 1 });
    expect(await submitJob(context, work.attemptId)).toBe(outcome);
    expect((await jobOf(work.id)).state).toBe(state);
  });
});

const i2i = { model: "fal-ai/z-image/turbo/image-to-image" };

describe("a submit whose reply was lost", () => {
  /** fal lists requests once they have ended: these do not end. */
  const unlisted = { input: { prompt: "[[fault:stuck]]", image_size: "square" } };

  async function lost(changes: Partial<NewJob> = {}): Promise<WorkItem> {
    const work = await newWork(changes);
    const before = acceptedInAll();
    context.emulator.addFault({ fault: "submit_reply_lost", times: 1 });
    expect(await submitJob(context, work.attemptId)).toBe("unknown");
    expect(acceptedInAll()).toBe(before + 1);
    return work;
  }

  test("is found in fal's own listing by its input, and finished without a second submit", async () => {
    const work = await lost({ input: { prompt: "found by its words", image_size: "square" } });
    const before = acceptedInAll();
    await waitFor("the listing", async () => {
      clock.advance(15_000);
      return (await checkJob(context, work.id)) === "found";
    });
    expect(await askUntilAnswered(work)).toBe("images");
    expect(await copyOutput(context, work.id)).toBe("succeeded");
    expect(acceptedInAll()).toBe(before);
    const doubted = await listDoubted(context.db, { limit: 100 });
    expect(doubted.find(({ jobId }) => jobId === work.id)).toMatchObject({ prevented: true, attempt: 1 });
  });

  test("is never sent again: neither by a second message nor by the sweep", async () => {
    const work = await lost(unlisted);
    const before = acceptedInAll();
    expect(await submitJob(context, work.attemptId)).toBe("moved_on");
    clock.advance(60_000);
    await sweep(context);
    expect(await checkJob(context, work.id)).toBe("unknown");
    expect(acceptedInAll()).toBe(before);
  });

  test("fails at the end of its lease and says that it may have been charged", async () => {
    const work = await lost(unlisted);
    clock.advance(context.env.FAL_UNKNOWN_SUBMIT_LEASE_MS);
    expect(await checkJob(context, work.id)).toBe("submit_unknown");
    expect(await jobOf(work.id)).toMatchObject({ state: "failed", errorCode: "submit_unknown", charged: "unknown" });
  });

  test("is bought again only if the operator said so", async () => {
    const work = await lost(unlisted);
    clock.advance(context.env.FAL_UNKNOWN_SUBMIT_LEASE_MS);
    const risky = { ...context, env: { ...context.env, FAL_UNKNOWN_SUBMIT_POLICY: "resubmit" as const } };
    expect(await checkJob(risky, work.id)).toBe("submit_unknown");
    expect((await jobOf(work.id)).state).toBe("queued");
  });

  test("waits until the deadline if the operator said so", async () => {
    const work = await lost(unlisted);
    const patient = { ...context, env: { ...context.env, FAL_UNKNOWN_SUBMIT_POLICY: "wait" as const } };
    clock.advance(context.env.FAL_UNKNOWN_SUBMIT_LEASE_MS * 2);
    expect(await checkJob(patient, work.id)).toBe("unknown");
    clock.advance(3_600_000);
    expect(await checkJob(patient, work.id)).toBe("submit_unknown");
  });

  test("a sender that died before the POST leaves the same doubt", async () => {
    const work = await newWork();
    await startAttempt(context.db, work.attemptId, { now: clock.now(), leaseEndsAt: clock.now() });
    expect(await submitJob(context, work.attemptId)).toBe("moved_on");
    expect(await checkJob(context, work.id)).toBe("unknown");
    expect(await workOf(work.id)).toMatchObject({ state: "submitting", outcome: "unknown" });
  });
});

describe("what fal answers", () => {
  test.each([
    ["content_policy", "content_policy", "failed"],
    ["run_500", "fal_error", "queued"],
    ["run_503", "fal_error", "queued"],
    ["run_504", "fal_timeout", "queued"],
  ] as const)("%s is %s, and the job is %s", async (fault, code, state) => {
    const work = await newWork();
    context.emulator.addFault({ fault, times: 1 });
    expect(await generate(work)).toBe("failure");
    expect((await jobOf(work.id)).state).toBe(state);
    const attempt = await context.db.attempt.findUniqueOrThrow({ where: { id: work.attemptId } });
    expect(attempt).toMatchObject({ errorCode: code, outcome: "accepted" });
  });

  test("a request that fal has forgotten", async () => {
    const work = await newWork();
    await submitJob(context, work.attemptId);
    context.emulator.reset();
    clock.advance(60_000);
    expect(await checkJob(context, work.id)).toBe("fal_request_lost");
    expect(await jobOf(work.id)).toMatchObject({ state: "failed", charged: "unknown" });
  });
});

describe("what is no longer wanted", () => {
  test("a cancel while the submit is on its way waits for the reply, and is then passed on at once", async () => {
    const work = await newWork({ input: { prompt: "[[fault:stuck]]", image_size: "square" } });
    const sent = await startAttempt(context.db, work.attemptId, {
      now: clock.now(),
      leaseEndsAt: new Date(clock.now().getTime() + 30_000),
    });
    await cancelJob(context.db, { tenantId: work.tenantId, jobId: work.id }, clock.now());
    expect(await checkJob(context, work.id)).toBe("moved_on");
    expect((await workOf(work.id)).outcome).toBeNull();
    const { requestId } = (await submitRequest(context.fal, {
      model: sent!.model,
      input: sent!.input as never,
      webhookUrl: null,
      startWithinMs: 60_000,
    })) as { requestId: string };
    const attempt = { jobId: work.id, attemptId: work.attemptId, number: 1 };
    const checkAt = new Date(clock.now().getTime() + 60_000);
    await recordAccepted(context.db, attempt, { requestId, gatewayRequestId: null, checkAt, now: clock.now() });
    expect(await askUntilAnswered(work)).toBe("failure");
    expect(await jobOf(work.id)).toMatchObject({ state: "canceled", charged: "no" });
  });

  test("a job that fal stops at its deadline ends as too late, and says nothing about the model", async () => {
    const work = await newWork({ deadlineAt: new Date(clock.now().getTime() + 120_000) });
    context.emulator.addFault({ fault: "stuck", times: 1 });
    await submitJob(context, work.attemptId);
    clock.advance(121_000);
    expect(await askUntilAnswered(work)).toBe("failure");
    expect(await jobOf(work.id)).toMatchObject({ state: "failed", errorCode: "deadline_exceeded", charged: "no" });
    expect(await context.db.circuit.count()).toBe(0);
  });

  test("a cancel while fal runs is sent on, and ends the job", async () => {
    const work = await newWork();
    context.emulator.addFault({ fault: "stuck", times: 1 });
    await submitJob(context, work.attemptId);
    await cancelJob(context.db, { tenantId: work.tenantId, jobId: work.id }, clock.now());
    expect(await askUntilAnswered(work)).toBe("failure");
    expect(await jobOf(work.id)).toMatchObject({ state: "canceled", charged: "no" });
  });

  test("a job past its deadline is final within a minute, though fal ignores the cancel", async () => {
    const work = await newWork({ deadlineAt: new Date(clock.now().getTime() + 120_000) });
    context.emulator.addFault({ fault: "stuck", times: 1 });
    context.emulator.addFault({ fault: "cancel_ignored" });
    await submitJob(context, work.attemptId);
    clock.advance(121_000);
    await checkJob(context, work.id);
    clock.advance(30_000);
    expect(await checkJob(context, work.id)).toBe("deadline_exceeded");
    expect(await jobOf(work.id)).toMatchObject({ state: "failed", charged: "unknown" });
  });
});

describe("copy", () => {
  test("media that is not there yet is tried again, without another submit", async () => {
    const work = await newWork();
    await generate(work);
    const before = acceptedInAll();
    context.emulator.addFault({ fault: "media_404", times: 1 });
    expect(await copyOutput(context, work.id)).toBe("copy_failed");
    expect(await copyOutput(context, work.id)).toBe("moved_on");
    clock.advance(10_000);
    expect(await copyOutput(context, work.id)).toBe("succeeded");
    expect(acceptedInAll()).toBe(before);
    const entry = await context.db.timelineEntry.findFirstOrThrow({ where: { jobId: work.id, kind: "copy.failed" } });
    expect(entry.data).toMatchObject({ reason: "http_status", status: 404, host: "127.0.0.1" });
  });

  test("media that is cut short is not stored", async () => {
    const work = await newWork();
    await generate(work);
    context.emulator.addFault({ fault: "media_truncated", times: 1 });
    expect(await copyOutput(context, work.id)).toBe("copy_failed");
    expect(await context.db.output.count({ where: { jobId: work.id, storedAt: { not: null } } })).toBe(0);
    clock.advance(10_000);
    expect(await copyOutput(context, work.id)).toBe("succeeded");
  });

  test("given up when its budget is spent: failed, charged, and a retry by hand copies", async () => {
    const work = await newWork();
    await generate(work);
    context.emulator.addFault({ fault: "media_truncated" });
    clock.advance(context.env.COPY_BUDGET_MS);
    expect(await copyOutput(context, work.id)).toBe("copy_failed");
    expect(await jobOf(work.id)).toMatchObject({ state: "failed", charged: "yes", errorCode: "copy_failed" });
    context.emulator.clearFaults();
    await retryJob(context.db, { tenantId: work.tenantId, jobId: work.id }, clock.now());
    const before = acceptedInAll();
    expect(await copyOutput(context, work.id)).toBe("succeeded");
    expect(acceptedInAll()).toBe(before);
  });
});

test("the sweep rings for what lost its message, and ends what is too late to start", async () => {
  const work = await newWork();
  const [startAt, deadlineAt] = [60_000, 61_000].map((ms) => new Date(clock.now().getTime() + ms));
  const late = await makeJob(context.db, work.tenantId, clock.now(), { runAt: startAt!, deadlineAt: deadlineAt! });
  await sweep(context);
  expect((await jobOf(late.id)).state).toBe("queued");
  clock.advance(120_000);
  const swept = await sweep(context);
  expect(swept.rung).toBeGreaterThanOrEqual(1);
  expect(await jobOf(late.id)).toMatchObject({ state: "failed", errorCode: "deadline_exceeded" });
});
