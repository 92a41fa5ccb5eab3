import { eventSchema } from "@darkroom/contract/events";
import { makeEndpoint } from "@darkroom/testing/make-endpoint";
import { makeJob, makeTenant } from "@darkroom/testing/make-job";
import { openTestContext, type TestContext } from "@darkroom/testing/open-test-context";
import { describeOnRedis } from "@darkroom/testing/redis";
import { startReceiver } from "@darkroom/testing/start-receiver";
import { waitFor } from "@darkroom/testing/wait-for";
import { Webhook } from "standardwebhooks";
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

  test("tells the tenant's endpoint of a job's end, and tries again what failed", async () => {
    const receiver = await startReceiver();
    const tenant = await makeTenant(context.db);
    const endpoint = await makeEndpoint(context, tenant.id, { url: receiver.url });
    receiver.script({ status: 503 });
    const job = await makeJob(context.db, tenant.id, new Date(), textToImage);
    const [first, second] = await receiver.received(2);
    await receiver.close();
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    const event = new Webhook(endpoint.secret).verify(second!.body.toString(), second!.headers);
    const [output] = await context.db.output.findMany({ where: { jobId: job.id } });
    const data = { id: job.id, status: "succeeded", outputs: [{ url: context.links.outputUrl(output!.id) }] };
    expect(event).toMatchObject({ type: "job.succeeded", data });
    expect(eventSchema.parse(event)).toEqual(event);
    expect(second!.body.toString()).toBe(JSON.stringify(event));
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
