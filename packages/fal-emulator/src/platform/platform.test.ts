import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type FalEmulator, startFalEmulator } from "../start-fal-emulator.ts";
import { createCaller, IMAGE_TO_IMAGE, TURBO } from "../testing/create-caller.ts";

let emulator: FalEmulator;
let caller: ReturnType<typeof createCaller>;

beforeAll(async () => {
  emulator = await startFalEmulator({ pictures: "flat" });
  caller = createCaller(emulator);
});
afterAll(() => emulator.stop());
beforeEach(() => {
  emulator.reset();
  emulator.changeSettings({ concurrency: 10, listInFlight: false });
});

const list = (query: string) => caller.call(`/api.fal.ai/v1/models/requests/by-endpoint?endpoint_id=${TURBO}${query}`);

it("lists requests newest first, in pages, with payloads on demand", async () => {
  const ids: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    const { body } = await caller.submit({ prompt: `number ${index}` });
    await caller.until(body.request_id, "COMPLETED");
    ids.unshift(body.request_id);
  }
  await caller.submit({ prompt: "of another model", image_url: "x" }, { endpoint: IMAGE_TO_IMAGE });
  const first = (await list("&limit=3")).body;
  expect(first).toMatchObject({ has_more: true, next_cursor: expect.any(String) });
  expect(first.items[0]).toEqual({
    request_id: ids[0],
    endpoint_id: TURBO,
    sent_at: expect.stringMatching(/Z$/),
    started_at: expect.stringMatching(/Z$/),
    ended_at: expect.stringMatching(/Z$/),
    status_code: 200,
    duration: expect.any(Number),
  });
  const second = (await list(`&limit=3&expand=payloads&cursor=${first.next_cursor}`)).body;
  expect(second).toMatchObject({ has_more: false, next_cursor: null });
  expect([...first.items, ...second.items].map((item) => item.request_id)).toEqual(ids);
  expect(second.items[0]).toMatchObject({ json_input: { prompt: "number 1" }, json_output: { prompt: "number 1" } });
});

it("filters by status, id and time", async () => {
  const good = await caller.submit({ prompt: "good" });
  const bad = await caller.submit({});
  const broken = await caller.submit({ prompt: "[[fault:run_500]]" });
  for (const { body } of [good, bad, broken]) await caller.until(body.request_id, "COMPLETED");
  const idsFor = async (query: string) =>
    (await list(query)).body.items.map((item: { request_id: string }) => item.request_id);
  expect(await idsFor("&status=success")).toEqual([good.body.request_id]);
  expect(await idsFor("&status=user_error")).toEqual([bad.body.request_id]);
  expect(await idsFor("&status=error")).toEqual([broken.body.request_id]);
  expect(await idsFor(`&request_id=${bad.body.request_id}`)).toEqual([bad.body.request_id]);
  expect(await idsFor("&start=2999-01-01")).toEqual([]);
  expect(await idsFor("&end=2000-01-01")).toEqual([]);
  expect(await idsFor(`,${IMAGE_TO_IMAGE}`)).toHaveLength(3);
});

it("lists requests in flight only when told to, and keeps no payloads that must not be kept", async () => {
  emulator.changeSettings({ concurrency: 0 });
  await caller.submit({ prompt: "waits" }, { headers: { "X-Fal-Store-IO": "0" } });
  expect((await list("")).body.items).toEqual([]);
  emulator.changeSettings({ listInFlight: true });
  expect((await list("&expand=payloads")).body.items).toMatchObject([
    { started_at: null, ended_at: null, status_code: null, json_input: null, json_output: null },
  ]);
});

it("keeps no output of sync_mode", async () => {
  const { body } = await caller.submit({ prompt: "x", sync_mode: true, image_size: { width: 8, height: 8 } });
  const result = await caller.result(body.request_id);
  expect(result.body.images[0].url).toMatch(/^data:image\/png;base64,/);
  expect((await list("&expand=payloads")).body.items).toMatchObject([
    { json_input: { sync_mode: true }, json_output: null },
  ]);
});

it("tells prices, meta and billing", async () => {
  const prices = await caller.call(
    `/api.fal.ai/v1/models/pricing?endpoint_id=${TURBO}&endpoint_id=${IMAGE_TO_IMAGE}/lora`,
  );
  expect(prices.body).toEqual({
    prices: [
      { endpoint_id: TURBO, unit_price: 0.005, unit: "megapixels", currency: "USD" },
      { endpoint_id: `${IMAGE_TO_IMAGE}/lora`, unit_price: 0.0085, unit: "megapixels", currency: "USD" },
    ],
    next_cursor: null,
    has_more: false,
  });
  const meta = await caller.call("/api.fal.ai/v1/meta", { headers: { Authorization: "" } });
  expect(meta.body.webhook_ip_ranges).toContain("127.0.0.1/32");
  const { body } = await caller.submit({ prompt: "x", image_size: { width: 1000, height: 1000 } });
  await caller.until(body.request_id, "COMPLETED");
  const billing = await caller.call("/api.fal.ai/v1/account/billing?expand=credits");
  expect(billing.body.credits).toEqual({ current_balance: 999.995, currency: "USD" });
});

it.each([
  ["/models/requests/by-endpoint", 400, "validation_error"],
  [`/models/requests/by-endpoint?endpoint_id=${TURBO}&limit=101`, 400, "validation_error"],
  ["/models/pricing", 400, "validation_error"],
  ["/models/pricing?endpoint_id=fal-ai/unknown", 404, "not_found"],
  ["/nothing", 404, "not_found"],
])("answers %s with %i in the platform's form", async (path, status, type) => {
  const reply = await caller.call(`/api.fal.ai/v1${path}`);
  expect(reply).toMatchObject({ status, body: { error: { type, message: expect.any(String) } } });
});

it.each(["/models/pricing", "/models/requests/by-endpoint", "/account/billing"])("wants a key for %s", async (path) => {
  const reply = await caller.call(`/api.fal.ai/v1${path}`, { headers: { Authorization: "" } });
  expect(reply).toMatchObject({ status: 401, body: { error: { type: "authorization_error" } } });
});
