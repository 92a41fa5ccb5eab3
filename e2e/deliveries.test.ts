import { join } from "node:path";
import { verifyDelivery } from "@darkroom/contract/verify-delivery";
import { sql } from "@darkroom/core/db/database";
import { cancelJob } from "@darkroom/core/jobs/cancel-job";
import { createJobs } from "@darkroom/core/jobs/create-jobs";
import { appChild } from "@darkroom/local/app-child";
import type { Child } from "@darkroom/local/child";
import { builtEntries } from "@darkroom/local/entries";
import { openLog } from "@darkroom/local/open-log";
import { pickPort } from "@darkroom/local/pick-port";
import { startChild } from "@darkroom/local/start-child";
import { makeEndpoint } from "@darkroom/testing/make-endpoint";
import { makeTenant, newJob } from "@darkroom/testing/make-job";
import { openTestContext, type TestContext } from "@darkroom/testing/open-test-context";
import { describeOnRedis } from "@darkroom/testing/redis";
import { type Receiver, startReceiver } from "@darkroom/testing/start-receiver";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { makePlace } from "./run-program.ts";

let place: Awaited<ReturnType<typeof makePlace>>;
let receiver: Receiver;
beforeEach(async () => {
  place = await makePlace();
  receiver = await startReceiver();
});
afterEach(async () => {
  await receiver.close();
  await place.clear();
});

const idsAt = (path: string) =>
  receiver.requests.filter((request) => request.path === path).map(({ headers }) => headers["webhook-id"]);
const pending = (context: TestContext) => context.db.delivery.count({ where: { state: "pending" } });

/** Where things are, as the test's context was told; all other settings are the defaults. */
const given =
  /^(DATABASE_URL|REDIS_URL|QUEUE_PREFIX|DARKROOM_SECRET|HOST|FAL_KEY|FAL_BASE_URL|S3_[A-Z_]+|EGRESS_[A-Z_]+)$/;

/** A real worker on the test's database and queue. */
async function startWorker({ env }: TestContext): Promise<Child> {
  const same = Object.entries(env).filter(([name, value]) => given.test(name) && value !== undefined);
  const own = { PATH: process.env.PATH ?? "", NODE_ENV: "production", WORKER_PORT: String(await pickPort()) };
  const settings = Object.fromEntries(same.map(([name, value]) => [name, String(value)]));
  const spec = appChild("worker", builtEntries.worker, { ...settings, ...own, SHUTDOWN_GRACE_MS: "25000" });
  return startChild(spec, openLog(join(place.dir, "worker.log")));
}

async function endJobs(context: TestContext, tenantId: string, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 100) {
    const now = new Date();
    const jobs = Array.from({ length: 100 }, () => newJob(tenantId, now));
    await createJobs(context.db, { jobs, claim: null, now });
    await Promise.all(jobs.map(({ id }) => cancelJob(context.db, { tenantId, jobId: id }, now)));
  }
}

/** A worker is killed while customers wait for its requests to end, which they never will: it recorded none of them. */
async function killWhileSending(context: TestContext, after: number): Promise<void> {
  const until = receiver.requests.length + after;
  receiver.answer(() => (receiver.requests.length < until ? { status: 200 } : { hang: true }));
  const worker = await startWorker(context);
  await waitFor("a worker in the middle of it", () => receiver.requests.length >= until);
  process.kill(worker.pid, "SIGKILL");
  await worker.exited;
  receiver.answer({ status: 200 });
  // The time of its leases passes.
  await context.db.$executeRaw(sql`update endpoints set held_until = now() where held_until is not null`);
}

async function killAgainAndAgain(backend: "redis" | "postgres"): Promise<void> {
  const context = await openTestContext({ backend });
  onTestFinished(() => context.close());
  const tenant = await makeTenant(context.db);
  const plain = await makeEndpoint(context, tenant.id, { url: `${receiver.url}/plain` });
  await endJobs(context, tenant.id, 1_200);
  const fifo = await makeEndpoint(context, tenant.id, { url: `${receiver.url}/fifo`, fifo: "endpoint" });
  await endJobs(context, tenant.id, 400);
  expect(await pending(context)).toBe(2_000);

  for (const after of [100, 300, 500]) await killWhileSending(context, after);
  const last = await startWorker(context);
  await waitFor("all deliveries", async () => (await pending(context)) === 0);
  await last.stop();

  const rows = await context.db.delivery.findMany({ orderBy: { seq: "asc" } });
  expect(rows.filter(({ state }) => state !== "delivered")).toEqual([]);
  const expectedAt = (endpointId: string) =>
    rows.filter((row) => row.endpointId === endpointId).map(({ eventId }) => eventId);
  expect(new Set(idsAt("/plain"))).toEqual(new Set(expectedAt(plain.id)));
  // A repeat comes right after what it repeats.
  const inOrder = idsAt("/fifo");
  expect(inOrder.filter((id, index) => id !== inOrder[index - 1])).toEqual(expectedAt(fifo.id));
  // Something was under way at every kill, and came again with the id it had.
  expect(receiver.requests.length).toBeGreaterThan(2_000);
  for (const { path, headers, body, receivedAt: now } of receiver.requests) {
    const verified = await verifyDelivery({ headers, body, secrets: (path === "/fifo" ? fifo : plain).secret, now });
    expect(verified).toMatchObject({ outcome: "verified", event: { id: headers["webhook-id"] } });
  }
}

describe("a worker that is killed during 2,000 deliveries loses none and keeps FIFO's order", () => {
  test("queue on Postgres", () => killAgainAndAgain("postgres"));
});

describeOnRedis("a worker that is killed during 2,000 deliveries loses none, on Redis", () => {
  test("queue on Redis", () => killAgainAndAgain("redis"));
});
