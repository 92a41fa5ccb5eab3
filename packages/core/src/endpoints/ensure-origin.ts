import { concurrencyDefault } from "@darkroom/contract/endpoints";
import { type Database, type Queries, query, sql } from "../db/database.ts";
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

/** The origin's endpoint, if there is one, with its time of use brought forward. */
async function findUsed(
  db: Queries,
  use: { tenantId: string; origin: string; usedUntil: Date },
): Promise<string | null> {
  const { tenantId, origin, usedUntil } = use;
  const where = sql`tenant_id = ${tenantId} and url = ${origin} and kind = 'job_url'`;
  const [known] = await query<{ id: string; isNoted: boolean }>(
    db,
    sql`select id, coalesce(used_until >= ${usedUntil}::timestamptz, false) as "isNoted" from endpoints where ${where}`,
  );
  if (!known || known.isNoted) return known?.id ?? null;
  const until = new Date(usedUntil.getTime() + slackMs);
  // It may have been deleted a moment ago.
  const noted = await query(
    db,
    sql`update endpoints set used_until = greatest(used_until, ${until}::timestamptz) where id = ${known.id} returning 1`,
  );
  return noted.length > 0 ? known.id : null;
}
