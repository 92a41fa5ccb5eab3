import { openContext } from "@darkroom/core/context";
import { makeJob, makeTenant } from "@darkroom/testing/make-job";
import { openTestContext, type TestContext } from "@darkroom/testing/open-test-context";
import { describeOnRedis } from "@darkroom/testing/redis";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningWorker, startWorker } from "./start-worker.ts";

const slots = 3;
const cap = 1;
const jobsEach = 15;

function runSuite(backend: "redis" | "postgres"): void {
  let context: TestContext;
  const workers: RunningWorker[] = [];

  beforeAll(async () => {
    const env = { FAL_MAX_IN_FLIGHT: String(slots), FAL_OVER_COMMIT: "0", FAL_SUBMITS_PER_SECOND: "1000" };
    // Long enough that jobs are at fal together.
    context = await openTestContext({ backend, env, emulator: { generationMs: 30 } });
    workers.push(await startWorker(await openContext(context.env, { role: "test" })));
    workers.push(await startWorker(await openContext(context.env, { role: "test" })));
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await context.close();
  });

  test("two workers under load never hand over more than account and tenant may have, by fal's own account", async () => {
    const [capped, open] = [await makeTenant(context.db, { inFlightMax: cap }), await makeTenant(context.db)];
    const given = { model: "fal-ai/z-image/turbo", input: { prompt: "x", image_size: "square" } };
    const now = new Date();
    const prompts = new Map<string, string>();
    for (const { id } of [capped, open]) {
      for (let index = 0; index < jobsEach; index += 1) {
        const job = await makeJob(context.db, id, now, {
          ...given,
          input: { ...given.input, prompt: `${id} ${index}` },
        });
        prompts.set(job.id, id);
      }
    }
    context.doorbell.ringDispatch();
    const ended = () => context.db.job.count({ where: { state: "succeeded" } });
    await waitFor("all jobs", async () => (await ended()) === 2 * jobsEach);
    const requestIds = await context.db.attempt.findMany({ select: { requestId: true, jobId: true } });
    const tenantOf = new Map(requestIds.map(({ requestId, jobId }) => [requestId, prompts.get(jobId)]));
    const entries = context.emulator.ledger();
    expect(entries).toHaveLength(2 * jobsEach);
    expect(mostAtOnce(entries)).toBeLessThanOrEqual(slots);
    expect(mostAtOnce(entries)).toBeGreaterThan(1);
    expect(mostAtOnce(entries.filter(({ requestId }) => tenantOf.get(requestId) === capped.id))).toBe(cap);
  });
}

/** Most requests that fal had at the same time. */
function mostAtOnce(entries: ReturnType<TestContext["emulator"]["ledger"]>): number {
  const moves = entries.flatMap(({ arrivedAt, endedAt }) => [
    { at: Date.parse(arrivedAt), by: 1 },
    { at: Date.parse(endedAt ?? arrivedAt), by: -1 },
  ]);
  // What ends in the same millisecond in which another begins was not there with it.
  moves.sort((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  return Math.max(...moves.map(({ by }) => (now += by)));
}

describe("on Postgres", () => runSuite("postgres"));
describeOnRedis("on Redis", () => runSuite("redis"));
