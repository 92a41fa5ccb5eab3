import { type CreateEndpoint, endpointsMax } from "@darkroom/contract/endpoints";
import { type Database, type Db, query, sql } from "../db/database.ts";
import { newId } from "../ids.ts";
import type { Secrets } from "../secrets.ts";
import type { EndpointRow } from "./endpoint-row.ts";
import { addSecret } from "./signing-secrets.ts";

export type CreateEndpointResult =
  | { outcome: "created"; endpoint: EndpointRow; secret: string }
  /** The tenant has as many as it may. */
  | { outcome: "too_many" };

/** Registers an endpoint, with its secret. The url was judged by the caller (egress/check-url.ts). */
export function createEndpoint(
  db: Database,
  secrets: Secrets,
  request: { tenantId: string; endpoint: CreateEndpoint; now: Date },
): Promise<CreateEndpointResult> {
  const { tenantId, endpoint, now } = request;
  return db.$transaction(async (tx): Promise<CreateEndpointResult> => {
    if ((await countEndpoints(tx, tenantId)) >= endpointsMax) return { outcome: "too_many" };
    const id = newId("ep");
    const row = await tx.endpoint.create({
      data: {
        id,
        tenantId,
        kind: "registered",
        state: "enabled",
        url: endpoint.url,
        description: endpoint.description,
        events: [...new Set(endpoint.events)],
        ...sealHeaders(secrets, id, endpoint.headers),
        ratePerSecond: endpoint.rate_limit,
        concurrency: endpoint.concurrency,
        fifo: endpoint.fifo,
        ed25519: endpoint.ed25519,
        createdAt: now,
        updatedAt: now,
        tokensAt: now,
      },
    });
    const owner = { tenantId, endpointId: id };
    const secret = await addSecret(tx, secrets, owner, { kind: "hmac", now });
    if (endpoint.ed25519) await addSecret(tx, secrets, owner, { kind: "ed25519", now });
    return { outcome: "created", endpoint: row, secret };
  });
}

/** Under a lock, so that many creates at once do not pass the limit together. */
async function countEndpoints(tx: Pick<Db, "$queryRaw">, tenantId: string): Promise<number> {
  await query(tx, sql`select id from tenants where id = ${tenantId} for no key update`);
  const rows = await query<{ count: number }>(
    tx,
    sql`select count(*)::int as count from endpoints where tenant_id = ${tenantId} and kind = 'registered' and deleted_at is null`,
  );
  return rows[0]?.count ?? 0;
}

/** The tenant's own headers: sealed, because they may hold a password; their names may be shown. */
export function sealHeaders(secrets: Secrets, endpointId: string, headers: Record<string, string>) {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  if (names.length === 0) return { headersSealed: null, headerNames: [] };
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { headersSealed: secrets.seal(JSON.stringify(lower), endpointId), headerNames: [...new Set(names)].sort() };
}

/** Throws where they do not open. */
export function openHeaders(
  secrets: Secrets,
  { id, headersSealed }: Pick<EndpointRow, "id" | "headersSealed">,
): Record<string, string> {
  return headersSealed ? (JSON.parse(secrets.open(headersSealed, id)) as Record<string, string>) : {};
}
