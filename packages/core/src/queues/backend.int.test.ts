import { describeOnRedis } from "@darkroom/testing/redis";
import { startRedis } from "@darkroom/testing/start-redis";
import { waitFor } from "@darkroom/testing/wait-for";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { EvictingRedisError } from "./assert-no-eviction.ts";
import { openQueueBackend } from "./backend.ts";

const settings = (port: number) => ({
  REDIS_URL: `redis://127.0.0.1:${port}`,
  DATABASE_URL: "postgres://not-used",
  QUEUE_PREFIX: "test",
});
const message = { name: "check-job", data: { ids: ["job_1"] } };
const opts = { jobId: "check-job-job_1-1", delay: 0, removeOnComplete: true, removeOnFail: true };

/** A port at which a Redis was a moment ago. */
async function freePort(): Promise<number> {
  const redis = await startRedis();
  await redis.stop();
  return Number(new URL(redis.url).port);
}

describeOnRedis("a process that starts", () => {
  test("while Redis is away does so all the same, and consumes once it is there", async () => {
    const port = await freePort();
    const backend = await openQueueBackend(settings(port));
    const heard: string[] = [];
    const worker = backend.openWorker("check-job", async (id) => void heard.push(id), { concurrency: 1 });
    worker.on("error", () => {});
    const queue = backend.openQueue("check-job");
    queue.on("error", () => {});
    await expect(queue.addBulk([{ ...message, opts }])).rejects.toThrow();
    const redis = await startRedis({ port });
    await waitFor("the message", async () => {
      await queue.addBulk([{ ...message, opts }]).catch(() => {});
      return heard.length > 0;
    });
    await queue.close();
    await worker.close();
    await backend.close();
    await redis.stop();
  });

  test("on a Redis that throws keys away refuses, and says why", async () => {
    const redis = await startRedis();
    const client = new Redis(redis.url);
    await client.config("SET", "maxmemory-policy", "allkeys-lru");
    const opened = openQueueBackend(settings(redis.port));
    await expect(opened).rejects.toThrow(EvictingRedisError);
    await expect(opened).rejects.toThrow("maxmemory-policy allkeys-lru");
    client.disconnect();
    await redis.stop();
  });
});
