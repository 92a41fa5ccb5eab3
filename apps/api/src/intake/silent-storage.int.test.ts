import { createStorage } from "@darkroom/core/storage/s3";
import { startReceiver } from "@darkroom/testing/start-receiver";
import supertest from "supertest";
import { afterAll, expect, test } from "vitest";
import { createApp } from "../app.ts";
import { openTestApi } from "../testing/open-test-api.ts";
import { dataUriOf, pngOf } from "../testing/pictures.ts";

// Storage that takes everything and never says a word: the SDK alone would try for a minute and a half.
const api = await openTestApi({ env: { S3_INTAKE_TIMEOUT_MS: "200" } });
const silent = await startReceiver();
silent.answer({ hang: true });
const storage = createStorage({ ...api.context.env, S3_ENDPOINT: silent.url });
const app = createApp({ ...api.context, storage });
afterAll(async () => {
  storage.client.destroy();
  await silent.close();
  await api.close();
});

const post = (path: string) => supertest(app).post(path).set("authorization", `Bearer ${api.tenant.key}`);

test.each([
  ["a data URI in a job", () => post("/v1/jobs").send({ input: jobWith(pngOf(64, 48)) })],
  [
    "many data URIs in a batch",
    () => post("/v1/jobs/batch").send({ jobs: Array.from({ length: 20 }, () => ({ input: jobWith(pngOf(64, 48)) })) }),
  ],
  ["an upload", () => post("/v1/files").set("content-type", "image/png").send(pngOf(64, 48))],
  ["an upload whose length is not known", () => post("/v1/files").attach("file", pngOf(64, 48), "a.png")],
])("%s: 503 after the time that is set, and nothing is made", async (_what, ask) => {
  const before = await api.countAll();
  const { body, headers } = await ask().expect(503);
  expect(body.code).toBe("unavailable");
  expect(Number(headers["retry-after"])).toBeGreaterThan(0);
  expect(await api.countAll()).toEqual(before);
});

function jobWith(picture: Buffer) {
  return { prompt: "a harbour", image_url: dataUriOf(picture) };
}
