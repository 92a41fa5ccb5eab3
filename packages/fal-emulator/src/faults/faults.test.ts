import { request as httpRequest } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type FalEmulator, startFalEmulator } from "../start-fal-emulator.ts";
import { createCaller } from "../testing/create-caller.ts";
import { startReceiver, type WebhookReceiver } from "../testing/start-receiver.ts";
import { verifyWebhook } from "../testing/verify-webhook.ts";
import { addFault, createFaultBook, type FaultSubject, takeFault } from "./fault-book.ts";
import { FAULTS, type FaultName } from "./fault-names.ts";
import { parseFaultTokens } from "./parse-fault-tokens.ts";

let emulator: FalEmulator;
let caller: ReturnType<typeof createCaller>;
let receiver: WebhookReceiver;
const tested = new Set<string>();

beforeAll(async () => {
  emulator = await startFalEmulator({ pictures: "flat", seed: 1, webhookBackoffMs: 0 });
  caller = createCaller(emulator);
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  emulator.reset();
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

/** A prompt that asks for faults; each is ticked off for the last test of this file. */
function asking(...tokens: string[]) {
  for (const token of tokens) tested.add(token.split(" ")[0] ?? "");
  return { prompt: `a lighthouse ${tokens.map((token) => `[[fault:${token}]]`).join(" ")}`, seed: 3 };
}

const submit = (...tokens: string[]) => caller.submit(asking(...tokens), { webhook: receiver.url });
const parse = (index: number) => JSON.parse(String(receiver.received[index]?.body));
const jwksUrl = () => `${emulator.url}/rest.fal.ai/.well-known/jwks.json`;

describe("at submit", () => {
  it.each([
    ["submit_429 retryAfterSeconds=3", 429],
    ["submit_500", 500],
    ["submit_503", 503],
    ["account_locked", 403],
  ])("%s accepts nothing", async (token, status) => {
    const reply = await submit(token);
    expect(reply.status).toBe(status);
    expect(reply.headers.get("retry-after")).toBe(status === 429 ? "3" : null);
    expect(emulator.totals().accepted).toBe(0);
  });

  it("submit_reset cuts the connection and accepts nothing", async () => {
    await expect(submit("submit_reset")).rejects.toThrow("fetch failed");
    expect(emulator.totals().accepted).toBe(0);
  });

  it("submit_reply_lost cuts the connection, yet the request runs and its webhook comes", async () => {
    await expect(submit("submit_reply_lost")).rejects.toThrow("fetch failed");
    await receiver.until(1);
    expect(emulator.ledger()).toMatchObject([{ outcome: "succeeded", faults: ["submit_reply_lost"] }]);
  });

  it.each([
    ["submit_500_accepted", 500],
    ["submit_503_accepted", 503],
  ])("%s answers an error, yet the request runs", async (token, status) => {
    expect((await submit(token)).status).toBe(status);
    await receiver.until(1);
    expect(emulator.totals().succeeded).toBe(1);
  });

  it("submit_stall accepts nothing of a caller that left", async () => {
    const abort = new AbortController();
    const url = `${emulator.url}/queue.fal.run/fal-ai/z-image/turbo`;
    const headers = { Authorization: `Key ${emulator.key}` };
    const call = httpRequest(url, { method: "POST", headers, signal: abort.signal }).on("error", () => {});
    call.end(JSON.stringify(asking("submit_stall ms=1000 times=1")));
    await vi.waitFor(() => expect(emulator.faults().fired.submit_stall).toBe(1));
    abort.abort();
    // The same stall again, waited for: by its end the first one is over too.
    expect((await submit("submit_stall ms=1000 times=2")).status).toBe(200);
    expect(emulator.totals().accepted).toBe(1);
  });

  it("submit_stall_accepted accepts before it falls silent", async () => {
    const reply = submit("submit_stall_accepted ms=50");
    await receiver.until(1);
    expect((await reply).status).toBe(200);
  });

  it("webhook_early sends the webhook before the reply", async () => {
    let webhooksBefore = 0;
    const reply = submit("webhook_early").then(() => {
      webhooksBefore = receiver.received.length;
    });
    await reply;
    expect(webhooksBefore).toBe(1);
  });
});

describe("in the run", () => {
  it.each([
    ["content_policy", 422, { detail: [{ type: "content_policy_violation" }] }],
    ["run_500", 500, { error_type: "runner_server_error" }],
    ["run_503", 503, { error_type: "runner_connection_error" }],
    ["run_504", 504, { error_type: "request_timeout" }],
    ["run_downstream", 500, { detail: [{ type: "downstream_service_error" }] }],
  ])("%s ends in its error, told alike by result and webhook, and unbilled", async (token, status, expected) => {
    const { body } = await submit(token);
    const result = await caller.result(body.request_id);
    expect(result).toMatchObject({ status, body: expected });
    expect(result.headers.get("x-fal-billable-units")).toBe("0");
    expect(result.headers.get("x-fal-request-timeout-type")).toBeNull();
    await receiver.until(1);
    expect(parse(0)).toMatchObject({ status: "ERROR", error: `Invalid status code: ${status}`, payload: result.body });
    expect(emulator.ledger()).toMatchObject([{ outcome: "failed", statusCode: status, billedMicros: 0 }]);
  });

  it("stuck never ends by itself; control or cancel end it", async () => {
    const { body } = await submit("stuck");
    await caller.until(body.request_id, "IN_PROGRESS");
    expect((await caller.call(`/emulator/requests/${body.request_id}/finish`, { method: "POST" })).status).toBe(204);
    expect((await caller.result(body.request_id)).status).toBe(200);
  });

  it("run_slow takes its time", async () => {
    const { body } = await submit("run_slow ms=3600000");
    await caller.until(body.request_id, "IN_PROGRESS");
    expect(emulator.finishRequest(body.request_id)).toBe(true);
    expect((await caller.result(body.request_id)).status).toBe(200);
  });

  it("nsfw flags the picture, run_retried gives another gateway id", async () => {
    const { body } = await submit("nsfw", "run_retried");
    expect(body.gateway_request_id).not.toBe(body.request_id);
    expect((await caller.result(body.request_id)).body.has_nsfw_concepts).toEqual([true]);
    await receiver.until(1);
    expect(parse(0)).toMatchObject({ request_id: body.request_id, gateway_request_id: body.gateway_request_id });
  });

  it("cancel_ignored completes all the same", async () => {
    const { body } = await submit("cancel_ignored", "stuck");
    await caller.until(body.request_id, "IN_PROGRESS");
    expect((await caller.cancel(body.request_id)).status).toBe(202);
    emulator.finishRequest(body.request_id);
    expect((await caller.result(body.request_id)).status).toBe(200);
  });

  it.each(["status_500", "status_503", "result_500", "result_503"] as const)(
    "%s fails as often as told",
    async (fault) => {
      const { body } = await submit();
      await caller.until(body.request_id, "COMPLETED");
      tested.add(fault);
      emulator.addFault({ fault, times: 1 });
      const url = fault.startsWith("status") ? body.status_url : body.response_url;
      expect((await caller.call(url)).status).toBe(Number(fault.slice(-3)));
      expect((await caller.call(url)).status).toBe(200);
    },
  );
});

describe("webhooks", () => {
  it("webhook_lost sends none", async () => {
    const { body } = await submit("webhook_lost");
    await caller.result(body.request_id);
    await submit();
    await receiver.until(1);
    expect(parse(0).request_id).not.toBe(body.request_id);
    expect(emulator.ledger()[0]).toMatchObject({ webhookTries: [], faults: ["webhook_lost"] });
  });

  it("webhook_doubled sends it twice", async () => {
    await submit("webhook_doubled");
    const [one, two] = await receiver.until(2);
    expect(one?.body).toEqual(two?.body);
  });

  it("webhook_late sends it not before its time", async () => {
    await submit("webhook_late ms=30");
    await receiver.until(1);
    await vi.waitFor(() => expect(emulator.ledger()[0]?.webhookTries).toHaveLength(1));
    const [row] = emulator.ledger();
    // A timer may fire within the millisecond before its time.
    expect(Date.parse(row?.webhookTries[0]?.at ?? "")).toBeGreaterThanOrEqual(Date.parse(row?.endedAt ?? "") + 29);
  });

  it("webhook_out_of_order lets a later request go first", async () => {
    const first = await submit("webhook_out_of_order ms=3600000");
    await caller.result(first.body.request_id);
    const second = await submit();
    await receiver.until(2);
    expect([parse(0).request_id, parse(1).request_id]).toEqual([second.body.request_id, first.body.request_id]);
  });

  it.each([
    ["webhook_bad_signature", "bad"],
    ["webhook_stale_timestamp", "stale"],
  ])("%s is found out", async (token, verdict) => {
    await submit(token);
    const [received] = await receiver.until(1);
    expect(await verifyWebhook(jwksUrl(), received!)).toBe(verdict);
  });

  it("webhook_payload_error says to fetch the result, which is there", async () => {
    const { body } = await submit("webhook_payload_error");
    await receiver.until(1);
    expect(parse(0)).toMatchObject({ status: "OK", payload: null, payload_error: expect.any(String) });
    expect((await caller.result(body.request_id)).status).toBe(200);
  });

  it.each([
    [[], ["OK", "ERROR"]],
    [["run_500"], ["ERROR", "OK"]],
  ])("webhook_contradiction says both (%j)", async (more, statuses) => {
    await submit("webhook_contradiction", ...more);
    await receiver.until(2);
    expect([parse(0).status, parse(1).status]).toEqual(statuses);
  });
});

describe("media", () => {
  const imageOf = async (...tokens: string[]) => {
    const { body } = await submit(...tokens);
    return (await caller.result(body.request_id)).body.images[0];
  };

  it.each(["media_404", "media_503"])("%s fails first, then is fine", async (fault) => {
    const image = await imageOf(`${fault} failures=2`);
    const statuses = [];
    for (let read = 0; read < 3; read += 1) statuses.push((await fetch(image.url)).status);
    const failure = Number(fault.slice(-3));
    expect(statuses).toEqual([failure, failure, 200]);
  });

  it("media_expired is gone for good", async () => {
    const image = await imageOf("media_expired");
    expect((await fetch(image.url)).status).toBe(404);
    emulator.changeSettings({ fileExpiryStatus: 410 });
    expect((await fetch(image.url)).status).toBe(410);
    emulator.changeSettings({ fileExpiryStatus: 404 });
  });

  it("media_truncated breaks off, media_slow does not", async () => {
    const broken = await fetch((await imageOf("media_truncated")).url);
    await expect(broken.arrayBuffer()).rejects.toThrow();
    const image = await imageOf("media_slow ms=40");
    expect((await (await fetch(image.url)).arrayBuffer()).byteLength).toBe(image.file_size);
  });

  it("media_wrong_length looks whole to HTTP", async () => {
    const image = await imageOf("media_wrong_length");
    const bytes = await (await fetch(image.url)).arrayBuffer();
    expect(bytes.byteLength).toBe(image.file_size - 100);
  });
});

describe("rules", () => {
  it("are set, counted and removed over HTTP", async () => {
    const order = { fault: "submit_503", times: 2, match: { promptIncludes: "lighthouse" } };
    const made = await caller.call("/emulator/faults", { method: "POST", body: order });
    expect(made).toMatchObject({ status: 201, body: { id: 1, fault: "submit_503", times: 2, fired: 0 } });
    const statuses = [];
    for (const prompt of ["a barn", "a lighthouse", "a lighthouse", "a lighthouse"]) {
      statuses.push((await caller.submit({ prompt })).status);
    }
    expect(statuses).toEqual([200, 503, 503, 200]);
    const report = await caller.call("/emulator/faults");
    expect(report.body).toMatchObject({ rules: [{ seen: 2, fired: 2 }], fired: { submit_503: 2 } });
    expect((await caller.call("/emulator/faults/1", { method: "DELETE" })).status).toBe(204);
    expect((await caller.call("/emulator/faults/1", { method: "DELETE" })).status).toBe(404);
    expect((await caller.call("/emulator/faults", { method: "DELETE" })).status).toBe(204);
    expect((await caller.call("/emulator/faults")).body).toMatchObject({ rules: [], fired: {} });
  });

  it.each([
    [{ fault: "submit_teapot" }],
    [{ fault: "submit_503", chance: 1 }],
    [{ fault: "submit_503", times: -1 }],
    [{ fault: "submit_503", match: { model: "x" } }],
    ["text"],
  ])("with mistakes are refused: %j", async (body) => {
    expect((await caller.call("/emulator/faults", { method: "POST", body })).status).toBe(422);
  });

  it("fall the same for the same seed, about as often as their probability", () => {
    const subject: FaultSubject = { endpointId: "x", prompt: "", requestId: "", tokens: parseFaultTokens("") };
    const play = (seed: number) => {
      const book = createFaultBook(seed);
      addFault(book, { fault: "webhook_lost", probability: 0.2 });
      addFault(book, { fault: "submit_503", probability: 0.5 });
      return Array.from({ length: 1_000 }, () => {
        // Draws of another rule in between must not matter.
        if (seed === 2) takeFault(book, "submit_503", subject);
        return takeFault(book, "webhook_lost", subject) !== undefined;
      });
    };
    expect(play(1)).toEqual(play(1));
    expect(play(1)).not.toEqual(play(3));
    const fired = play(2).filter(Boolean).length;
    expect(fired).toBeGreaterThan(150);
    expect(fired).toBeLessThan(250);
  });

  it("read tokens from a prompt", () => {
    const tokens = parseFaultTokens(
      "a [[fault:webhook_late ms=5 times=2]] b [[generation:70]] [[fault:nonsense]] [[x]]",
    );
    expect(tokens).toEqual({ generationMs: 70, faults: [{ fault: "webhook_late", times: 2, params: { ms: 5 } }] });
  });

  it("cover every fault there is", () => {
    expect((Object.keys(FAULTS) as FaultName[]).filter((fault) => !tested.has(fault))).toEqual([]);
  });
});
