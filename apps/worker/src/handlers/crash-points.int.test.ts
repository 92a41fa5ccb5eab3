import { newId } from "@darkroom/core/ids";
import { findOverdue } from "@darkroom/core/jobs/find-overdue";
import { findWorkByJob } from "@darkroom/core/jobs/find-work";
import { isFinal } from "@darkroom/core/jobs/state";
import { fileKey } from "@darkroom/core/storage/keys";
import { putObject } from "@darkroom/core/storage/put-object";
import { makeJob, makeTenant } from "@darkroom/testing/make-job";
import { type ManualClock, manualClock } from "@darkroom/testing/manual-clock";
import { openTestContext, type TestContext } from "@darkroom/testing/open-test-context";
import { stopAt } from "@darkroom/testing/stop-at";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkJob } from "./check-job.ts";
import { copyOutput } from "./copy-output.ts";
import { dispatch } from "./dispatch.ts";
import { submitJob } from "./submit-job.ts";

// For every effect of every handler: the process ends right before it, or right after it and before anyone heard of it. Then
// other workers carry on with what is in the database, and the job must end well, once.
let context: TestContext;
let clock: ManualClock;

beforeAll(async () => {
  clock = manualClock(new Date("2026-11-20T10:00:00Z"));
  const emulator = { imageBytes: 60_000 };
  context = await openTestContext({ clock, env: { FAL_MAX_IN_FLIGHT: "10000" }, emulator });
});
afterAll(() => context.close());

async function newJob(more: Record<string, unknown> = {}): Promise<string> {
  const tenant = await makeTenant(context.db);
  const id = newId("file");
  const key = fileKey({ tenantId: tenant.id, fileId: id }, "png");
  await putObject(context.storage, { key, bytes: new Uint8Array([1, 2, 3]), contentType: "image/png" });
  const file = { id, tenantId: tenant.id, key, contentType: "image/png", bytes: 3n, sha256: "x", width: 8, height: 8 };
  await context.db.file.create({ data: { ...file, createdAt: clock.now() } });
  const input = { prompt: `crash ${id}`, image_url: id, image_size: "square", ...more };
  return (await makeJob(context.db, tenant.id, clock.now(), { input })).id;
}

const workOf = async (jobId: string) => (await findWorkByJob(context.db, jobId))!;

/** What the other workers do: the sweep's rounds, until the job is final. */
function carryOn(jobId: string) {
  return waitFor(`the end of ${jobId}`, async () => {
    clock.advance(60_000);
    await dispatch(context);
    for (const row of await findOverdue(context.db, { now: clock.now(), graceMs: 0 })) {
      if (row.id !== jobId) continue;
      if (row.state === "copying") await copyOutput(context, row.id);
      else if (row.sent) await checkJob(context, row.id);
      else await submitJob(context, row.attemptId);
    }
    const job = await context.db.job.findUniqueOrThrow({ where: { id: jobId } });
    return isFinal(job.state) && job;
  });
}

/** Everything that must be true of a job however it was disturbed. */
async function expectEndedOnce(jobId: string, acceptedBefore: number): Promise<string> {
  const job = await carryOn(jobId);
  // fal's own books, whether or not we know of what is in them.
  const accepted = context.emulator.ledger().length - acceptedBefore;
  expect(accepted).toBeLessThanOrEqual(1);
  const spend = await context.db.spendEntry.findMany({ where: { jobId }, orderBy: { id: "asc" } });
  expect(spend.map((entry) => entry.kind)).toEqual(["reserve", job.charged === "no" ? "release" : "settle"]);
  expect(await context.db.event.count({ where: { jobId } })).toBe(1);
  if (job.state === "succeeded") {
    expect(await context.db.output.count({ where: { jobId, storedAt: { not: null } } })).toBe(1);
    expect(accepted).toBe(1);
  } else {
    // The one loss that is allowed: the sender died so close to its POST that nobody can know.
    expect(job).toMatchObject({ errorCode: "submit_unknown", charged: "unknown" });
  }
  return job.state;
}

/** Brings a new job to where the handler under test takes over. */
const scenarios = {
  dispatch: async () => {
    const jobId = await newJob();
    return { jobId, run: (using: TestContext) => dispatch(using) };
  },
  "submit-job": async () => {
    const jobId = await newJob();
    await dispatch(context);
    const { attemptId } = await workOf(jobId);
    return { jobId, run: (using: TestContext) => submitJob(using, attemptId) };
  },
  "check-job": async () => {
    const jobId = await newJob();
    await dispatch(context);
    const work = await workOf(jobId);
    await submitJob(context, work.attemptId);
    const { requestId } = await workOf(jobId);
    await waitFor("the generation", () =>
      context.emulator.ledger().some((row) => row.requestId === requestId && row.endedAt),
    );
    clock.advance(30_000);
    return { jobId, run: (using: TestContext) => checkJob(using, jobId) };
  },
  "copy-output": async () => {
    const jobId = await newJob();
    await generated(jobId);
    return { jobId, run: (using: TestContext) => copyOutput(using, jobId) };
  },
  // Pictures inside the answer: it is too large for a row and goes to storage first.
  "check-job of a large answer": async () => {
    const jobId = await newJob({ sync_mode: true });
    await dispatch(context);
    await submitJob(context, (await workOf(jobId)).attemptId);
    const { requestId } = await workOf(jobId);
    await waitFor("the generation", () =>
      context.emulator.ledger().some((row) => row.requestId === requestId && row.endedAt),
    );
    clock.advance(30_000);
    return { jobId, run: (using: TestContext) => checkJob(using, jobId) };
  },
  "copy-output of a large answer": async () => {
    const jobId = await newJob({ sync_mode: true });
    await generated(jobId);
    return { jobId, run: (using: TestContext) => copyOutput(using, jobId) };
  },
  "check-job of a submit whose reply was lost": async () => {
    const jobId = await newJob();
    await dispatch(context);
    // Those of the rounds before must not open the circuit.
    await context.db.circuit.deleteMany();
    context.emulator.addFault({ fault: "submit_reply_lost", times: 1 });
    expect(await submitJob(context, (await workOf(jobId)).attemptId)).toBe("unknown");
    await waitFor("the generation", () => context.emulator.ledger().every((row) => row.endedAt));
    clock.advance(30_000);
    return { jobId, run: (using: TestContext) => checkJob(using, jobId) };
  },
} as const;

/** Takes a new job to where its images are to be copied. */
async function generated(jobId: string): Promise<void> {
  await dispatch(context);
  await submitJob(context, (await workOf(jobId)).attemptId);
  await waitFor("the answer", async () => {
    clock.advance(30_000);
    return (await checkJob(context, jobId)) === "images";
  });
}

describe.each(Object.keys(scenarios) as (keyof typeof scenarios)[])("%s", (handler) => {
  test.each(["before", "after"] as const)("ends well when the process stops %s any of its effects", async (moment) => {
    const endings = new Map<string, string>();
    for (let nth = 1; ; nth += 1) {
      const acceptedBefore = context.emulator.ledger().length;
      const { jobId, run } = await scenarios[handler]();
      const stopping = stopAt(context, nth, moment);
      await run({ ...context, ...stopping.context }).catch((error: Error) => {
        if (!stopping.stopped()) throw error;
      });
      const state = await expectEndedOnce(jobId, acceptedBefore);
      if (!stopping.stopped()) break;
      endings.set(`${nth} ${moment} ${stopping.effects().at(-1)}`, state);
    }
    expect(endings.size).toBeGreaterThan(1);
    const lost = [...endings].filter(([, state]) => state !== "succeeded").map(([point]) => point);
    // Only between taking the right to send and the POST itself can a crash leave a submit that fal never saw.
    expect(lost.length).toBeLessThanOrEqual(handler === "submit-job" ? 2 : 0);
  });
});
