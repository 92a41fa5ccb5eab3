import { newId } from "@darkroom/core/ids";
import { endJob, moveJob } from "@darkroom/core/jobs/transition";
import { outputKey } from "@darkroom/core/storage/keys";
import { putObject } from "@darkroom/core/storage/put-object";
import supertest from "supertest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeAttempt } from "../../testing/make-attempt.ts";
import { openTestApi } from "../../testing/open-test-api.ts";
import { pngOf } from "../../testing/pictures.ts";

const api = await openTestApi({ env: { OUTPUT_LINK_SECONDS: "3600" } });
afterAll(() => api.close());
const { db, links, storage } = api.context;
const picture = pngOf(7, 7);
let stored = "";
let unfinished = "";

/** An output in storage; its job is done or still copying. */
async function makeOutput(done: boolean): Promise<string> {
  const now = new Date();
  const { jobId } = await makeAttempt(api);
  const id = newId("out");
  const key = outputKey({ tenantId: api.tenant.id, jobId, outputId: id }, "png");
  await putObject(storage, { key, bytes: picture, contentType: "image/png" });
  const facts = { key, contentType: "image/png", width: 7, height: 7, bytes: BigInt(picture.length), sha256: "ab" };
  const row = { id, jobId, tenantId: api.tenant.id, index: 0, createdAt: now, storedAt: now, ...facts };
  await moveJob(db, { jobId, to: "copying", dueAt: now, line: { kind: "job.copying" }, now });
  await db.output.create({ data: row });
  if (done) await endJob(db, { jobId, ending: { to: "succeeded", charged: "yes", costMicros: 1 }, now });
  return id;
}

beforeAll(async () => {
  stored = await makeOutput(true);
  unfinished = await makeOutput(false);
});

const pathOf = (id: string) => {
  const url = new URL(links.outputUrl(id));
  return url.pathname + url.search;
};

describe("the stable link of an output", () => {
  test("leads everybody who has it to the image, each time by a fresh link", async () => {
    const { headers, text } = await supertest(api.app).get(pathOf(stored)).expect(302);
    expect(headers["cache-control"]).toBe("private, max-age=300");
    expect(text).toBe("");
    const image = await fetch(String(headers.location));
    expect(image.headers.get("content-type")).toBe("image/png");
    expect(Buffer.from(await image.arrayBuffer()).equals(picture)).toBe(true);
  });

  test("answers HEAD like GET", async () => {
    const { headers } = await supertest(api.app).head(pathOf(stored)).expect(302);
    expect(headers.location).toContain("X-Amz-Signature");
  });

  test("works without its signature for the tenant's key, by either form of it", async () => {
    await api.call("get", `/v1/outputs/${stored}`).expect(302);
    await supertest(api.app).get(`/v1/outputs/${stored}`).set("authorization", `Key ${api.tenant.key}`).expect(302);
  });

  test("answers everybody else as if the output had never been", async () => {
    const other = await api.makeTenant();
    const answers = await Promise.all([
      api.call("get", `/v1/outputs/${newId("out")}`, null),
      api.call("get", `/v1/outputs/${stored}`, null),
      api.call("get", `/v1/outputs/${stored}?sig=`, null),
      api.call("get", `${pathOf(stored).slice(0, -1)}`, null),
      api.call("get", `/v1/outputs/${stored}?sig=${pathOf(unfinished).split("sig=")[1]}`, null),
      api.call("get", `/v1/outputs/${stored}`, other.key),
      api.call("get", pathOf(unfinished), null),
      api.call("get", `/v1/outputs/${unfinished}`),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(404);
      expect({ ...answer.body, instance: "", request_id: "" }).toEqual({
        ...answers[0]?.body,
        instance: "",
        request_id: "",
      });
      expect(answer.headers["cache-control"]).toBe(answers[0]?.headers["cache-control"]);
    }
  });
});
