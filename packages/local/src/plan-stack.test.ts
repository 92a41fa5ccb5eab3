import { expect, test } from "vitest";
import { appEnv, givenEnv, opensLocalNetwork, planStack } from "./plan-stack.ts";

const secrets = { darkroom_secret: "s".repeat(64), fal_key: "id:secret", admin_password: "pw" };
const ports = { api: 4000, worker: 4001 };
const s3 = {
  endpoint: "http://127.0.0.1:1",
  region: "us-east-1",
  bucket: "b",
  access_key_id: "K",
  secret_access_key: "S",
};
const embedded = { databaseUrl: "postgres://a@127.0.0.1/d", s3, falBaseUrl: "http://127.0.0.1:2" };

const envFor = (given: Record<string, string>, parts = {}) =>
  appEnv({ given, plan: planStack(given), parts, secrets, ports });

test("with an empty environment everything is embedded and fal calls back", () => {
  const plan = {
    postgres: "embedded",
    queue: "postgres",
    objectStore: "embedded",
    fal: "emulator",
    results: "webhook",
  };
  expect(planStack(givenEnv({ DATABASE_URL: "", FAL_KEY: undefined }))).toEqual(plan);
});

test("each embedded part gives way to a real one", () => {
  expect(planStack({ DATABASE_URL: "postgres://x/y" }).postgres).toBe("given");
  expect(planStack({ REDIS_URL: "redis://x" }).queue).toBe("redis");
  expect(planStack({ S3_BUCKET: "on-aws" }).objectStore).toBe("given");
  expect(planStack({ S3_ENDPOINT: "https://minio" }).objectStore).toBe("given");
  expect(planStack({ FAL_KEY: "a:b" })).toMatchObject({ fal: "given", results: "polling" });
  expect(planStack({ FAL_KEY: "a:b", PUBLIC_URL: "https://me" }).results).toBe("webhook");
});

test("api and worker reach the embedded parts", () => {
  expect(envFor({}, embedded)).toMatchObject({
    DATABASE_URL: embedded.databaseUrl,
    S3_ENDPOINT: s3.endpoint,
    S3_CREATE_BUCKET: "true",
    FAL_KEY: "id:secret",
    FAL_BASE_URL: embedded.falBaseUrl,
    PUBLIC_URL: "http://127.0.0.1:4000",
    HOST: "127.0.0.1",
    PORT: "4000",
  });
});

test("the user's environment wins over every default", () => {
  const given = {
    DARKROOM_SECRET: "mine".repeat(8),
    PUBLIC_URL: "https://tunnel.example",
    WORKER_PORT: "9000",
    EGRESS_ALLOW_HTTP: "false",
    ADMIN_EMAIL: "me@example.com",
  };
  expect(envFor(given, embedded)).toMatchObject(given);
});

test("with the real fal neither the emulator's address nor a PUBLIC_URL is made up", () => {
  const env = envFor({ FAL_KEY: "real:key" }, { databaseUrl: embedded.databaseUrl, s3 });
  expect(env.FAL_KEY).toBe("real:key");
  expect(env).not.toHaveProperty("FAL_BASE_URL");
  expect(env).not.toHaveProperty("PUBLIC_URL");
});

test("addresses on this machine are only allowed while the API can be reached from this machine alone", () => {
  expect(opensLocalNetwork({})).toBe(true);
  expect(opensLocalNetwork({ HOST: "0.0.0.0" })).toBe(false);
  expect(envFor({ HOST: "0.0.0.0" }, embedded)).not.toHaveProperty("EGRESS_ALLOW_CIDRS");
});
