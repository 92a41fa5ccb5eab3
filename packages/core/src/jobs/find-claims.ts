import { type Db, query, sql } from "../db/database.ts";

/** An Idempotency-Key, bound to the body it came with and to the id (of a job or batch) that it will stand for. */
export type IdempotencyClaim = { tenantId: string; key: string; fingerprint: Uint8Array; resourceId: string };
type Asked = Omit<IdempotencyClaim, "resourceId">;

export type EarlierUse =
  /** The key was used before with the same body: here is what it made. */
  { outcome: "replayed"; resourceId: string } | { outcome: "key_reused" };

/** What a key was used for before, and whether with this body; null if it is free. */
export async function findClaim(db: Pick<Db, "$queryRaw">, claim: Asked): Promise<EarlierUse | null> {
  const [use] = await findClaims(db, [claim]);
  return use ?? null;
}

/** The same for several, one answer each. */
export async function findClaims(db: Pick<Db, "$queryRaw">, claims: readonly Asked[]): Promise<(EarlierUse | null)[]> {
  const asked = claims.map(({ tenantId, key }, place) => ({ tenantId, key, place }));
  const rows = await query<{ place: number; fingerprint: Uint8Array; resourceId: string }>(
    db,
    sql`select a.place, k.fingerprint, k.resource_id as "resourceId"
        from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as a("tenantId" text, key text, place int)
        join idempotency_keys k on k.tenant_id = a."tenantId" and k.key = a.key`,
  );
  const uses = new Map(rows.map((row) => [row.place, row]));
  return claims.map(({ fingerprint }, place) => {
    const use = uses.get(place);
    if (!use) return null;
    const isSame = Buffer.compare(fingerprint, use.fingerprint) === 0;
    return isSame ? { outcome: "replayed", resourceId: use.resourceId } : { outcome: "key_reused" };
  });
}
