import { readNow } from "@darkroom/core/admin/read-now";
import { resetCircuit } from "@darkroom/core/dispatch/record-circuit";
import { roomLimits } from "@darkroom/core/dispatch/room-limits";
import { explainJob } from "@darkroom/core/explain/explain-job";
import { makeJob, makeTenant } from "@darkroom/testing/make-job";
import { type ManualClock, manualClock } from "@darkroom/testing/manual-clock";
import { openTestContext, type TestContext } from "@darkroom/testing/open-test-context";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkJob } from "./check-job.ts";
import { dispatch } from "./dispatch.ts";
import { submitJob } from "./submit-job.ts";

// From fal's refusal to what dispatch, explain and the dashboard make of it.
let context: TestContext;
let clock: ManualClock;

beforeEach(async () => {
  clock = manualClock(new Date("2026-11-20T10:00:00Z"));
  context = await openTestContext({ clock, env: { FAL_MAX_IN_FLIGHT: "100" } });
});
afterEach(() => context.close());

const model = "fal-ai/z-image/turbo";
const given = { model, input: { prompt: "a harbour", image_size: "square" } };

async function queue(count: number): Promise<void> {
  const tenant = await makeTenant(context.db);
  for (let index = 0; index < count; index += 1) await makeJob(context.db, tenant.id, clock.now(), given);
}

/** Dispatches, and answers the attempts that came of it. */
async function start() {
  await dispatch(context);
  const jobs = await context.db.job.findMany({ where: { state: "submitting", sentAt: null }, orderBy: { id: "asc" } });
  return Promise.all(
    jobs.map(({ id, attempt: number }) => context.db.attempt.findFirstOrThrow({ where: { jobId: id, number } })),
  );
}

async function explainOne() {
  const job = await context.db.job.findFirstOrThrow({ where: { state: "queued", attempt: 0 } });
  const options = { expectedMs: 4_000, now: clock.now() };
  return explainJob(context.db, job, roomLimits(context.env), options);
}

const circuitsOf = async () => (await readNow(context.db, roomLimits(context.env), clock.now())).circuits;

test("a locked account stops everything at once; a probe finds out for all, and its success lets them go", async () => {
  await queue(1);
  const [attempt] = await start();
  await queue(3);
  context.emulator.addFault({ fault: "account_locked", times: 1 });
  expect(await submitJob(context, attempt!.id)).toBe("rejected");
  expect(await start()).toEqual([]);
  const held = await explainOne();
  expect(held.holds).toMatchObject([{ kind: "account_circuit", reason: expect.stringContaining("locked") }]);
  expect(held.sentence).toContain("fal kept failing");
  expect(await circuitsOf()).toMatchObject([{ scope: "account", state: "open", failures: 5 }]);
  clock.advance(10_000);
  expect(await circuitsOf()).toMatchObject([{ scope: "account", state: "half_open" }]);
  const probes = await start();
  expect(probes).toHaveLength(1);
  expect(await start()).toHaveLength(1);
  expect(await submitJob(context, probes[0]!.id)).toBe("accepted");
  expect(await circuitsOf()).toEqual([]);
  expect((await start()).length).toBeGreaterThan(1);
});

test("a probe that fails keeps it closed for longer; by hand it is opened at once", async () => {
  await queue(4);
  context.emulator.addFault({ fault: "account_locked", times: 2 });
  const [first, ...others] = await start();
  expect(others).toHaveLength(3);
  await submitJob(context, first!.id);
  clock.advance(10_000);
  await submitJob(context, others[0]!.id);
  const [circuit] = await circuitsOf();
  expect(circuit).toMatchObject({ state: "open", probe_at: new Date(clock.now().getTime() + 20_000).toISOString() });
  expect(await resetCircuit(context.db, "account")).toBe(true);
  await queue(1);
  expect((await start()).length).toBeGreaterThan(0);
});

/** Submits an attempt that fal takes, and asks until fal has failed it. */
async function failAtFal({ id, jobId }: { id: string; jobId: string }): Promise<void> {
  expect(await submitJob(context, id)).toBe("accepted");
  await waitFor("fal's failure", async () => {
    clock.advance(5_000);
    return (await checkJob(context, jobId)) === "failure";
  });
}

test("a model that refuses what is in a job runs: its circuit closes", async () => {
  await queue(5);
  context.emulator.addFault({ fault: "run_500", times: 5 });
  for (const attempt of await start()) await failAtFal(attempt);
  expect(await circuitsOf()).toMatchObject([{ scope: model, state: expect.stringContaining("open") }]);
  clock.advance(300_000);
  context.emulator.addFault({ fault: "content_policy", times: 1 });
  const [probe] = await start();
  await failAtFal(probe!);
  expect(await circuitsOf()).toEqual([]);
});

test("a model that fails five times in a row rests, while other models go on", async () => {
  await queue(5);
  context.emulator.addFault({ fault: "run_500", times: 5 });
  for (const attempt of await start()) await failAtFal(attempt);
  expect(await circuitsOf()).toMatchObject([{ scope: model, state: "open" }]);
  const tenant = await makeTenant(context.db);
  await makeJob(context.db, tenant.id, clock.now(), given);
  const other = await makeJob(context.db, tenant.id, clock.now(), { ...given, model: "fal-ai/z-image/base" });
  expect((await start()).map(({ jobId }) => jobId)).toEqual([other.id]);
  expect((await explainOne()).sentence).toContain(`${model} kept failing at fal`);
});
