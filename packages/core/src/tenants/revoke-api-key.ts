import type { Db } from "../db/database.ts";
import type { ApiKey } from "../generated/prisma/client.ts";

export type RevokeResult =
  | { outcome: "revoked"; row: ApiKey }
  | { outcome: "already_revoked"; row: ApiKey }
  | { outcome: "not_found" };

/** Ends a key. API processes may honour it some seconds longer: they remember keys (apps/api: authenticate). */
export async function revokeApiKey(db: Db, options: { id: string; now: Date }): Promise<RevokeResult> {
  const { id, now } = options;
  const { count } = await db.apiKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: now } });
  const row = await db.apiKey.findUnique({ where: { id } });
  if (!row) return { outcome: "not_found" };
  return { outcome: count > 0 ? "revoked" : "already_revoked", row };
}
