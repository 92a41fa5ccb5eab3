import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type FalEmulator, startFalEmulator } from "../start-fal-emulator.ts";
import { createCaller, IMAGE_TO_IMAGE } from "../testing/create-caller.ts";
import { type Answers, startReceiver, type WebhookReceiver } from "../testing/start-receiver.ts";
import { verifyWebhook } from "../testing/verify-webhook.ts";

let emulator: FalEmulator;
let caller: ReturnType<typeof createCaller>;
let receiver: WebhookReceiver;
let answers: Answers;
const input = { prompt: "a lighthouse" };

beforeAll(async () => {
  emulator = await startFalEmulator({ pictures: "flat", webhookBackoffMs: 0 });
  caller = createCaller(emulator);
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  emulator.reset();
  answers = () => 200;
  receiver = await startReceiver((index, received) => answers(index, received));
});
afterEach(() => receiver.stop());

const parse = (index: number) => JSON.parse(String(receiver.received[index]?.body));
const jwksUrl = () => `${emulator.url}/rest.fal.ai/.well-known/jwks.json`;

describe("payloads", () => {
  it("sends the output, signed, with ids that match", async () => {
    const { body } = await caller.submit(input, { webhook: receiver.url });
    const [received] = await receiver.until(1);
    expect(received?.headers["x-fal-webhook-request-id"]).toBe(body.request_id);
    expect(await verifyWebhook(jwksUrl(), received!)).toBe("good");
    const result = await caller.result(body.request_id);
    expect(parse(0)).toEqual({
      request_id: body.request_id,
      gateway_request_id: body.request_id,
      status: "OK",
      payload: result.body,
    });
  });

  it("sends the model's error", async () => {
    await caller.submit({}, { webhook: receiver.url, endpoint: IMAGE_TO_IMAGE });
    await receiver.until(1);
    expect(parse(0)).toMatchObject({
      status: "ERROR",
      error: "Invalid status code: 422",
      payload: { detail: [{ loc: ["body", "prompt"], type: "missing" }, { loc: ["body", "image_url"] }] },
    });
  });

  it("sends 499 for a cancelled running request, and nothing for a queued one", async () => {
    emulator.changeSettings({ concurrency: 1, generationMs: 3_600_000 });
    const running = await caller.submit(input, { webhook: `${receiver.url}/running` });
    await caller.until(running.body.request_id, "IN_PROGRESS");
    const queued = await caller.submit(input, { webhook: `${receiver.url}/queued` });
    await caller.cancel(queued.body.request_id);
    await caller.cancel(running.body.request_id);
    await receiver.until(1);
    emulator.changeSettings({ concurrency: 10, generationMs: 0 });
    expect(parse(0)).toMatchObject({ status: "ERROR", error: "Invalid status code: 499" });
    await vi.waitFor(() => expect(emulator.ledger().map((row) => row.webhookTries.length)).toEqual([1, 0]));
  });

  it("keeps query and path of the webhook URL", async () => {
    await caller.submit(input, { webhook: `${receiver.url}?token=a%20b` });
    const [received] = await receiver.until(1);
    expect(received?.path).toBe("/hook?token=a%20b");
  });
});

describe("keys", () => {
  it("publishes a padded x with a kid", async () => {
    const { body } = await caller.call("/rest.fal.ai/.well-known/jwks.json");
    expect(body.keys[0]).toMatchObject({ kty: "OKP", crv: "Ed25519", kid: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(body.keys[0].x).toMatch(/^[A-Za-z0-9_-]{43}=$/);
  });

  it("rotates: the new key signs, the old one stays published", async () => {
    await caller.submit(input, { webhook: receiver.url });
    await receiver.until(1);
    const { kid } = (await caller.call("/emulator/keys/rotate", { method: "POST" })).body;
    await caller.submit(input, { webhook: receiver.url });
    const received = await receiver.until(2);
    const { keys } = (await caller.call("/rest.fal.ai/.well-known/jwks.json")).body;
    expect(keys[0].kid).toBe(kid);
    expect(await verifyWebhook(jwksUrl(), received[0]!)).toBe("good");
    expect(await verifyWebhook(jwksUrl(), received[1]!)).toBe("good");
  });

  it("keeps its key in a directory", async () => {
    const dir = mkdtempSync(join(tmpdir(), "fal-emulator-"));
    const first = await startFalEmulator({ dir });
    const before = await createCaller(first).call("/rest.fal.ai/.well-known/jwks.json");
    await first.stop();
    const second = await startFalEmulator({ dir });
    const after = await createCaller(second).call("/rest.fal.ai/.well-known/jwks.json");
    await second.stop();
    rmSync(dir, { recursive: true });
    expect(after.body).toEqual(before.body);
  });
});

describe("delivery", () => {
  const triesOf = async (requestId: string, delivered: boolean) => {
    await vi.waitFor(() => expect(emulator.ledger()[0]?.webhookDelivered).toBe(delivered));
    return emulator.ledger().find((row) => row.requestId === requestId)?.webhookTries;
  };

  it.each([500, 404, 401])("tries again after %i, signed anew", async (status) => {
    answers = (index) => (index < 2 ? status : 204);
    const { body } = await caller.submit(input, { webhook: receiver.url });
    const received = await receiver.until(3);
    expect(await verifyWebhook(jwksUrl(), received[2]!)).toBe("good");
    expect(received[2]?.body).toEqual(received[0]?.body);
    expect(await triesOf(body.request_id, true)).toMatchObject([
      { attempt: 1, status },
      { attempt: 2, status },
      { attempt: 3, status: 204 },
    ]);
  });

  it("tries again after a timeout and a refused connection", async () => {
    emulator.changeSettings({ webhookFirstTimeoutMs: 50 });
    answers = (index) => (index === 0 ? "hang" : 200);
    const { body } = await caller.submit(input, { webhook: receiver.url });
    await receiver.until(2);
    emulator.changeSettings({ webhookFirstTimeoutMs: 15_000 });
    expect(await triesOf(body.request_id, true)).toMatchObject([{ status: null, error: "timeout" }, { status: 200 }]);
  });

  it("takes a redirect for final failure and never follows it", async () => {
    answers = () => 307;
    await caller.submit(input, { webhook: receiver.url });
    await vi.waitFor(() => expect(emulator.ledger()[0]?.webhookTries).toMatchObject([{ status: 307 }]));
    answers = () => 200;
    await caller.submit(input, { webhook: `${receiver.url}/other` });
    const received = await receiver.until(2);
    expect(received.map(({ path }) => path)).toEqual(["/hook", "/hook/other"]);
  });

  it("gives up after the most retries", async () => {
    emulator.changeSettings({ webhookRetriesMax: 3 });
    answers = () => 500;
    await caller.submit(input, { webhook: receiver.url });
    await receiver.until(4);
    answers = () => 200;
    await caller.submit(input, { webhook: `${receiver.url}/other` });
    await receiver.until(5);
    emulator.changeSettings({ webhookRetriesMax: 31 });
    expect(emulator.ledger()[0]).toMatchObject({ webhookDelivered: false, webhookTries: [{}, {}, {}, {}] });
  });

  it("gives up when the stored result ends", async () => {
    emulator.changeSettings({ resultRetentionMs: 0, webhookBackoffMs: 1_000 });
    answers = () => 500;
    await caller.submit(input, { webhook: receiver.url });
    await receiver.until(1);
    await vi.waitFor(() => expect(emulator.ledger()[0]?.webhookTries).toHaveLength(1));
    emulator.changeSettings({ resultRetentionMs: 3_600_000, webhookBackoffMs: 0 });
    answers = () => 200;
    await caller.submit(input, { webhook: `${receiver.url}/other` });
    const received = await receiver.until(2);
    expect(received[1]?.path).toBe("/hook/other");
  });

  it("notes a URL nobody can call", async () => {
    emulator.changeSettings({ webhookRetriesMax: 0 });
    await caller.submit(input, { webhook: "not a url" });
    await vi.waitFor(() => expect(emulator.ledger()[0]?.webhookTries).toMatchObject([{ status: null }]));
    emulator.changeSettings({ webhookRetriesMax: 31 });
  });

  it("is sent once more on demand", async () => {
    const { body } = await caller.submit(input, { webhook: receiver.url });
    await receiver.until(1);
    expect((await caller.call(`/emulator/requests/${body.request_id}/redeliver`, { method: "POST" })).status).toBe(204);
    await receiver.until(2);
    expect(parse(1)).toEqual(parse(0));
  });
});
