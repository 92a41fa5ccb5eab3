import { concurrencyDefault } from "@darkroom/contract/endpoints";
import { type Database, type Queries, query, sql } from "../db/database.ts";
import { grouped } from "../db/grouped.ts";
import { newId } from "../ids.ts";
import type { Secrets } from "../secrets.ts";
import { addSecret, readSecrets } from "./signing-secrets.ts";

/** Noted ahead, so that an origin in use is written to once a day and not with every job. */
const slackMs = 86_400_000;

/**
 * The endpoint that stands for the origin of a job's webhook_url, made if it is the first: it has the limits and the circuit that
 * keep a dead receiver from costing others. Makes the tenant's default secret, too, if there is none; rotating it shows one.
 * `usedUntil`: when the job has ended at the latest. Some time after that an origin is deleted (delete-unused-origins.ts).
 */
export async function ensureOrigin(
  db: Database,
  secrets: Secrets,
  request: { tenantId: string; url: string; usedUntil: Date; now: Date },
): Promise<string> {
  const { tenantId, now } = request;
  const { origin } = new URL(request.url);
  const where = { tenantId, url: origin, kind: "job_url" as const };
  const known = await findUsed(db, { tenantId, origin, usedUntil: request.usedUntil });
  if (known) return known;
  const usedUntil = new Date(request.usedUntil.getTime() + slackMs);
  return db.$transaction(async (tx) => {
    // One at a time per tenant, so that neither origin nor secret is made twice.
    await query(tx, sql`select id from tenants where id = ${tenantId} for no key update`);
    const owner = { tenantId, endpointId: null };
    const present = await readSecrets(tx, owner, now);
    if (present.length === 0) await addSecret(tx, secrets, owner, { kind: "hmac", now });
    const made = await findUsed(tx, { tenantId, origin, usedUntil: request.usedUntil });
    if (made) return made;
    const { id } = await tx.endpoint.create({
      data: {
        id: newId("ep"),
        ...where,
        state: "enabled",
        concurrency: concurrencyDefault,
        fifo: "none",
        usedUntil,
        createdAt: now,
        updatedAt: now,
        tokensAt: now,
      },
    });
    return id;
  });
}

type Use = { tenantId: string; origin: string; usedUntil: Date };

/** The origin's endpoint, if there is one, with its time of use brought forward. */
async function findUsed(db: Queries, use: Use): Promise<string | null> {
  const known = await findOrigin(db, use);
  if (!known || known.isNoted) return known?.id ?? null;
  const until = new Date(use.usedUntil.getTime() + slackMs);
  // It may have been deleted a moment ago.
  const noted = await query(
    db,
    sql`update endpoints set used_until = greatest(used_until, ${until}::timestamptz) where id = ${known.id} returning 1`,
  );
  return noted.length > 0 ? known.id : null;
}

/** Whether it is known to be in use for so long. Asked by every create with a webhook_url: one query for all that come together. */
const findOrigin = grouped(async (db: Queries, uses: readonly Use[]) => {
  const wanted = uses.map((use, place) => ({ ...use, place }));
  const rows = await query<{ place: number; id: string; isNoted: boolean }>(
    db,
    sql`select w.place, p.id, coalesce(p.used_until >= w."usedUntil", false) as "isNoted"
        from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w("tenantId" text, origin text, "usedUntil" timestamptz, place int)
        join endpoints p on p.tenant_id = w."tenantId" and p.url = w.origin and p.kind = 'job_url'`,
  );
  const found = new Map(rows.map((row) => [row.place, row]));
  return uses.map((_, place) => found.get(place) ?? null);
});
