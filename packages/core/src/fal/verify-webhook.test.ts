import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "vitest";
import { importKey, isFresh, isSigned, readWebhookHeaders } from "./verify-webhook.ts";

const now = new Date("2026-11-20T10:00:00Z");
const timestamp = String(now.getTime() / 1000);
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const other = generateKeyPairSync("ed25519").publicKey;
const body = Buffer.from('{"request_id":"r","status":"OK"}');
const message = ["r", "u", timestamp, createHash("sha256").update(body).digest("hex")].join("\n");
const headers = {
  requestId: "r",
  userId: "u",
  timestamp,
  signature: sign(null, Buffer.from(message), privateKey).toString("hex"),
};

test("a signature by any of the keys will do", () => {
  expect(isSigned(headers, body, [other, publicKey])).toBe(true);
  expect(isSigned({ ...headers, signature: headers.signature.toUpperCase() }, body, [publicKey])).toBe(true);
});

test.each([
  ["another key", headers, body, [other]],
  ["no key", headers, body, []],
  ["another body", headers, Buffer.from(`${body} `), [publicKey]],
  ["another request id", { ...headers, requestId: "q" }, body, [publicKey]],
  ["another user", { ...headers, userId: "v" }, body, [publicKey]],
  ["another time", { ...headers, timestamp: String(Number(timestamp) + 1) }, body, [publicKey]],
  ["a signature cut short", { ...headers, signature: headers.signature.slice(0, 126) }, body, [publicKey]],
  ["a signature that is not hex", { ...headers, signature: "z".repeat(128) }, body, [publicKey]],
])("refused: %s", (_what, given, bytes, keys) => {
  expect(isSigned(given, bytes, keys)).toBe(false);
});

test.each([
  [0, true],
  [300, true],
  [-300, true],
  [301, false],
  [-301, false],
])("%i s old is fresh: %s", (seconds, fresh) => {
  expect(isFresh(headers, new Date(now.getTime() + seconds * 1000))).toBe(fresh);
});

test("a timestamp that is no number is not fresh", () => {
  expect(isFresh({ ...headers, timestamp: "1e9" }, now)).toBe(false);
  expect(isFresh({ ...headers, timestamp: "" }, now)).toBe(false);
});

test("all four headers must be there", () => {
  const given: Record<string, string> = {
    "x-fal-webhook-request-id": "r",
    "x-fal-webhook-user-id": "u",
    "x-fal-webhook-timestamp": "1",
    "x-fal-webhook-signature": "s",
  };
  expect(readWebhookHeaders((name) => given[name])).toEqual({
    requestId: "r",
    userId: "u",
    timestamp: "1",
    signature: "s",
  });
  for (const missing of Object.keys(given)) {
    expect(readWebhookHeaders((name) => (name === missing ? undefined : given[name]))).toBeNull();
  }
});

test("a key is read with and without padding, as fal has published both", () => {
  const { x } = publicKey.export({ format: "jwk" }) as { x: string };
  for (const given of [x, `${x}=`]) expect(isSigned(headers, body, [importKey({ x: given })])).toBe(true);
});
