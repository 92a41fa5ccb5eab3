import { createPublicKey, verify as verifyBytes } from "node:crypto";
import { verifyDelivery } from "@darkroom/contract/verify-delivery";
import { describe, expect, test } from "vitest";
import { newEd25519Secret, newHmacSecret, readSigningKey, signatureHeader } from "./sign.ts";

// Standard Webhooks' own test vector (standardwebhooks: libraries, all languages).
const vector = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timestamp: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};
const now = new Date(vector.timestamp * 1000);

test("v1 agrees with the published test vector", () => {
  expect(signatureHeader(vector, [readSigningKey({ kind: "hmac", secret: vector.secret })])).toBe(vector.signature);
});

test("a new secret has 32 bytes, after whsec_", () => {
  expect(Buffer.from(newHmacSecret().replace("whsec_", ""), "base64")).toHaveLength(32);
});

test("v1a is ed25519 over the same text", () => {
  const { secret, publicKey } = newEd25519Secret();
  const [, signature = ""] = signatureHeader(vector, [readSigningKey({ kind: "ed25519", secret })]).split(",");
  const x = publicKey.toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const signed = Buffer.from(`${vector.id}.${vector.timestamp}.${vector.body}`);
  expect(verifyBytes(null, signed, key, Buffer.from(signature, "base64"))).toBe(true);
});

describe("verifyDelivery", () => {
  const headers = {
    "webhook-id": vector.id,
    "webhook-timestamp": String(vector.timestamp),
    "webhook-signature": vector.signature,
  };
  const given = { headers, body: vector.body, secrets: vector.secret, now };
  const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);

  test("takes plain headers, Headers, bytes and several secrets", async () => {
    const verified = { outcome: "verified", event: { test: 2_432_232_314 } };
    expect(await verifyDelivery(given)).toEqual(verified);
    expect(await verifyDelivery({ ...given, headers: new Headers(headers) })).toEqual(verified);
    expect(await verifyDelivery({ ...given, body: Buffer.from(vector.body) })).toEqual(verified);
    expect(await verifyDelivery({ ...given, secrets: [newHmacSecret(), vector.secret] })).toEqual(verified);
    const upper = { "Webhook-Id": vector.id, "Webhook-Timestamp": String(vector.timestamp) };
    const signatures = `v1,AAAA v2,${vector.signature} ${vector.signature}`;
    expect(await verifyDelivery({ ...given, headers: { ...upper, "WEBHOOK-SIGNATURE": [signatures] } })).toEqual(
      verified,
    );
  });

  test.each([
    ["another body", { body: `${vector.body} ` }, "bad_signature"],
    ["another secret", { secrets: newHmacSecret() }, "bad_signature"],
    ["no secret", { secrets: [] }, "bad_signature"],
    ["another id", { headers: { ...headers, "webhook-id": "msg_x" } }, "bad_signature"],
    ["a signature that is none", { headers: { ...headers, "webhook-signature": "v1,?? v1 v1, ," } }, "bad_signature"],
    ["no id", { headers: { ...headers, "webhook-id": undefined } }, "missing_header"],
    ["a timestamp that is none", { headers: { ...headers, "webhook-timestamp": "1e9" } }, "bad_timestamp"],
    ["an old copy", { now: after(301) }, "too_old"],
    ["one from the future", { now: after(-301) }, "too_new"],
  ])("refuses %s", async (_name, changes, reason) => {
    expect(await verifyDelivery({ ...given, ...changes })).toEqual({ outcome: "refused", reason });
  });

  test("goes by the tolerance it is given", async () => {
    expect(await verifyDelivery({ ...given, now: after(900), toleranceSeconds: 1_000 })).toMatchObject({
      outcome: "verified",
    });
  });
});
