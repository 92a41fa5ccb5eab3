import { createHash, createPrivateKey, type KeyObject, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The key of an emulator that was given a directory: with it a test signs as fal does. */
export function readSigningKey(emulatorDir: string): KeyObject {
  return createPrivateKey(readFileSync(join(emulatorDir, "signing-key.pem")));
}

/** The four headers of a webhook (fal: webhooks page). */
export function signAsFal(
  key: KeyObject,
  webhook: { body: Buffer; requestId: string; now: Date },
): Record<string, string> {
  const timestamp = String(Math.floor(webhook.now.getTime() / 1000));
  const userId = "test-user";
  const digest = createHash("sha256").update(webhook.body).digest("hex");
  const message = Buffer.from([webhook.requestId, userId, timestamp, digest].join("\n"));
  return {
    "content-type": "application/json",
    "x-fal-webhook-request-id": webhook.requestId,
    "x-fal-webhook-user-id": userId,
    "x-fal-webhook-timestamp": timestamp,
    "x-fal-webhook-signature": sign(null, message, key).toString("hex"),
  };
}
