import { createHash, createPublicKey, type JsonWebKey, verify } from "node:crypto";
import type { Received } from "./start-receiver.ts";

const TOLERANCE_SECONDS = 300;

/** fal's published procedure, written from its webhook page and independent of the emulator's signing code. */
export async function verifyWebhook(jwksUrl: string, { headers, body }: Received): Promise<string> {
  const text = (name: string) => String(headers[`x-fal-webhook-${name}`]);
  if (Math.abs(Date.now() / 1_000 - Number(text("timestamp"))) > TOLERANCE_SECONDS) return "stale";
  const digest = createHash("sha256").update(body).digest("hex");
  const message = Buffer.from([text("request-id"), text("user-id"), text("timestamp"), digest].join("\n"));
  const { keys } = (await (await fetch(jwksUrl)).json()) as { keys: JsonWebKey[] };
  const good = keys.some((key) =>
    verify(null, message, createPublicKey({ format: "jwk", key }), Buffer.from(text("signature"), "hex")),
  );
  return good ? "good" : "bad";
}
