import type { Job } from "@darkroom/contract/jobs";
import type { Problem } from "@darkroom/contract/problems";
import { openObject } from "@darkroom/core/storage/read-object";
import { afterAll, describe, expect, test } from "vitest";
import { openTestApi } from "../../testing/open-test-api.ts";
import { dataUriOf, pngOf } from "../../testing/pictures.ts";

const api = await openTestApi({ env: { INPUT_BYTES_MAX: "200000", BODY_BYTES_MAX: "300000" } });
afterAll(() => api.close());

const imageToImage = "fal-ai/z-image/turbo/image-to-image";
const input = { prompt: "a quiet harbour at dawn", image_url: "https://example.com/in.png" };

function create(body: unknown, headers: Record<string, string> = {}, query = "") {
  return api
    .call("post", `/v1/jobs${query}`)
    .set(headers)
    .send(body as object);
}

describe("a job that is accepted", () => {
  test("is answered 202 with its place, and is in the database with its reservation and first entry", async () => {
    const answer = await create({ input, tags: ["a", "b"], metadata: { order: "7" }, priority: 3 }).expect(202);
    const job = answer.body as Job;
    expect(answer.headers.location).toBe(`/v1/jobs/${job.id}`);
    expect(job).toMatchObject({
      status: "queued",
      model: imageToImage,
      outputs: [],
      error: null,
      charged: null,
      cost_usd: null,
      attempts: 0,
      priority: 3,
      tags: ["a", "b"],
      metadata: { order: "7" },
      batch_id: null,
    });
    const { db } = api.context;
    const row = await db.job.findUniqueOrThrow({ where: { id: job.id } });
    expect(row).toMatchObject({ state: "queued", tenantId: api.tenant.id, apiKeyId: api.tenant.keyId, attemptsMax: 3 });
    expect(await db.spendEntry.findMany({ where: { jobId: job.id } })).toMatchObject([
      { kind: "reserve", amountMicros: row.reservedMicros },
    ]);
    expect(await db.timelineEntry.findMany({ where: { jobId: job.id } })).toMatchObject([{ kind: "job.queued" }]);
  });

  test("has every default filled in, acceleration among them", async () => {
    const { body } = await create({ input }).expect(202);
    expect((body as Job).input).toMatchObject({ acceleration: "regular", strength: 0.6, num_inference_steps: 8 });
  });

  test("gives up at its deadline, counted from its creation or from run_at", async () => {
    const soon = (await create({ input, deadline_seconds: 60 })).body as Job;
    expect(Date.parse(soon.deadline_at ?? "") - Date.parse(soon.created_at)).toBe(60_000);
    const later = (await create({ input, deadline_seconds: 60, run_at: "2100-01-01T00:00:00+02:00" })).body as Job;
    expect(later).toMatchObject({ run_at: "2099-12-31T22:00:00.000Z", deadline_at: "2099-12-31T22:01:00.000Z" });
    const past = (await create({ input, deadline_seconds: 60, run_at: "2001-01-01T00:00:00Z" })).body as Job;
    expect(Date.parse(past.deadline_at ?? "")).toBeGreaterThan(Date.now());
  });
});

describe("pictures", () => {
  test("a data URI is stored, and the input names it by id", async () => {
    const png = pngOf(640, 480);
    const { body } = await create({ input: { ...input, image_url: dataUriOf(png) } }).expect(202);
    const id = (body as Job).input?.image_url as string;
    const file = await api.context.db.file.findUniqueOrThrow({ where: { id } });
    expect(file).toMatchObject({ tenantId: api.tenant.id, width: 640, height: 480, bytes: BigInt(png.length) });
    const stored = await openObject(api.context.storage, { key: file.key });
    expect(stored.outcome === "opened" && Buffer.concat(await stored.body.toArray()).equals(png)).toBe(true);
  });

  test("an uploaded file is taken by id and by its link, and its size decides the price", async () => {
    const upload = await api.call("post", "/v1/files").set("content-type", "image/png").send(pngOf(1000, 500));
    const byId = (await create({ input: { ...input, image_url: upload.body.id } }).expect(202)).body as Job;
    const byUrl = (await create({ input: { ...input, image_url: upload.body.url } }).expect(202)).body as Job;
    expect(byId.input?.image_url).toBe(upload.body.id);
    expect(byUrl.input?.image_url).toBe(upload.body.id);
    // 1008 × 512 pixels (sides rounded up to 16) at 0.005 a megapixel.
    expect(byId.reserved_usd).toBe(0.002581);
    expect(byUrl.reserved_usd).toBe(byId.reserved_usd);
  });

  test("another tenant's file is no file", async () => {
    const other = await api.makeTenant();
    const upload = await api.call("post", "/v1/files", other.key).set("content-type", "image/png").send(pngOf(8, 8));
    await expectNothing(() => create({ input: { ...input, image_url: upload.body.id } }), 422, "invalid_input");
  });
});

describe("idempotency", () => {
  test("the same key with the same body in other clothes answers the same job", async () => {
    const first = await create({ input, priority: 1 }, { "idempotency-key": "key-1" }).expect(202);
    const before = await api.countAll();
    const text = `{ "priority": 1.0, "input": {"image_url": "${input.image_url}",\n "prompt": "${input.prompt}"} }`;
    const again = await api
      .call("post", "/v1/jobs")
      .set({ "idempotency-key": "key-1", "content-type": "application/json" })
      .send(text)
      .expect(202);
    expect(again.body.id).toBe(first.body.id);
    expect(again.headers["idempotent-replayed"]).toBe("true");
    expect(first.headers["idempotent-replayed"]).toBeUndefined();
    expect(again.headers.location).toBe(first.headers.location);
    expect(await api.countAll()).toEqual(before);
  });

  test("the same key with another body is refused", async () => {
    await create({ input }, { "idempotency-key": "key-2" }).expect(202);
    const other = () => create({ input, priority: 2 }, { "idempotency-key": "key-2" });
    await expectNothing(other, 422, "idempotency_key_reused");
  });

  test("two tenants may use the same key", async () => {
    const other = await api.makeTenant();
    const mine = await create({ input }, { "idempotency-key": "key-3" }).expect(202);
    const theirs = await api
      .call("post", "/v1/jobs", other.key)
      .set("idempotency-key", "key-3")
      .send({ input })
      .expect(202);
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  test("a repeat answers the job although it would be refused by now", async () => {
    const upload = await api.call("post", "/v1/files").set("content-type", "image/png").send(pngOf(12, 34));
    const body = { input: { ...input, image_url: upload.body.id } };
    const first = await create(body, { "idempotency-key": "key-6" }).expect(202);
    await api.call("delete", `/v1/files/${upload.body.id}`).expect(204);
    await expectNothing(() => create(body, { "idempotency-key": "key-7" }), 422, "invalid_input");
    const again = await create(body, { "idempotency-key": "key-6" }).expect(202);
    expect(again.body.id).toBe(first.body.id);
    const other = { input: { ...body.input, prompt: "another" } };
    await expectNothing(() => create(other, { "idempotency-key": "key-6" }), 422, "idempotency_key_reused");
  });

  test("fifty at once, each with its own key, make fifty jobs; sent again, none", async () => {
    const send = () =>
      Promise.all(
        Array.from({ length: 50 }, (_, index) => create({ input }, { "idempotency-key": `many-${index}` }).expect(202)),
      );
    const before = await api.countAll();
    const idsOf = (answers: { body: Job }[]) => answers.map(({ body }) => body.id);
    const first = idsOf(await send());
    expect(new Set(first).size).toBe(50);
    expect(idsOf(await send())).toEqual(first);
    expect((await api.countAll()).jobs).toBe((before.jobs ?? 0) + 50);
  });

  test("a refused request does not use its key up", async () => {
    await create({ input: { ...input, strength: 2 } }, { "idempotency-key": "key-4" }).expect(422);
    const made = await create({ input }, { "idempotency-key": "key-4" }).expect(202);
    expect(made.headers["idempotent-replayed"]).toBeUndefined();
  });

  test("twenty at once with one key and a picture make one job, one file, one object", async () => {
    const before = await api.countAll();
    const body = { input: { ...input, image_url: dataUriOf(pngOf(33, 44)) } };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => create(body, { "idempotency-key": "key-5" }).expect(202)),
    );
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers["idempotent-replayed"] === undefined)).toHaveLength(1);
    const after = await api.countAll();
    expect(after).toMatchObject({
      jobs: (before.jobs ?? 0) + 1,
      files: (before.files ?? 0) + 1,
      objects: (before.objects ?? 0) + 1,
    });
  });

  test.each(["", "with space", "ümlaut", "x".repeat(256)])("the key %j is refused", async (key) => {
    const headers = { "idempotency-key": Buffer.from(key).toString("latin1") };
    if (key === "") return; // Node sends no empty header that could be told from none.
    const { body } = await expectNothing(() => create({ input }, headers), 422, "invalid_input");
    expect((body as Problem).errors?.[0]?.pointer).toBe("header/idempotency-key");
  });
});

describe("dry run", () => {
  test("answers the price and creates nothing, not even of a data URI", async () => {
    const before = await api.countAll();
    const image_url = dataUriOf(pngOf(1000, 500));
    const { body } = await create({ input: { ...input, image_url, num_images: 2 } }, {}, "?dry_run=true").expect(200);
    expect(body).toMatchObject({ dry_run: true, model: imageToImage, cost_usd: 0.005161, exact: false });
    expect(body.lines).toHaveLength(1);
    expect(await api.countAll()).toEqual(before);
  });
});

describe("cost", () => {
  test("a job that may cost more than its own limit is refused with the price", async () => {
    const body = { input: { ...input, image_size: "square_hd" }, max_cost_usd: 0.005 };
    const refused = await expectNothing(() => create(body), 402, "cost_above_limit");
    expect(refused.body.detail).toContain("$0.005243");
    await create({ ...body, max_cost_usd: 0.005243 }).expect(202);
  });
});

const missingFile = "file_01k9x4v0q8e2tbn6s5z1r7h3cd";
const nested = (depth: number): unknown => (depth === 0 ? [] : [nested(depth - 1)]);
const withInput = (changes: object) => ({ input: { ...input, ...changes } });
const withPicture = (image_url: unknown) => withInput({ image_url });

/** Bodies that are invalid_input, with the field they are about. */
const invalidInputs: [name: string, body: unknown, pointer: string, message: RegExp][] = [
  ["steps 9", withInput({ num_inference_steps: 9 }), "/input/num_inference_steps", /1 to 8; got 9/],
  ["images 5", withInput({ num_images: 5 }), "/input/num_images", /1 to 4; got 5/],
  ["strength 1.2", withInput({ strength: 1.2 }), "/input/strength", /0 to 1; got 1.2/],
  ["unknown input field", withInput({ steps: 4 }), "/input/steps", /no field "steps"/],
  ["unknown job field", { input, modle: "x" }, "/modle", /not a field/],
  ["empty prompt", withInput({ prompt: "" }), "/input/prompt", /not blank/],
  ["huge prompt", withInput({ prompt: "x".repeat(8_001) }), "/input/prompt", /8000 characters/],
  ["no prompt", { input: { image_url: input.image_url } }, "/input/prompt", /required/],
  ["no input", {}, "/input", /required/],
  ["a list as body", [], "", /object/],
  ["priority 101", { input, priority: 101 }, "/priority", /at most 100; got 101/],
  ["bad tag", { input, tags: ["fine", "not fine"] }, "/tags/1", /letters/],
  ["bad run_at", { input, run_at: "tomorrow" }, "/run_at", /2026-01-31T12:00:00Z; got "tomorrow"/],
  ["run_at in the year 0", { input, run_at: "0000-01-01T00:00:00Z" }, "/run_at", /years 2000 to 8999/],
  ["run_at in the year 9999", { input, run_at: "9999-12-31T00:00:00Z" }, "/run_at", /years 2000 to 8999/],
  ["deadline 0", { input, deadline_seconds: 0 }, "/deadline_seconds", /at least 1; got 0/],
  ["metadata of numbers", { input, metadata: { a: 1 } }, "/metadata/a", /a text/],
  ["NUL in a prompt", withInput({ prompt: "a\0b" }), "/input/prompt", /U\+0000/],
  ["half a surrogate pair", { input, metadata: { a: "\ud800" } }, "/metadata/a", /surrogate/],
  ["NUL in a name", { input, metadata: { "a\0": "b" } }, "/metadata", /name/],
  ["nesting without end", withInput({ prompt: nested(200) }), `/input/prompt${"/0".repeat(62)}`, /64 levels/],
  ["file that is not there", withPicture(missingFile), "/input/image_url", /not there/],
  ["file id that is none", withPicture("file_../../etc"), "/input/image_url", /not there/],
];

const inpaint = "fal-ai/z-image/turbo/inpaint";
const tooLarge = Buffer.concat([pngOf(9, 9), Buffer.alloc(200_000)]);

/** Bodies that are refused for other reasons. */
const otherRefusals: [name: string, body: unknown, status: number, code: string, pointer: string, message: RegExp][] = [
  ["unknown model", { model: "fal-ai/nonesuch", input }, 422, "unknown_model", "/model", /GET \/v1\/models/],
  ["model without price", { model: inpaint, input }, 422, "unpriced_model", "/model", /price/],
  ["broken data URI", withPicture("data:image/png;base64,AA!"), 422, "invalid_picture", "/input/image_url", /base64/],
  ["no picture", withPicture(dataUriOf(Buffer.from("hello"))), 422, "invalid_picture", "/input/image_url", /not a PNG/],
  ["large picture", withPicture(dataUriOf(tooLarge)), 413, "body_too_large", "/input/image_url", /200000/],
  [
    "http to a private address",
    withPicture("http://10.0.0.7/a.png"),
    422,
    "forbidden_url",
    "/input/image_url",
    /public/,
  ],
  ["cloud metadata", withPicture("http://169.254.169.254/latest"), 422, "forbidden_url", "/input/image_url", /public/],
  ["password in URL", withPicture("https://me:hush@example.com"), 422, "forbidden_url", "/input/image_url", /password/],
];

describe("is refused, and nothing is created", () => {
  test.each(invalidInputs)("%s", (_name, body, pointer, message) =>
    expectRefusal(body, 422, "invalid_input", pointer, message),
  );

  test.each(otherRefusals)("%s", (_name, body, status, code, pointer, message) =>
    expectRefusal(body, status, code, pointer, message),
  );

  async function expectRefusal(body: unknown, status: number, code: string, pointer: string, message: RegExp) {
    const refused = await expectNothing(() => create(body), status, code);
    const [error] = (refused.body as Problem).errors ?? [];
    expect(error?.pointer).toBe(pointer);
    expect(error?.message).toMatch(message);
    expect(refused.body.detail).toContain(error?.message);
  }

  test("a bad query parameter", async () => {
    const { body } = await expectNothing(
      () => create({ input }, {}, "?dry_run=maybe&colour=red"),
      422,
      "invalid_input",
    );
    expect((body as Problem).errors?.map((error) => error.pointer)).toEqual(["query/dry_run", "query/colour"]);
  });

  test("malformed JSON, with the place where it breaks and none of its text", async () => {
    const text = '{"input": {"prompt": "my secret", }}';
    const send = () => api.call("post", "/v1/jobs").set("content-type", "application/json").send(text);
    const { body, text: answer } = await expectNothing(send, 400, "malformed_request");
    expect(body.detail).toContain("line 1, column 35");
    expect(answer).not.toContain("secret");
  });

  test("a body that is not JSON by its content-type", async () => {
    const send = () => api.call("post", "/v1/jobs").set("content-type", "text/plain").send("{}");
    await expectNothing(send, 415, "unsupported_media_type");
  });

  test("no body at all", async () => {
    await expectNothing(() => api.call("post", "/v1/jobs"), 400, "malformed_request");
  });

  test("a body beyond the limit", async () => {
    await expectNothing(() => create({ input: { ...input, prompt: "x".repeat(300_000) } }), 413, "body_too_large");
  });
});

describe("a refusal repeats neither prompt nor picture nor link", () => {
  test.each([
    { input: { ...input, prompt: { secret: "hush" } } },
    { input: { ...input, image_url: "ftp://hush.example.com/hush" } },
    { input: { ...input, image_url: "https://user:hush@example.com" } },
    { input: { ...input, image_url: "data:image/png;base64,hush" } },
    { input: "hush" },
    { input, metadata: { a: ["hush"] } },
  ])("%j", async (body) => {
    const { text } = await create(body).expect(422);
    expect(text).not.toContain("hush");
  });
});

/** Sends a request that must fail and leave no trace. */
async function expectNothing(send: () => ReturnType<typeof create>, status: number, code: string) {
  const before = await api.countAll();
  const answer = await send()
    .expect(status)
    .expect("content-type", /^application\/problem\+json/);
  expect(answer.body).toMatchObject({
    status,
    code,
    type: `/docs/errors#${code}`,
    request_id: answer.headers["x-request-id"],
  });
  expect(answer.body.instance).toBe("/v1/jobs");
  expect(await api.countAll()).toEqual(before);
  return answer;
}
