import { type Scope, scopes } from "@darkroom/contract/scopes";
import type { Db } from "../db/database.ts";
import type { ApiKey } from "../generated/prisma/client.ts";
import { newId } from "../ids.ts";
import { hashApiKey, newApiKey, prefixOf } from "./api-key.ts";

export type NewApiKey = {
  tenantId: string;
  name: string;
  /** Every scope unless narrowed. */
  scopes?: readonly Scope[] | undefined;
  expiresAt?: Date | null | undefined;
  /** Requests per minute; null: RATE_LIMIT_PER_MINUTE. */
  ratePerMinute?: number | null | undefined;
  now: Date;
};

/** Makes a key. It is returned here and never again: the database keeps its hash. */
export async function createApiKey(db: Db, options: NewApiKey): Promise<{ key: string; row: ApiKey }> {
  const key = newApiKey();
  const row = await db.apiKey.create({
    data: {
      id: newId("key"),
      tenantId: options.tenantId,
      name: options.name,
      hash: Uint8Array.from(hashApiKey(key)),
      prefix: prefixOf(key),
      scopes: [...(options.scopes ?? scopes)],
      ratePerMinute: options.ratePerMinute ?? null,
      createdAt: options.now,
      expiresAt: options.expiresAt ?? null,
    },
  });
  return { key, row };
}
