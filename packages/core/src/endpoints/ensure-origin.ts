import { concurrencyDefault } from "@darkroom/contract/endpoints";
import { type Database, type Queries, query, sql } from "../db/database.ts";
import { grouped } from "../db/grouped.ts";
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
  const known = await findOrigin(db, { tenantId, origin });
  if (known !== null) return known;
  const where = { tenantId, url: origin, kind: "job_url" as const };
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

type Origin = { tenantId: string; origin: string };

/** Asked by every create with a webhook_url: one query for all that come together. */
const findOrigin = grouped(async (db: Queries, asked: readonly Origin[]): Promise<(string | null)[]> => {
  const rows = await query<{ place: number; id: string }>(
    db,
    sql`select a.place::int, p.id from unnest(${asked.map(({ tenantId }) => tenantId)}::text[], ${asked.map(({ origin }) => origin)}::text[])
          with ordinality as a(tenant_id, url, place)
        join endpoints p on p.tenant_id = a.tenant_id and p.url = a.url and p.kind = 'job_url'`,
  );
  const ids = new Map(rows.map(({ place, id }) => [place - 1, id]));
  return asked.map((_, place) => ids.get(place) ?? null);
});
