import { concurrencyDefault } from "@darkroom/contract/endpoints";
import { type Database, query, sql } from "../db/database.ts";
import { newId } from "../ids.ts";
import type { Secrets } from "../secrets.ts";
import { addSecret, readSecrets } from "./signing-secrets.ts";

/**
 * The endpoint that stands for the origin of a job's webhook_url, made if it is the first: it has the limits and the circuit that
 * keep a dead receiver from costing others. Makes the tenant's default secret, too, if there is none; rotating it shows one.
 */
export async function ensureOrigin(
  db: Database,
  secrets: Secrets,
  request: { tenantId: string; url: string; now: Date },
): Promise<string> {
  const { tenantId, now } = request;
  const { origin } = new URL(request.url);
  const where = { tenantId, url: origin, kind: "job_url" as const };
  const known = await db.endpoint.findFirst({ where, select: { id: true } });
  if (known) return known.id;
  return db.$transaction(async (tx) => {
    // One at a time per tenant, so that neither origin nor secret is made twice.
    await query(tx, sql`select id from tenants where id = ${tenantId} for no key update`);
    const owner = { tenantId, endpointId: null };
    const present = await readSecrets(tx, owner, now);
    if (present.length === 0) await addSecret(tx, secrets, owner, { kind: "hmac", now });
    const made = await tx.endpoint.findFirst({ where, select: { id: true } });
    if (made) return made.id;
    const { id } = await tx.endpoint.create({
      data: {
        id: newId("ep"),
        ...where,
        state: "enabled",
        concurrency: concurrencyDefault,
        fifo: "none",
        createdAt: now,
        updatedAt: now,
        tokensAt: now,
      },
    });
    return id;
  });
}
