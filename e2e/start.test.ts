import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { startFalEmulator } from "@darkroom/fal-emulator/start-fal-emulator";
import { cloneDatabase } from "@darkroom/testing/clone-database";
import { createBucket } from "@darkroom/testing/create-bucket";
import { describeOnRedis, testRedis } from "@darkroom/testing/redis";
import { startReceiver } from "@darkroom/testing/start-receiver";
import { waitFor } from "@darkroom/testing/wait-for";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { makePlace, processesOf, type Run, runProgram } from "./run-program.ts";

let place: Awaited<ReturnType<typeof makePlace>>;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(() => place.clear());

const start = (env: Record<string, string> = {}) =>
  runProgram("start", place.dir, { PORT: "0", FAL_EMULATOR_GENERATION_MS: "50", ...env });
const runFile = () => join(place.dir, ".darkroom", "run.json");

type RunFile = { api_url: string; api_key: string; pid: number };

/** What run.json says, once it is this run that says it: after a kill the old one is still there. */
async function running(run: Run): Promise<RunFile> {
  let ended: number | string | undefined;
  void run.ended.then((code) => {
    ended = code;
  });
  return waitFor("run.json", () => {
    if (ended !== undefined) throw new Error(`It ended with ${ended}:\n${run.lines().join("\n")}`);
    const file = existsSync(runFile()) ? (JSON.parse(readFileSync(runFile(), "utf8")) as RunFile) : undefined;
    return file?.pid === run.pid && file;
  });
}

async function call(run: { api_url: string; api_key: string }, path: string, body?: unknown) {
  const response = await fetch(`${run.api_url}${path}`, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${run.api_key}`, "content-type": "application/json", prefer: "wait=30" },
    body: body ? JSON.stringify(body) : undefined,
  });
  expect(response.ok, `${path} answered ${response.status}`).toBe(true);
  return (await response.json()) as { id: string; status: string; outputs: { sha256: string; url: string }[] };
}

const job = { model: "fal-ai/z-image/turbo", input: { prompt: "a lighthouse at dawn" } };

test("it says where everything is, runs jobs, stops cleanly, and finds its data again", async () => {
  const first = start();
  const run = await running(first);
  expect(run).toEqual({
    api_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    admin_url: `${run.api_url}/admin`,
    docs_url: `${run.api_url}/docs`,
    api_key: expect.stringMatching(/^dk_/),
    admin_email: expect.any(String),
    admin_password: expect.any(String),
    fal_emulator_url: expect.stringMatching(/^http:/),
    fal_key: expect.stringMatching(/^[^:]+:[^:]+$/),
    database_url: expect.stringMatching(/^postgres:/),
    redis_url: null,
    s3: {
      endpoint: expect.stringMatching(/^http:/),
      region: expect.any(String),
      bucket: expect.any(String),
      access_key_id: expect.any(String),
      secret_access_key: expect.any(String),
    },
    pid: first.pid,
  });
  expect(statSync(runFile()).mode & 0o777).toBe(0o600);
  const made = await call(run, "/v1/jobs", job);
  expect(made.status).toBe("succeeded");

  first.kill("SIGTERM");
  expect(await first.ended).toBe(0);
  expect(existsSync(runFile())).toBe(false);
  expect(processesOf(place.dir)).toEqual([]);

  const second = start();
  const again = await running(second);
  expect(again).toEqual({ ...run, pid: second.pid });
  expect(await call(again, `/v1/jobs/${made.id}`)).toEqual(made);
  expect((await fetch(made.outputs[0]!.url)).status).toBe(200);
  second.kill("SIGINT");
  expect(await second.ended).toBe(0);
});

test("a job's own webhook_url is told of its end, signed with the tenant's default secret; a private one is refused", async () => {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const run = await running(start());
  const { secret } = (await call(run, "/v1/endpoints/default/rotate", {})) as unknown as { secret: string };
  const refused = await fetch(`${run.api_url}/v1/jobs`, {
    method: "POST",
    headers: { authorization: `Bearer ${run.api_key}`, "content-type": "application/json" },
    body: JSON.stringify({ ...job, webhook_url: "https://10.0.0.1/hook" }),
  });
  expect([refused.status, await refused.json()]).toMatchObject([
    422,
    { code: "forbidden_url", errors: [{ pointer: "/webhook_url", code: "private_address" }] },
  ]);

  const { id, outputs } = await call(run, "/v1/jobs", { ...job, webhook_url: `${receiver.url}/jobs/17?x=1` });
  const [told] = await receiver.received(1);
  expect(told).toMatchObject({ method: "POST", path: "/jobs/17?x=1" });
  const event = new Webhook(secret).verify(told!.body.toString(), told!.headers);
  expect(event).toMatchObject({
    type: "job.succeeded",
    data: { id, status: "succeeded", outputs: [{ url: outputs[0]!.url }] },
  });
  // The log has it after the answer is written down, under the URL and no endpoint.
  const [delivery] = await waitFor("its delivery in the log", async () => {
    const { data } = (await call(run, `/v1/deliveries?job_id=${id}`)) as unknown as { data: { state: string }[] };
    return data[0]?.state === "delivered" && data;
  });
  expect(delivery).toMatchObject({ endpoint_id: null, url: `${receiver.url}/jobs/17?x=1`, attempts: 1 });
  expect(receiver.requests).toHaveLength(1);
});

test("a second start on the same home says who is running", async () => {
  const first = start();
  const run = await running(first);
  const second = start();
  expect(await second.ended).toBe(1);
  expect(second.lines().join("\n")).toContain(
    `already running in ${join(place.dir, ".darkroom")} (pid ${first.pid}, ${run.api_url})`,
  );
  await call(run, "/v1/jobs");
  first.kill("SIGTERM");
  await first.ended;
});

test("a child that crashes is reported and started again", async () => {
  const first = start();
  const run = await running(first);
  for (const name of ["worker", "api"]) {
    const [pid] = processesOf(place.dir, `apps/${name}/dist/main.js`);
    process.kill(pid!, "SIGKILL");
    await waitFor(`the restart of ${name}`, () =>
      first.lines().some((line) => line.endsWith(`${name} is running again`)),
    );
    expect(first.lines().some((line) => line.includes(`${name} was ended by SIGKILL; starting it again`))).toBe(true);
  }
  expect((await call(run, "/v1/jobs", job)).status).toBe("succeeded");
  first.kill("SIGTERM");
  await first.ended;
});

test("when it is killed its children end, and the next start goes on from there", async () => {
  const first = start();
  const run = await running(first);
  const made = await call(run, "/v1/jobs", job);
  first.kill("SIGKILL");
  await waitFor("the end of all", () => processesOf(place.dir).length === 0);
  const second = start();
  const again = await running(second);
  expect(await call(again, `/v1/jobs/${made.id}`)).toEqual(made);
  second.kill("SIGTERM");
  expect(await second.ended).toBe(0);
});

describe("each embedded part gives way to a real one", () => {
  test("Postgres, S3, and fal followed by polling", async () => {
    const [database, s3] = await Promise.all([cloneDatabase({ from: "empty" }), createBucket()]);
    const fal = await startFalEmulator({ generationMs: 0 });
    onTestFinished(() => Promise.all([database.drop(), fal.stop()]).then(() => {}));
    const first = start({
      DATABASE_URL: database.url,
      S3_ENDPOINT: s3.endpoint,
      S3_BUCKET: s3.bucket,
      S3_ACCESS_KEY_ID: s3.access_key_id,
      S3_SECRET_ACCESS_KEY: s3.secret_access_key,
      FAL_KEY: fal.key,
      FAL_BASE_URL: fal.url,
    });
    const run = await running(first);
    expect(run).toMatchObject({ database_url: database.url, fal_emulator_url: null, s3 });
    expect((await call(run, "/v1/jobs", job)).status).toBe("succeeded");
    for (const name of ["postgres", "serve-objects", "fal-emulator"]) expect(processesOf(place.dir, name)).toEqual([]);
    first.kill("SIGTERM");
    await first.ended;
  });

  describeOnRedis("Redis", () => {
    test("BullMQ runs on it", async () => {
      const redis = await testRedis();
      const first = start({ REDIS_URL: redis.url, QUEUE_PREFIX: redis.prefix });
      const run = await running(first);
      expect(run).toMatchObject({ redis_url: redis.url });
      expect((await call(run, "/v1/jobs", job)).status).toBe("succeeded");
      first.kill("SIGTERM");
      await first.ended;
    });
  });
});
