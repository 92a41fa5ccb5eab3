import { createHash, createPublicKey, verify } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** fal's webhook signature, as fal's page on webhooks shows it; the keys are fetched once. */
export async function createVerifier(falUrl: string) {
  const reply = await fetch(`${falUrl}/rest.fal.ai/.well-known/jwks.json`);
  const { keys } = (await reply.json()) as { keys: { x: string }[] };
  const imported = keys.map(({ x }) => createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x } }));

  return (headers: IncomingHttpHeaders, body: Buffer): boolean => {
    const timestamp = Number(headers["x-fal-webhook-timestamp"]);
    if (!(Math.abs(Date.now() / 1000 - timestamp) <= 300)) return false;
    const lines = [
      headers["x-fal-webhook-request-id"],
      headers["x-fal-webhook-user-id"],
      headers["x-fal-webhook-timestamp"],
      createHash("sha256").update(body).digest("hex"),
    ];
    const message = Buffer.from(lines.join("\n"));
    const signature = Buffer.from(String(headers["x-fal-webhook-signature"]), "hex");
    return imported.some((key) => verify(null, message, key, signature));
  };
}
