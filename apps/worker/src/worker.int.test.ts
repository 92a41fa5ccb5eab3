import { makeJob, makeTenant } from "@darkroom/testing/make-job";
import { openTestContext, type TestContext } from "@darkroom/testing/open-test-context";
import { describeOnRedis } from "@darkroom/testing/redis";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningWorker, startWorker } from "./start-worker.ts";

function runSuite(backend: "redis" | "postgres"): void {
  let context: TestContext;
  let worker: RunningWorker;

  beforeAll(async () => {
    // Two slots: most of the jobs below have to wait for one.
    context = await openTestContext({ backend, env: { FAL_MAX_IN_FLIGHT: "2" } });
    worker = await startWorker(context);
  });
  afterAll(async () => {
    await worker.stop();
    await context.emulator.stop();
  });

  const textToImage = { model: "fal-ai/z-image/turbo", input: { prompt: "x", image_size: "square" } };
  const succeeded = (tenantId: string) => context.db.job.count({ where: { tenantId, state: "succeeded" } });

  test("takes a backlog through two slots to its end, each job bought once", async () => {
    const tenant = await makeTenant(context.db);
    const now = new Date();
    const jobs = await Promise.all(Array.from({ length: 12 }, () => makeJob(context.db, tenant.id, now, textToImage)));
    context.doorbell.ringDispatch();
    await waitFor("all jobs", async () => (await succeeded(tenant.id)) === jobs.length);
    expect(context.emulator.ledger()).toHaveLength(jobs.length);
    expect(await context.db.spendEntry.count({ where: { tenantId: tenant.id, kind: "settle" } })).toBe(jobs.length);
  });

  test("finds a job nobody rang for", async () => {
    const tenant = await makeTenant(context.db);
    await makeJob(context.db, tenant.id, new Date(), textToImage);
    await waitFor("the job", async () => (await succeeded(tenant.id)) === 1);
  });

  test("is live and ready while it consumes, and shows its metrics", async () => {
    const get = (path: string) => fetch(`http://127.0.0.1:${worker.port}${path}`);
    expect(await (await get("/health/live")).json()).toEqual({ status: "ok", reasons: [] });
    expect((await get("/health/ready")).status).toBe(200);
    expect(await (await get("/metrics")).text()).toContain("darkroom_jobs_ended_total");
    expect((await get("/nothing")).status).toBe(404);
  });
}

describe("on Postgres", () => runSuite("postgres"));
describeOnRedis("on Redis", () => runSuite("redis"));
