import pg from "pg";

const timeoutMs = 3_000;

/** What FLUSHALL is to Redis: every message that BullMQ's Postgres backend holds is gone. */
export async function emptyQueue(databaseUrl: string): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
  });
  client.on("error", () => {});
  await client.connect();
  await client.query("delete from bullmq.job").finally(() => client.end());
}
