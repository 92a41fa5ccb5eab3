import type { BatchCreated } from "@darkroom/contract/jobs";
import { endJob } from "@darkroom/core/jobs/transition";
import { afterAll, describe, expect, test } from "vitest";
import { openTestApi } from "../../testing/open-test-api.ts";
import { dataUriOf, pngOf } from "../../testing/pictures.ts";

const api = await openTestApi();
afterAll(() => api.close());
const { db } = api.context;

const input = { prompt: "a quiet harbour at dawn", image_url: "https://example.com/in.png" };

function create(body: object, headers: Record<string, string> = {}) {
  return api.call("post", "/v1/jobs/batch").set(headers).send(body);
}

describe("a batch", () => {
  test("gives each item its own outcome, in order, and makes the good ones", async () => {
    const jobs = [
      { input, tags: ["first"] },
      { input: { ...input, strength: 7 } },
      { model: "fal-ai/nonesuch", input },
      "no job",
      { input: { ...input, image_url: dataUriOf(pngOf(9, 9)) } },
    ];
    const answer = await create({ jobs }).expect(202);
    const batch = answer.body as BatchCreated;
    expect(answer.headers.location).toBe(`/v1/batches/${batch.id}`);
    expect(batch).toMatchObject({ accepted: 2, refused: 3 });
    expect(batch.data.map(({ index, status }) => [index, status])).toEqual([
      [0, 202],
      [1, 422],
      [2, 422],
      [3, 422],
      [4, 202],
    ]);
    expect(batch.data[0]?.job).toMatchObject({ status: "queued", tags: ["first"], batch_id: batch.id });
    expect(batch.data[1]?.problem).toMatchObject({
      code: "invalid_input",
      errors: [{ pointer: "/jobs/1/input/strength" }],
    });
    expect(batch.data[2]?.problem).toMatchObject({ code: "unknown_model", errors: [{ pointer: "/jobs/2/model" }] });
    expect(batch.data[3]?.problem).toMatchObject({ code: "invalid_input", errors: [{ pointer: "/jobs/3" }] });
    expect(await db.job.count({ where: { batchId: batch.id } })).toBe(2);
    expect(await db.file.count({ where: { id: batch.data[4]?.job?.input?.image_url as string } })).toBe(1);
  });

  test("of a thousand is made in one call", async () => {
    const jobs = Array.from({ length: 1_000 }, (_, index) => ({ input, metadata: { index: String(index) } }));
    const batch = (await create({ jobs }).expect(202)).body as BatchCreated;
    expect(batch.accepted).toBe(1_000);
    expect(batch.data.map(({ job }) => job?.metadata.index)).toEqual(jobs.map(({ metadata }) => metadata.index));
    expect(
      await db.spendEntry.count({ where: { jobId: { in: batch.data.flatMap(({ job }) => job?.id ?? []) } } }),
    ).toBe(1_000);
  });

  test("sent again with its key answers the same, with the jobs as they are now", async () => {
    const body = { jobs: [{ input }, { input: { ...input, num_images: 9 } }] };
    const first = (await create(body, { "idempotency-key": "batch-1" }).expect(202)).body as BatchCreated;
    const jobId = first.data[0]?.job?.id ?? "";
    await endJob(db, { jobId, ending: { to: "canceled", charged: "no", error: null }, now: new Date() });
    const before = await api.countAll();
    const again = await create(body, { "idempotency-key": "batch-1" }).expect(202);
    expect(again.headers["idempotent-replayed"]).toBe("true");
    expect(again.body.id).toBe(first.id);
    expect(again.body.data[0]).toMatchObject({ status: 202, job: { id: jobId, status: "canceled" } });
    expect(again.body.data[1]).toEqual(first.data[1]);
    expect(await api.countAll()).toEqual(before);
  });

  test("and a job do not share an Idempotency-Key", async () => {
    await create({ jobs: [{ input }] }, { "idempotency-key": "batch-2" }).expect(202);
    const { body } = await api.call("post", "/v1/jobs").set("idempotency-key", "batch-2").send({ input }).expect(422);
    expect(body.code).toBe("idempotency_key_reused");
  });

  test("tells how far it is", async () => {
    const batch = (await create({ jobs: [{ input }, { input }, { input: {} }] }).expect(202)).body as BatchCreated;
    const read = () => api.call("get", `/v1/batches/${batch.id}`).expect(200);
    expect((await read()).body).toMatchObject({
      accepted: 2,
      refused: 1,
      counts: { queued: 2, canceled: 0 },
      finished: false,
    });
    for (const { job } of batch.data) {
      if (job)
        await endJob(db, { jobId: job.id, ending: { to: "canceled", charged: "no", error: null }, now: new Date() });
    }
    expect((await read()).body).toMatchObject({ counts: { queued: 0, canceled: 2 }, finished: true });
  });

  test("of another tenant is not there", async () => {
    const batch = (await create({ jobs: [{ input }] }).expect(202)).body as BatchCreated;
    const other = await api.makeTenant();
    await api.call("get", `/v1/batches/${batch.id}`, other.key).expect(404);
  });
});

describe("is refused as a whole, and nothing is created", () => {
  test.each([
    ["without jobs", { jobs: [] }, "/jobs"],
    ["with more than 1,000", { jobs: Array.from({ length: 1_001 }, () => ({ input })) }, "/jobs"],
    ["with an unknown field", { jobs: [{ input }], job: 1 }, "/job"],
    ["that is no object", [], ""],
  ])("a batch %s", async (_name, body, pointer) => {
    const before = await api.countAll();
    const answer = await create(body).expect(422);
    expect(answer.body).toMatchObject({ code: "invalid_input", errors: [{ pointer }] });
    expect(await api.countAll()).toEqual(before);
  });
});
