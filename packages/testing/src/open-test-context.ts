import type { Clock } from "@darkroom/core/clock";
import { type Context, closeContext, openContext } from "@darkroom/core/context";
import { envSchema } from "@darkroom/core/env";
import { type FalEmulator, type FalEmulatorOptions, startFalEmulator } from "@darkroom/fal-emulator/start-fal-emulator";
import { cloneDatabase } from "./clone-database.ts";
import { createBucket } from "./create-bucket.ts";
import { testRedis } from "./redis.ts";

export type TestContext = Context & { emulator: FalEmulator; close(): Promise<void> };

export type TestContextOptions = {
  clock?: Clock;
  /** Settings that differ from the test's defaults. */
  env?: Record<string, string>;
  emulator?: FalEmulatorOptions;
  /** What BullMQ runs on; Postgres if not said. */
  backend?: "redis" | "postgres";
};

/** A whole context for one test file: its own database, bucket, queue and fal, all real; nothing consumes unless the test does. */
export async function openTestContext(options: TestContextOptions = {}): Promise<TestContext> {
  const [database, s3, emulator] = await Promise.all([
    cloneDatabase(),
    createBucket(),
    startFalEmulator({ pictures: "flat", generationMs: 0, ...sameTime(options.clock), ...options.emulator }),
  ]);
  const env = envSchema.parse({
    DATABASE_URL: database.url,
    ...(options.backend === "redis" ? await redisEnv() : {}),
    DARKROOM_SECRET: "a secret for tests that is long enough",
    LOG_LEVEL: "silent",
    HOST: "127.0.0.1",
    PORT: "0",
    WORKER_PORT: "0",
    FAL_KEY: emulator.key,
    FAL_BASE_URL: emulator.url,
    S3_ENDPOINT: s3.endpoint,
    S3_REGION: s3.region,
    S3_BUCKET: s3.bucket,
    S3_ACCESS_KEY_ID: s3.access_key_id,
    S3_SECRET_ACCESS_KEY: s3.secret_access_key,
    EGRESS_ALLOW_HTTP: "true",
    // On a busy machine counting may take long, but must be right.
    RATE_LIMIT_COUNT_TIMEOUT_MS: "60000",
    EGRESS_ALLOW_CIDRS: "127.0.0.0/8,::1/128",
    ...options.env,
  });
  const context = await openContext(env, { role: "test", ...(options.clock ? { clock: options.clock } : {}) });
  const close = async () => {
    await closeContext(context);
    await emulator.stop();
    await database.drop();
  };
  return { ...context, emulator, close };
}

async function redisEnv() {
  const { url, prefix } = await testRedis();
  return { REDIS_URL: url, QUEUE_PREFIX: prefix };
}

/** fal lives in the test's time, too. */
function sameTime(clock: Clock | undefined) {
  return clock ? { now: () => clock.now() } : {};
}
