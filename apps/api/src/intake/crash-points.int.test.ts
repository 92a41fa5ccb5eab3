import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sweepObjects } from "@darkroom/core/sweep-objects";
import { manualClock } from "@darkroom/testing/manual-clock";
import { stopAt } from "@darkroom/testing/stop-at";
import type { Express } from "express";
import supertest from "supertest";
import { afterAll, expect, test } from "vitest";
import { createApp } from "../app.ts";
import { makeAttempt } from "../testing/make-attempt.ts";
import { openTestApi } from "../testing/open-test-api.ts";
import { dataUriOf, pngOf } from "../testing/pictures.ts";
import { readSigningKey, signAsFal } from "../testing/sign-as-fal.ts";

// For every effect of a request that stores something: the process ends right before it, or right after it and before anyone heard
// of it. The caller asks again elsewhere, and then there is what was asked for, once, and nothing in the bucket that no row names.
const dir = await mkdtemp(join(tmpdir(), "darkroom-emulator-"));
const clock = manualClock(new Date("2026-11-20T10:00:00Z"));
const api = await openTestApi({ clock, emulator: { dir } });
const falsKey = readSigningKey(dir);
afterAll(async () => {
  await api.close();
  await rm(dir, { recursive: true });
});
const { db } = api.context;

type Asked = { ask(app: Express): Promise<{ status: number }>; check(): Promise<void> };
let asked = 0;

const withKey = (request: supertest.Test) => request.set("authorization", `Bearer ${api.tenant.key}`);
const jobWith = (prompt: string) => ({ input: { prompt, image_url: dataUriOf(pngOf(64, 48)) } });

function post(path: string, prompts: string[], body: object): Asked {
  const key = `key-${asked}`;
  return {
    ask: (app) => withKey(supertest(app).post(path)).set("idempotency-key", key).send(body).then(),
    check: async () => {
      const isOfMine = { OR: prompts.map((prompt) => ({ input: { path: ["prompt"], equals: prompt } })) };
      expect(await db.job.count({ where: isOfMine })).toBe(prompts.length);
    },
  };
}

const requests: Record<string, () => Promise<Asked>> = {
  "a job with a picture": async () => post("/v1/jobs", [`job ${asked}`], jobWith(`job ${asked}`)),
  "a batch with pictures": async () => {
    const prompts = [`one ${asked}`, `two ${asked}`];
    return post("/v1/jobs/batch", prompts, { jobs: prompts.map(jobWith) });
  },
  "an upload": async () => ({
    ask: (app) => withKey(supertest(app).post("/v1/files")).set("content-type", "image/png").send(pngOf(64, 48)).then(),
    // Without a key a repeat is another file.
    check: async () => expect(await db.file.count()).toBeGreaterThan(0),
  }),
  "fal's webhook with pictures in it": async () => {
    const attempt = await makeAttempt(api);
    const url = `data:image/png;base64,${"A".repeat(90_000)}`;
    const payload = { images: [{ url, width: 64, height: 48, content_type: "image/png" }], seed: 1 };
    const body = Buffer.from(JSON.stringify({ request_id: attempt.requestId, status: "OK", payload }));
    const headers = signAsFal(falsKey, { body, requestId: attempt.requestId, now: clock.now() });
    return {
      ask: (app) => supertest(app).post(`/webhooks/fal/${attempt.token}`).set(headers).send(body.toString()).then(),
      check: async () => {
        expect(await db.job.findUnique({ where: { id: attempt.jobId } })).toMatchObject({ state: "copying" });
        expect(await db.falReceipt.count({ where: { attemptId: attempt.attemptId } })).toBe(1);
      },
    };
  },
};

test.each(
  Object.keys(requests).flatMap((what) => [
    [what, "before"],
    [what, "after"],
  ]) as [string, "before" | "after"][],
)("%s, stopped %s any of its effects", async (what, moment) => {
  for (let nth = 1; ; nth += 1) {
    asked += 1;
    const request = await requests[what]!();
    const stopping = stopAt(api.context, nth, moment);
    await request.ask(createApp({ ...api.context, ...stopping.context }));
    const { status } = await request.ask(api.app);
    expect(status).toBeLessThan(300);
    await request.check();
    if (!stopping.stopped()) {
      expect(nth).toBeGreaterThan(3);
      break;
    }
  }
  clock.advance(3_600_000);
  while ((await sweepObjects(api.context)) > 0);
  expect((await listBucket()).sort()).toEqual((await namedKeys()).sort());
});

async function listBucket(): Promise<string[]> {
  const { S3_BUCKET, S3_ENDPOINT } = api.context.env;
  // The test's S3 server takes anybody's requests.
  const listed = await (await fetch(`${S3_ENDPOINT}/${S3_BUCKET}?list-type=2`)).text();
  return [...listed.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key!);
}

async function namedKeys(): Promise<string[]> {
  const files = await db.file.findMany({ select: { key: true } });
  const receipts = await db.falReceipt.findMany({ where: { bodyKey: { not: null } }, select: { bodyKey: true } });
  return [...files.map(({ key }) => key), ...receipts.map(({ bodyKey }) => bodyKey!)];
}
