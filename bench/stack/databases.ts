import { openDatabase } from "@darkroom/core/db/database";
import { migrate } from "@darkroom/core/db/migrate";
import { createApiKey } from "@darkroom/core/tenants/create-api-key";
import { createTenant } from "@darkroom/core/tenants/create-tenant";
import pg from "pg";
import type { Servers } from "./start-servers.ts";

/** Runs statements on a connection of their own, without the limits that serve production. */
export async function withClient<Value>(url: string, act: (client: pg.Client) => Promise<Value>): Promise<Value> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
}

let made = 0;

/** A database of its own, empty. Answers its URL. */
export async function createDatabase(servers: Servers, name: string): Promise<string> {
  made += 1;
  const database = `${name.replaceAll("-", "_")}_${made}`;
  await withClient(servers.databaseUrl(), (client) => client.query(`create database ${database}`));
  return servers.databaseUrl(database);
}

export type Tenant = { tenantId: string; apiKey: string };

/** Migrates a database of ours and makes a tenant with a key in it. */
export async function prepareDatabase(url: string): Promise<Tenant> {
  await migrate(url);
  const db = openDatabase({ url, poolMax: 2, applicationName: "bench" });
  try {
    const now = new Date();
    const { tenant } = await createTenant(db, { name: "bench", now });
    const { key } = await createApiKey(db, { tenantId: tenant.id, name: "bench", now });
    return { tenantId: tenant.id, apiKey: key };
  } finally {
    await db.$disconnect();
  }
}
