import type { KeyObject } from "node:crypto";
import { request } from "undici";
import { z } from "zod";
import type { Fal } from "./call-fal.ts";
import { rewriteFalUrl } from "./rewrite-url.ts";
import { importKey } from "./verify-webhook.ts";

/** fal's webhook keys, cached. */
export type WebhookKeys = {
  /** The keys we have, fetched if there are none or they are a day old. */
  current(now: Date): Promise<readonly KeyObject[]>;
  /** After a signature fit none: fetched anew, but at most once a minute however many forged webhooks come. Null: not yet. */
  refreshed(now: Date): Promise<readonly KeyObject[] | null>;
};

const jwksSchema = z.object({
  keys: z.array(z.object({ kty: z.string(), crv: z.string().optional(), x: z.string().optional() })),
});
/** fal: cache the JWKS for at most 24 hours. */
const maxAgeMs = 24 * 3_600_000;
const refreshEveryMs = 60_000;
const jwksBytesMax = 100_000;

export function createWebhookKeys(fal: Fal, jwksUrl: string): WebhookKeys {
  let keys: readonly KeyObject[] = [];
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<readonly KeyObject[]> | null = null;

  const refresh = (now: Date) => {
    fetching ??= fetchKeys(fal, jwksUrl)
      .then((fresh) => {
        keys = fresh;
        return fresh;
      })
      .finally(() => {
        fetchedAt = now.getTime();
        fetching = null;
      });
    return fetching;
  };
  return {
    current: async (now) => (keys.length > 0 && now.getTime() - fetchedAt < maxAgeMs ? keys : refresh(now)),
    refreshed: async (now) => (now.getTime() - fetchedAt < refreshEveryMs ? null : refresh(now)),
  };
}

async function fetchKeys(fal: Fal, jwksUrl: string): Promise<readonly KeyObject[]> {
  const startedAt = performance.now();
  const url = rewriteFalUrl(jwksUrl, fal.baseUrl);
  const response = await request(url, { dispatcher: fal.agent, signal: AbortSignal.timeout(fal.requestTimeoutMs) });
  const ms = Math.round(performance.now() - startedAt);
  fal.log.info({ call: "fal.jwks", host: new URL(url).host, status: response.statusCode, ms }, "fal call");
  if (Number(response.headers["content-length"] ?? 0) > jwksBytesMax) throw new Error("fal's JWKS is too large");
  const { keys } = jwksSchema.parse(JSON.parse((await response.body.text()).slice(0, jwksBytesMax)));
  return keys.flatMap((key) => (key.kty === "OKP" && key.x ? [importKey({ x: key.x })] : []));
}
