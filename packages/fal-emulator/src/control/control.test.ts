import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FalEmulator, startFalEmulator } from "../start-fal-emulator.ts";
import { createCaller, TURBO } from "../testing/create-caller.ts";

let emulator: FalEmulator;
let caller: ReturnType<typeof createCaller>;

beforeAll(async () => {
  emulator = await startFalEmulator({ pictures: "flat", historyMax: 5, ledgerMax: 100 });
  caller = createCaller(emulator);
});
afterAll(() => emulator.stop());
beforeEach(() => {
  emulator.reset();
  emulator.changeSettings({ concurrency: 10, generationMs: 0 });
});

const post = (path: string) => caller.call(path, { method: "POST" });

describe("the ledger", () => {
  it("knows what a request cost, and that failures cost nothing", async () => {
    const size = { width: 1000, height: 1000 };
    for (const input of [
      { prompt: "x", image_size: size, num_images: 3, enable_prompt_expansion: true },
      { prompt: "x", image_size: size, num_images: 9 },
      { prompt: "x [[fault:run_503]]" },
    ]) {
      await caller.result((await caller.submit(input)).body.request_id);
    }
    const { body } = await caller.call("/emulator/ledger");
    expect(body.rows).toMatchObject([
      { endpointId: TURBO, keyId: "emulator-key-id", outcome: "succeeded", billedMicros: 17_500, billableUnits: 3 },
      { outcome: "failed", statusCode: 422, billedMicros: 0, billableUnits: 0 },
      { outcome: "failed", statusCode: 503, billedMicros: 0, errorType: "runner_connection_error" },
    ]);
    expect(body.totals).toMatchObject({ accepted: 3, pending: 0, succeeded: 1, failed: 2, billedMicros: 17_500 });
  });

  it("is paged and streamed, and bounded without losing totals", async () => {
    for (let index = 0; index < 150; index += 1) await caller.submit({ prompt: "x" });
    const { totals } = (await caller.call("/emulator/ledger?limit=1")).body;
    expect(totals.accepted).toBe(150);
    expect(totals.dropped).toBeGreaterThan(0);
    const rows: { requestId: string }[] = [];
    for (let cursor: number | null = 0; cursor !== null; ) {
      const page: { rows: []; nextCursor: number | null } = (
        await caller.call(`/emulator/ledger?limit=40&cursor=${cursor}`)
      ).body;
      rows.push(...page.rows);
      cursor = page.nextCursor;
    }
    expect(rows).toHaveLength(150 - totals.dropped);
    const lines = (await caller.call("/emulator/ledger.ndjson")).body.trim().split("\n");
    expect(lines.map((line: string) => JSON.parse(line).requestId)).toEqual(rows.map((row) => row.requestId));
    const one = await caller.call(`/emulator/ledger?requestId=${rows[3]?.requestId}`);
    expect(one.body.rows).toMatchObject([{ requestId: rows[3]?.requestId }]);
  });
});

describe("settings", () => {
  it("change while it runs", async () => {
    const patch = { concurrency: 3, generationMs: 7 };
    const changed = await caller.call("/emulator/settings", { method: "PATCH", body: patch });
    expect(changed).toMatchObject({ status: 200, body: patch });
    expect((await caller.call("/emulator/settings")).body).toEqual(emulator.settings());
  });

  it.each([{ concurency: 3 }, { concurrency: -1 }, { pictures: "blue" }, { fileExpiryStatus: 200 }, [1], null])(
    "refuse %j",
    async (body) => {
      expect((await caller.call("/emulator/settings", { method: "PATCH", body })).status).toBe(422);
    },
  );
});

it("forgets the oldest completed requests, never waiting ones", async () => {
  emulator.changeSettings({ concurrency: 1 });
  const stuck = await caller.submit({ prompt: "[[fault:stuck]]" });
  await caller.until(stuck.body.request_id, "IN_PROGRESS");
  emulator.changeSettings({ concurrency: 10 });
  const first = await caller.submit({ prompt: "x" });
  await caller.until(first.body.request_id, "COMPLETED");
  for (let index = 0; index < 6; index += 1) {
    await caller.until((await caller.submit({ prompt: "x" })).body.request_id, "COMPLETED");
  }
  expect((await caller.call(caller.statusPath(first.body.request_id))).body).toEqual({ status: "NOT_FOUND" });
  expect((await caller.call(caller.statusPath(stuck.body.request_id))).body.status).toBe("IN_PROGRESS");
});

it("reset ends what was going on: runs, streams and waiting callers", async () => {
  emulator.changeSettings({ generationMs: 3_600_000 });
  const { body } = await caller.submit({ prompt: "x" });
  await caller.until(body.request_id, "IN_PROGRESS");
  const direct = caller.call(`/fal.run/${TURBO}`, { method: "POST", body: { prompt: "x" } });
  const stream = await fetch(`${body.status_url}/stream`, { headers: { Authorization: `Key ${emulator.key}` } });
  const streamed = stream.text();
  // Registered now, so that a refusal during the reset is not unhandled.
  const ended = Promise.allSettled([direct, streamed]);
  while (emulator.totals().accepted < 2) await caller.call("/emulator/health");
  expect((await post("/emulator/reset")).status).toBe(204);
  expect((await ended).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect((await caller.call(body.status_url)).status).toBe(404);
  expect((await caller.call("/emulator/health")).body).toMatchObject({
    status: "ok",
    running: 0,
    waiting: 0,
    requests: 0,
  });
  emulator.changeSettings({ generationMs: 0 });
  expect((await caller.result((await caller.submit({ prompt: "x" })).body.request_id)).status).toBe(200);
});

it("says so when there is nothing to finish or deliver again", async () => {
  expect((await post("/emulator/requests/unknown/finish")).status).toBe(409);
  expect((await post("/emulator/requests/unknown/redeliver")).status).toBe(409);
});

it("answers 404 outside of fal's hosts", async () => {
  expect((await caller.call("/")).status).toBe(404);
  expect((await caller.call("/queue.fal.run/nothing")).status).toBe(404);
  expect((await caller.call(`/queue.fal.run/${TURBO}`)).status).toBe(405);
});
