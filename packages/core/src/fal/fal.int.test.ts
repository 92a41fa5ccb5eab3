import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type FalEmulator, startFalEmulator } from "@darkroom/fal-emulator/start-fal-emulator";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLog } from "../log.ts";
import { askStatus, cancelRequest, fetchResult } from "./ask-fal.ts";
import { createFal, type Fal } from "./call-fal.ts";
import { readOutput } from "./read-answer.ts";
import { submitRequest } from "./submit-request.ts";
import { uploadFile } from "./upload-file.ts";

const model = "fal-ai/z-image/turbo";
let emulator: FalEmulator;
let fal: Fal;

beforeAll(async () => {
  emulator = await startFalEmulator({ generationMs: 0, pictures: "flat" });
  fal = falAt(emulator.url);
});
afterAll(async () => {
  await fal.agent.close();
  await emulator.stop();
});

function falAt(baseUrl: string, changes: Partial<Fal> = {}): Fal {
  const log = createLog({ level: "silent", role: "test" });
  const key = emulator.key;
  return createFal({ key, baseUrl, submitTimeoutMs: 5_000, requestTimeoutMs: 5_000, log, ...changes });
}

const submit = (prompt: string, at = fal) =>
  submitRequest(at, { model, input: { prompt }, webhookUrl: null, startWithinMs: 60_000 });

/** A server that treats every connection as `act` says: what fal's front may do to us. */
async function rawServer(act: (socket: import("node:net").Socket, requests: number) => void) {
  let requests = 0;
  const server = createServer((request) => {
    requests += 1;
    act(request.socket, requests);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, requests: () => requests, close };
}

describe("submit", () => {
  test("accepted, with fal's request id", async () => {
    const outcome = await submit("plain");
    expect(outcome).toMatchObject({ outcome: "accepted", requestId: expect.stringMatching(/^[\w-]+$/) });
  });

  test("nobody listens: not sent", async () => {
    const server = await rawServer(() => {});
    await server.close();
    expect(await submit("x", falAt(server.url))).toEqual({ outcome: "not_sent", reason: "ECONNREFUSED" });
  });

  test("name does not resolve: not sent", async () => {
    expect(await submit("x", falAt("http://fal.invalid"))).toMatchObject({ outcome: "not_sent" });
  });

  test("connection reset after the request: unknown, and POSTed once", async () => {
    const server = await rawServer((socket) => socket.destroy());
    expect(await submit("x", falAt(server.url))).toMatchObject({ outcome: "unknown" });
    expect(server.requests()).toBe(1);
    await server.close();
  });

  test("no reply in time: unknown, and POSTed once", async () => {
    const server = await rawServer(() => {});
    expect(await submit("x", falAt(server.url, { submitTimeoutMs: 50 }))).toMatchObject({ outcome: "unknown" });
    expect(server.requests()).toBe(1);
    await server.close();
  });

  test.each([429, 400, 401, 403, 404, 422])("%i: rejected, and POSTed once", async (status) => {
    const server = await rawServer((socket) =>
      socket.end(
        `HTTP/1.1 ${status} No\r\ncontent-type: application/json\r\nretry-after: 7\r\ncontent-length: 16\r\n\r\n{"detail":"no!"}`,
      ),
    );
    const outcome = await submit("x", falAt(server.url));
    expect(outcome).toMatchObject({ outcome: "rejected", status, body: { detail: "no!" } });
    expect(server.requests()).toBe(1);
    await server.close();
  });

  test.each([500, 502, 503, 504])(
    "%i: unknown, since a gateway may say so after the queue took it; POSTed once",
    async (status) => {
      const server = await rawServer((socket) => socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`));
      expect(await submit("x", falAt(server.url))).toMatchObject({ outcome: "unknown", status });
      expect(server.requests()).toBe(1);
      await server.close();
    },
  );

  test("2xx without a request id: unknown", async () => {
    const server = await rawServer((socket) =>
      socket.end("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"),
    );
    expect(await submit("x", falAt(server.url))).toMatchObject({ outcome: "unknown" });
    await server.close();
  });

  test("reply lost after fal took it: unknown here, one entry in fal's own books", async () => {
    const before = emulator.ledger().length;
    emulator.addFault({ fault: "submit_reply_lost", times: 1 });
    expect(await submit("lost reply")).toMatchObject({ outcome: "unknown" });
    expect(emulator.ledger()).toHaveLength(before + 1);
    emulator.clearFaults();
  });
});

describe("asking", () => {
  test("status, result and its headers, by request id", async () => {
    const outcome = await submit("ask me");
    if (outcome.outcome !== "accepted") throw new Error(outcome.outcome);
    const request = { model, requestId: outcome.requestId };
    await waitFor("completion", async () => (await askStatus(fal, request)).status === "completed");
    const result = await fetchResult(fal, request);
    if (result.kind !== "ok") throw new Error(result.kind);
    expect(readOutput(result.value.data)).toMatchObject({
      kind: "images",
      images: [{ url: expect.stringContaining("fal.media") }],
    });
    expect(Number(result.headers.get("x-fal-billable-units"))).toBeGreaterThan(0);
    expect(await cancelRequest(fal, request)).toBe("already_completed");
  });

  test("a failed request is completed, and its result carries the application's error", async () => {
    const outcome = await submitRequest(fal, { model, input: {}, webhookUrl: null, startWithinMs: 60_000 });
    if (outcome.outcome !== "accepted") throw new Error(outcome.outcome);
    const request = { model, requestId: outcome.requestId };
    const status = await waitFor("completion", async () => {
      const reply = await askStatus(fal, request);
      return reply.status === "completed" && reply;
    });
    expect(status).toEqual({ status: "completed", failed: true });
    expect(await fetchResult(fal, request)).toMatchObject({ kind: "http_error", status: 422 });
  });

  test("an id fal does not know", async () => {
    const request = { model, requestId: "00000000-0000-4000-8000-000000000000" };
    expect(await askStatus(fal, request)).toEqual({ status: "not_found" });
    expect(await cancelRequest(fal, request)).toBe("not_found");
  });

  test("fal away: unclear, not an exception", async () => {
    const server = await rawServer(() => {});
    await server.close();
    const request = { model, requestId: "r" };
    expect(await askStatus(falAt(server.url), request)).toMatchObject({ status: "unclear" });
    expect(await cancelRequest(falAt(server.url), request)).toBe("unclear");
  });
});

test("an uploaded picture can be fetched from the URL fal names", async () => {
  const bytes = new Uint8Array([1, 2, 3, 4]);
  const reply = await uploadFile(fal, { bytes, contentType: "image/png", name: "in.png" });
  if (reply.kind !== "ok") throw new Error(reply.kind);
  const fetched = await fetch(reply.value);
  expect(new Uint8Array(await fetched.arrayBuffer())).toEqual(bytes);
});
