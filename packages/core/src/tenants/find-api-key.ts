import type { Db } from "../db/database.ts";
import type { ApiKey } from "../generated/prisma/client.ts";

/** The key with this SHA-256, whatever its state: the caller judges expiry and revocation by its own now. */
export function findApiKey(db: Db, hash: Uint8Array): Promise<ApiKey | null> {
  return db.apiKey.findUnique({ where: { hash: Uint8Array.from(hash) } });
}
