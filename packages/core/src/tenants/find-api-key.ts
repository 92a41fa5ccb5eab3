import type { Db } from "../db/database.ts";
import type { ApiKey } from "../generated/prisma/client.ts";

/** A key with what its tenant may do. */
export type OwnedKey = ApiKey & { tenant: { ratePerMinute: number | null } };

/** The key with this SHA-256, whatever its state: the caller judges expiry and revocation by its own now. */
export function findApiKey(db: Db, hash: Uint8Array): Promise<OwnedKey | null> {
  const include = { tenant: { select: { ratePerMinute: true } } };
  return db.apiKey.findUnique({ where: { hash: Uint8Array.from(hash) }, include });
}
