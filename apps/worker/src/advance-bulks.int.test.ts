import { startBulk } from "@darkroom/core/bulk/start-bulk";
import { stopBulk } from "@darkroom/core/bulk/stop-bulk";
import { toWireBulk } from "@darkroom/core/bulk/to-wire";
import { cancelJob } from "@darkroom/core/jobs/cancel-job";
import { setBudget } from "@darkroom/core/spend/set-budget";
import { makeJob, makeTenant } from "@darkroom/testing/make-job";
import { manualClock } from "@darkroom/testing/manual-clock";
import { openTestContext } from "@darkroom/testing/open-test-context";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterAll, describe, expect, test } from "vitest";
import { advanceBulks } from "./advance-bulks.ts";

// Ids hold the real time, which must not overtake the clock.
const clock = manualClock(new Date(Date.now() + 3_600_000));
const context = await openTestContext({ clock });
afterAll(() => context.close());
const { db } = context;

async function makeJobs(count: number, changes: Parameters<typeof makeJob>[3] = {}) {
  const tenant = await makeTenant(db);
  const jobs = await Promise.all(Array.from({ length: count }, () => makeJob(db, tenant.id, clock.now(), changes)));
  clock.advance(1_000);
  const states = async () => {
    const rows = await db.job.groupBy({ by: ["state"], where: { tenantId: tenant.id }, _count: true });
    return Object.fromEntries(rows.map(({ state, _count }) => [state, _count]));
  };
  return { tenantId: tenant.id, jobs, states };
}

const start = (changes: Partial<Parameters<typeof startBulk>[1]>) =>
  startBulk(db, {
    ...{ action: "cancel", filter: {}, jobIds: [], perSecond: 50, createdBy: "test", now: clock.now() },
    ...changes,
  });
const read = (id: string) => db.bulkOperation.findUniqueOrThrow({ where: { id } });

describe("a bulk operation", () => {
  test("goes through what its filter finds, a second's worth at a time, and shows its progress", async () => {
    const { tenantId, states } = await makeJobs(60);
    const other = await makeJobs(3);
    const bulk = await start({ filter: { tenant_id: tenantId }, perSecond: 25 });
    expect(await advanceBulks(context)).toBe(1);
    expect([await states(), (await read(bulk.id)).done]).toEqual([{ queued: 35, canceled: 25 }, 25]);
    expect(await advanceBulks(context)).toBe(0);
    clock.advance(1_000);
    await advanceBulks(context);
    const row = await read(bulk.id);
    const { progress } = toWireBulk(row, { oldestAt: new Date(clock.now().getTime() - 60_000), payloads: false });
    expect(progress).toBeGreaterThan(0);
    for (let seconds = 0; seconds < 3; seconds += 1) {
      clock.advance(1_000);
      await advanceBulks(context);
    }
    expect(await read(bulk.id)).toMatchObject({ state: "finished", done: 60, skipped: 0, searched: 60, dueAt: null });
    expect([await states(), await other.states()]).toEqual([{ canceled: 60 }, { queued: 3 }]);
  });

  test("leaves jobs alone that were made after it began", async () => {
    const { tenantId, states } = await makeJobs(2);
    const begunMs = Date.now() + 1;
    const bulk = await start({ filter: { tenant_id: tenantId }, now: new Date(begunMs) });
    await waitFor("the next millisecond", async () => Date.now() > begunMs);
    await makeJob(db, tenantId, clock.now());
    await advanceBulks(context);
    expect([await states(), (await read(bulk.id)).state]).toEqual([{ canceled: 2, queued: 1 }, "finished"]);
  });

  test("stops when it is told to, and what was done counts", async () => {
    const { tenantId, states } = await makeJobs(30);
    const bulk = await start({ filter: { tenant_id: tenantId }, perSecond: 10 });
    await advanceBulks(context);
    expect(await stopBulk(db, bulk.id, clock.now())).toBe(true);
    clock.advance(60_000);
    expect(await advanceBulks(context)).toBe(0);
    expect(await stopBulk(db, bulk.id, clock.now())).toBe(false);
    expect([await states(), await read(bulk.id)]).toMatchObject([
      { canceled: 10, queued: 20 },
      { state: "stopped", done: 10 },
    ]);
  });

  test("retries only what can be retried, and passes over what has moved on", async () => {
    const { tenantId, jobs, states } = await makeJobs(4);
    for (const job of jobs.slice(0, 3)) await cancelJob(db, { tenantId, jobId: job.id }, clock.now());
    await db.job.update({ where: { id: jobs[0]!.id }, data: { erasedAt: clock.now() } });
    const bulk = await start({ action: "retry", filter: { tenant_id: tenantId } });
    await advanceBulks(context);
    expect(await read(bulk.id)).toMatchObject({ state: "finished", done: 2, skipped: 1 });
    expect(await states()).toEqual({ canceled: 1, queued: 3 });
  });

  test("counts retries there is no money for", async () => {
    const { tenantId, jobs, states } = await makeJobs(5);
    for (const job of jobs) await cancelJob(db, { tenantId, jobId: job.id }, clock.now());
    await db.job.update({ where: { id: jobs[0]!.id }, data: { maxCostMicros: 1 } });
    const who = { tenantId, apiKeyId: null };
    // A picture of unknown size is reserved as four megapixels: room for two.
    await setBudget(db, who, { period: "month", limitMicros: 45_000, now: clock.now() });
    const bulk = await start({ action: "retry", filter: { tenant_id: tenantId } });
    await advanceBulks(context);
    expect(await read(bulk.id)).toMatchObject({ state: "finished", done: 2, skipped: 0, refused: 3 });
    expect(await states()).toEqual({ canceled: 3, queued: 2 });
  });

  test("of chosen jobs does only those", async () => {
    const { jobs, states } = await makeJobs(5);
    const bulk = await start({ jobIds: [jobs[1]!.id, jobs[3]!.id] });
    await advanceBulks(context);
    expect([await states(), (await read(bulk.id)).state]).toEqual([{ canceled: 2, queued: 3 }, "finished"]);
  });

  test("is taken up by another worker when the first one is gone, and by one at a time", async () => {
    const { tenantId, states } = await makeJobs(40);
    await start({ filter: { tenant_id: tenantId }, perSecond: 40 });
    // Claimed by a worker that then died.
    await db.bulkOperation.updateMany({
      where: { state: "running" },
      data: { dueAt: new Date(clock.now().getTime() + 60_000) },
    });
    expect(await advanceBulks(context)).toBe(0);
    clock.advance(60_000);
    const batches = await Promise.all([advanceBulks(context), advanceBulks(context)]);
    expect(batches.sort()).toEqual([0, 1]);
    expect(await states()).toEqual({ canceled: 40 });
  });
});
