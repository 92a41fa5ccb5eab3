import { cancelAndFollow } from "@darkroom/core/cancel-and-follow";
import { eraseWholeJob } from "@darkroom/core/erase-whole-job";
import { findOverdue } from "@darkroom/core/jobs/find-overdue";
import { findWorkByJob } from "@darkroom/core/jobs/find-work";
import { isFinal } from "@darkroom/core/jobs/state";
import { shareJobs } from "@darkroom/core/reuse/share-jobs";
import { headObject } from "@darkroom/core/storage/head-object";
import { makeJob, makeTenant } from "@darkroom/testing/make-job";
import { type ManualClock, manualClock } from "@darkroom/testing/manual-clock";
import { openTestContext, type TestContext } from "@darkroom/testing/open-test-context";
import { stopAt } from "@darkroom/testing/stop-at";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sweep } from "../sweep.ts";
import { checkJob } from "./check-job.ts";
import { copyOutput } from "./copy-output.ts";
import { dispatch } from "./dispatch.ts";
import { submitJob } from "./submit-job.ts";

let context: TestContext;
let clock: ManualClock;

beforeAll(async () => {
  clock = manualClock(new Date("2026-11-20T10:00:00Z"));
  context = await openTestContext({ clock, env: { FAL_MAX_IN_FLIGHT: "10000" } });
});
afterAll(() => context.close());

const given = { model: "fal-ai/z-image/turbo", input: { prompt: "the same boat", image_size: "square" } };
const jobOf = (id: string) => context.db.job.findUniqueOrThrow({ where: { id } });
const workOf = async (id: string) => (await findWorkByJob(context.db, id))!;

/** A job and two that wait for it. */
async function three(): Promise<{ tenantId: string; ids: [string, string, string] }> {
  const { id: tenantId } = await makeTenant(context.db);
  const ids: string[] = [];
  for (let index = 0; index < 3; index += 1) {
    const deadlineAt = new Date(clock.now().getTime() + 86_400_000);
    const { id } = await makeJob(context.db, tenantId, clock.now(), { ...given, deadlineAt });
    const sharing = { jobId: id, key: Buffer.alloc(32, 1), withinSeconds: 86_400 };
    await context.db.$transaction((tx) => shareJobs(tx, tenantId, [sharing], clock.now()));
    ids.push(id);
  }
  return { tenantId, ids: ids as [string, string, string] };
}

/** Brings a job to where its images are to be copied. */
async function generate(jobId: string): Promise<void> {
  await dispatch(context);
  expect(await submitJob(context, (await workOf(jobId)).attemptId)).toBe("accepted");
  await waitFor("fal's answer", async () => {
    clock.advance(20_000);
    return (await checkJob(context, jobId)) === "images";
  });
}

/** What the other workers do, until all of them are final. */
async function carryOn(ids: string[]): Promise<void> {
  await waitFor("the end of all", async () => {
    clock.advance(60_000);
    await sweep(context);
    await dispatch(context);
    for (const row of await findOverdue(context.db, { now: clock.now(), graceMs: 0 })) {
      if (!ids.includes(row.id)) continue;
      if (row.state === "copying") await copyOutput(context, row.id);
      else if (row.sent) await checkJob(context, row.id);
      else await submitJob(context, row.attemptId);
    }
    return (await Promise.all(ids.map(jobOf))).every(({ state }) => isFinal(state));
  });
}

const keyOf = async (jobId: string) => (await context.db.output.findFirstOrThrow({ where: { jobId } })).key ?? "";
const isThere = async (key: string) => (await headObject(context.storage, { key })).outcome === "found";

test("one generation serves all three, and erasing one leaves the others their image", async () => {
  const { tenantId, ids } = await three();
  const before = context.emulator.ledger().length;
  await generate(ids[0]);
  expect(await copyOutput(context, ids[0])).toBe("succeeded");
  for (const id of ids) expect((await jobOf(id)).state).toBe("succeeded");
  expect(context.emulator.ledger().length - before).toBe(1);
  const key = await keyOf(ids[0]);
  expect([await keyOf(ids[1]), await keyOf(ids[2])]).toEqual([key, key]);
  for (const [place, jobId] of ids.entries()) {
    expect(await isThere(key)).toBe(true);
    expect((await eraseWholeJob(context, { tenantId, jobId }, clock.now())).outcome).toBe("erasing");
    expect(await isThere(key)).toBe(place < 2);
  }
});

test("a leader that is canceled at fal does not take its followers along: one of them generates for both", async () => {
  const { tenantId, ids } = await three();
  const before = context.emulator.ledger().length;
  await dispatch(context);
  context.emulator.addFault({ fault: "stuck", times: 1 });
  await submitJob(context, (await workOf(ids[0])).attemptId);
  await cancelAndFollow(context, { tenantId, jobId: ids[0] }, clock.now());
  await carryOn(ids);
  expect(await jobOf(ids[0])).toMatchObject({ state: "canceled", charged: "no" });
  expect(await jobOf(ids[1])).toMatchObject({ state: "succeeded", charged: "yes", reusedFrom: null });
  expect(await jobOf(ids[2])).toMatchObject({ state: "succeeded", charged: "no", reusedFrom: ids[1] });
  expect(context.emulator.ledger().length - before).toBe(2);
});

test.each(["before", "after"] as const)(
  "whoever ends the leader may die right %s any effect: its followers end well, once",
  async (moment) => {
    for (let nth = 1; ; nth += 1) {
      const { ids } = await three();
      const before = context.emulator.ledger().length;
      await generate(ids[0]);
      const stopping = stopAt(context, nth, moment);
      await copyOutput({ ...context, ...stopping.context }, ids[0]).catch(() => {});
      await carryOn(ids);
      expect(context.emulator.ledger().length - before).toBe(1);
      for (const jobId of ids) {
        const isLeader = jobId === ids[0];
        expect(await jobOf(jobId)).toMatchObject({ state: "succeeded", charged: isLeader ? "yes" : "no" });
        expect(await context.db.event.count({ where: { jobId } })).toBe(1);
        expect(await context.db.output.count({ where: { jobId } })).toBe(1);
        const spend = await context.db.spendEntry.findMany({ where: { jobId }, orderBy: { id: "asc" } });
        expect(spend.map(({ kind }) => kind)).toEqual(["reserve", isLeader ? "settle" : "release"]);
      }
      if (!stopping.stopped()) return;
    }
  },
);
