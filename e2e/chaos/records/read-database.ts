import pg from "pg";

/** Postgres' record, read past Darkroom's own code: plain SQL, plain rows. */
export type DatabaseRecord = {
  jobs: JobRecord[];
  attempts: AttemptRecord[];
  outputs: OutputRecord[];
  files: { id: string; key: string; sha256: string; erased: boolean }[];
  receipts: { attemptId: string; requestId: string; verdict: string; ok: boolean; bodyKey: string | null }[];
  timeline: { jobId: string; at: string; kind: string; data: Record<string, unknown> }[];
  events: { jobId: string; type: string }[];
  spend: { jobId: string; round: number; kind: "reserve" | "settle" | "release"; micros: number }[];
};
export type JobRecord = {
  id: string;
  tenantId: string;
  state: string;
  intent: string | null;
  attempt: number;
  round: number;
  charged: "yes" | "no" | "unknown" | null;
  errorCode: string | null;
  costMicros: number | null;
  reservedMicros: number;
  images: number;
  deadlineAt: string | null;
  finishedAt: string | null;
  dueAt: string | null;
};
export type AttemptRecord = {
  id: string;
  jobId: string;
  number: number;
  token: string;
  requestId: string | null;
  outcome: string | null;
  errorCode: string | null;
  sent: boolean;
  doubted: boolean;
};
export type OutputRecord = {
  id: string;
  jobId: string;
  index: number;
  key: string | null;
  bytes: number | null;
  sha256: string | null;
  stored: boolean;
  sourceUrl: string | null;
};

const text = {
  jobs: `select id, tenant_id as "tenantId", state, metadata->>'intent' as intent, attempt, round, charged, error_code as "errorCode",
           cost_micros::float8 as "costMicros", reserved_micros::float8 as "reservedMicros",
           coalesce((input->>'num_images')::int, 1) as images,
           to_json(deadline_at)#>>'{}' as "deadlineAt", to_json(finished_at)#>>'{}' as "finishedAt", to_json(due_at)#>>'{}' as "dueAt" from jobs`,
  attempts: `select id, job_id as "jobId", number, token, request_id as "requestId", outcome, error_code as "errorCode",
           sent_at is not null as sent, doubted_at is not null as doubted from attempts order by job_id, number`,
  outputs: `select id, job_id as "jobId", index, key, bytes::float8 as bytes, sha256, stored_at is not null as stored,
           source_url as "sourceUrl" from outputs`,
  files: `select id, key, sha256, erased_at is not null as erased from files`,
  receipts: `select attempt_id as "attemptId", request_id as "requestId", verdict, ok, body_key as "bodyKey" from fal_receipts`,
  timeline: `select job_id as "jobId", to_json(at)#>>'{}' as at, kind, data from timeline order by seq`,
  events: `select job_id as "jobId", type from events where job_id is not null`,
  spend: `select job_id as "jobId", round, kind, amount_micros::float8 as micros from spend_entries order by id`,
} as const satisfies Record<keyof DatabaseRecord, string>;

export async function readDatabase(databaseUrl: string): Promise<DatabaseRecord> {
  return withClient(databaseUrl, async (client) => {
    const tables: Record<string, unknown[]> = {};
    for (const [name, statement] of Object.entries(text)) tables[name] = (await client.query(statement)).rows;
    return tables as DatabaseRecord;
  });
}

/** How many jobs there are in which state; null while Postgres cannot be asked. */
export async function countStates(databaseUrl: string): Promise<Record<string, number> | null> {
  const statement = "select state, count(*)::int as count from jobs group by state";
  const rows = await withClient(databaseUrl, async (client) => (await client.query(statement)).rows).catch(() => null);
  return rows && Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

const timeoutMs = 5_000;

async function withClient<Value>(databaseUrl: string, act: (client: pg.Client) => Promise<Value>): Promise<Value> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: timeoutMs });
  client.on("error", () => {});
  await client.connect();
  return act(client).finally(() => client.end());
}
