import { openDatabase } from "@darkroom/core/db/database";
import { createApiKey } from "@darkroom/core/tenants/create-api-key";
import { findTenant } from "@darkroom/core/tenants/find-tenant";
import { revokeApiKey } from "@darkroom/core/tenants/revoke-api-key";
import { z } from "zod";
import { findDatabaseUrl, readRunFile } from "./find-database-url.ts";
import type { World } from "./with-database.ts";

export type FoundApi =
  /** `release` takes back what was made for the occasion. */
  { outcome: "found"; url: string; key: string; release(): Promise<void> } | { outcome: "missing"; reason: string };

type Options = { api?: string; key?: string; tenant?: string };

const runFile = z.object({ api_url: z.url(), api_key: z.string() });
/** A key that is forgotten because the command was killed ends by itself. */
const keyLifeMs = 12 * 3_600_000;

/** The API and a key to ask it with: as given, or those of the stack that runs here. With --tenant a key is made for the while. */
export async function findApi(world: World, options: Options): Promise<FoundApi> {
  const running = runFile.safeParse(readRunFile(world)).data;
  const url = (options.api ?? world.env.DARKROOM_URL ?? running?.api_url)?.replace(/\/+$/, "");
  if (!url) return missing("No API is known. Give --api or DARKROOM_URL, or start Darkroom here first (npm start).");
  if (options.tenant !== undefined) return makeKey(world, url, options.tenant);
  const key = options.key ?? world.env.DARKROOM_API_KEY ?? running?.api_key;
  if (!key) return missing("No API key is known. Give --key or DARKROOM_API_KEY, or --tenant where the database is.");
  return { outcome: "found", url, key, release: async () => {} };
}

async function makeKey(world: World, url: string, tenantName: string): Promise<FoundApi> {
  const database = findDatabaseUrl(world);
  if (database.outcome === "missing") return database;
  const db = openDatabase({ url: database.url, poolMax: 2, applicationName: "darkroom-cli" });
  const tenant = await findTenant(db, tenantName);
  if (!tenant) {
    await db.$disconnect();
    return missing(`There is no tenant ${tenantName}. Make it with: tenant create ${tenantName}`);
  }
  const now = world.now();
  const expiresAt = new Date(now.getTime() + keyLifeMs);
  const scopes = ["endpoints:read"] as const;
  const { key, row } = await createApiKey(db, { tenantId: tenant.id, name: "listen", scopes, expiresAt, now });
  const release = async () => {
    await revokeApiKey(db, { id: row.id, now: world.now() });
    await db.$disconnect();
  };
  return { outcome: "found", url, key, release };
}

function missing(reason: string): FoundApi {
  return { outcome: "missing", reason };
}
