import { openContext } from "@darkroom/core/context";
import { type Database, openDatabase } from "@darkroom/core/db/database";
import { findOverdue } from "@darkroom/core/jobs/find-overdue";
import { makeJob, makeTenant } from "@darkroom/testing/make-job";
import { openTestContext } from "@darkroom/testing/open-test-context";
import { describeOnRedis } from "@darkroom/testing/redis";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterEach, describe, expect, test } from "vitest";
import { startWorker } from "./start-worker.ts";

// docs/reliability.md, "Stopping": what is in hand ends, what is not begun is left to others, and the process ends in time.
const textToImage = { model: "fal-ai/z-image/turbo", input: { prompt: "x", image_size: "square" } };
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A worker in the middle of copying an image whose bytes come slowly, and a look at its database that outlives it. */
async function startCopying(backend: "redis" | "postgres", options: { graceMs: number; slowMs: number }) {
  const context = await openTestContext({ backend, env: { SHUTDOWN_GRACE_MS: String(options.graceMs) } });
  const db = openDatabase({ url: context.env.DATABASE_URL, poolMax: 2, applicationName: "test" });
  closing.push(
    () => context.emulator.stop(),
    () => db.$disconnect(),
  );
  context.emulator.addFault({ fault: "media_slow", ms: options.slowMs, times: 1 });
  const worker = await startWorker(context);
  const tenant = await makeTenant(db);
  const job = await makeJob(db, tenant.id, new Date(), textToImage);
  context.doorbell.ringDispatch();
  await waitFor("the copy", () => context.emulator.faults().fired.media_slow === 1);
  /** Another process takes over. */
  const startNext = async () => {
    const next = await startWorker(await openContext(context.env, { role: "test" }));
    closing.push(() => next.stop());
  };
  return { context, db, jobId: job.id, startNext, tenantId: tenant.id, worker };
}

const stateOf = async (db: Database, id: string) => (await db.job.findUniqueOrThrow({ where: { id } })).state;

function runSuite(backend: "redis" | "postgres"): void {
  test("what is in hand ends well; what comes meanwhile is done by the next one, once", async () => {
    const { context, db, jobId, startNext, tenantId, worker } = await startCopying(backend, {
      graceMs: 25_000,
      slowMs: 500,
    });
    const stopped = worker.stop();
    const later = await makeJob(db, tenantId, new Date(), textToImage);
    await stopped;
    expect(await stateOf(db, jobId)).toBe("succeeded");
    await startNext();
    await waitFor("the later job", async () => (await stateOf(db, later.id)) === "succeeded");
    expect(context.emulator.ledger()).toHaveLength(2);
  });

  test("what outlasts the grace is cut off: its lease stays, and the next one takes it up", async () => {
    const { context, db, jobId, startNext, worker } = await startCopying(backend, { graceMs: 100, slowMs: 600_000 });
    await worker.stop();
    expect(await stateOf(db, jobId)).toBe("copying");
    const { dueAt } = await db.job.findUniqueOrThrow({ where: { id: jobId } });
    expect(await findOverdue(db, { now: new Date(dueAt!.getTime() + 1), graceMs: 0 })).toMatchObject([{ id: jobId }]);
    // As if the lease had run out.
    await db.job.update({ where: { id: jobId }, data: { dueAt: new Date() } });
    await startNext();
    await waitFor("the copy of the next one", async () => (await stateOf(db, jobId)) === "succeeded");
    expect(context.emulator.ledger()).toHaveLength(1);
  });
}

describe("a worker that is told to stop, on Postgres", () => runSuite("postgres"));
describeOnRedis("a worker that is told to stop, on Redis", () => runSuite("redis"));
