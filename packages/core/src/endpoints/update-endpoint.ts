import type { UpdateEndpoint } from "@darkroom/contract/endpoints";
import { type Database, type Db, query, sql } from "../db/database.ts";
import type { Secrets } from "../secrets.ts";
import { sealHeaders } from "./create-endpoint.ts";
import type { EndpointRow } from "./endpoint-row.ts";
import { addSecret, readSecrets } from "./signing-secrets.ts";

/** Changes what was given and keeps the rest. Null if there is no such endpoint. The url was judged by the caller. */
export function updateEndpoint(
  db: Database,
  secrets: Secrets,
  request: { tenantId: string; endpointId: string; changes: UpdateEndpoint; now: Date },
): Promise<EndpointRow | null> {
  const { tenantId, endpointId, changes, now } = request;
  return db.$transaction(async (tx) => {
    const where = { id: endpointId, tenantId, kind: "registered" as const, deletedAt: null };
    const { count } = await tx.endpoint.updateMany({ where, data: columnsOf(secrets, endpointId, changes, now) });
    if (count === 0) return null;
    if (changes.fifo) await moveLines(tx, endpointId, changes.fifo);
    if (changes.ed25519) await ensureKeyPair(tx, secrets, { tenantId, endpointId }, now);
    return tx.endpoint.findUniqueOrThrow({ where: { id: endpointId } });
  });
}

function columnsOf(secrets: Secrets, endpointId: string, changes: UpdateEndpoint, now: Date) {
  const { url, description, events, headers, rate_limit, concurrency, fifo, ed25519 } = changes;
  const given = { url, description, events, ratePerSecond: rate_limit, concurrency, fifo, ed25519, updatedAt: now };
  const kept = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...kept, ...(headers ? sealHeaders(secrets, endpointId, headers) : {}) };
}

/** What waits already stands in the new order, too. */
async function moveLines(tx: Pick<Db, "$queryRaw">, endpointId: string, fifo: "none" | "job" | "endpoint") {
  const key = {
    none: sql`null`,
    job: sql`(select job_id from events where events.id = deliveries.event_id)`,
    endpoint: sql`endpoint_id`,
  }[fifo];
  await query(
    tx,
    sql`update deliveries set fifo_key = ${key} where endpoint_id = ${endpointId} and state = 'pending' returning 1`,
  );
}

async function ensureKeyPair(
  tx: Pick<Db, "$queryRaw" | "signingSecret">,
  secrets: Secrets,
  owner: { tenantId: string; endpointId: string },
  now: Date,
): Promise<void> {
  const present = await readSecrets(tx, owner, now);
  if (present.some(({ kind }) => kind === "ed25519")) return;
  await addSecret(tx, secrets, owner, { kind: "ed25519", now });
}
