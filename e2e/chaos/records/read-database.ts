import pg from "pg";

/** Postgres' record, read past Darkroom's own code: plain SQL, plain rows. */
export type DatabaseRecord = {
  jobs: JobRecord[];
  attempts: AttemptRecord[];
  outputs: OutputRecord[];
  files: { id: string; key: string; sha256: string; erased: boolean }[];
  receipts: { attemptId: string; requestId: string; verdict: string; ok: boolean; bodyKey: string | null }[];
  timeline: { jobId: string; at: string; kind: string; data: Record<string, unknown> }[];
  /** `subjectId`: what the event is about, as its payload names it. */
  events: { id: string; tenantId: string; jobId: string | null; type: string; subjectId: string | null }[];
  spend: SpendRecord[];
  budgets: { id: string; tenantId: string; apiKeyId: string | null; period: "day" | "month"; limitMicros: number }[];
  budgetUses: { budgetId: string; startsAt: string; usedMicros: number }[];
  /** Kept sums per tenant and day, and what was not added to them yet: fal may answer late, after everything had come to rest. */
  usage: UsageRecord[];
  endpoints: { id: string; tenantId: string; state: string }[];
  /** In the order of FIFO endpoints. */
  deliveries: DeliveryRecord[];
  batches: { id: string; open: number }[];
  looseObjects: { key: string }[];
};
export type SpendRecord = {
  jobId: string;
  tenantId: string;
  apiKeyId: string | null;
  round: number;
  kind: "reserve" | "settle" | "release" | "correct";
  micros: number;
  estimated: boolean;
  at: string;
};
export type UsageRecord = {
  tenantId: string;
  dimension: "total" | "model" | "key" | "tag";
  value: string;
  succeeded: number;
  failed: number;
  canceled: number;
  costMicros: number;
};
export type DeliveryRecord = {
  id: string;
  eventId: string;
  endpointId: string;
  url: string | null;
  state: string;
  attempts: number;
};
export type JobRecord = {
  id: string;
  tenantId: string;
  apiKeyId: string | null;
  batchId: string | null;
  webhookUrl: string | null;
  state: string;
  intent: string | null;
  /** When the statement that made it was committed, by Postgres' own clock. */
  madeAt: string | null;
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
  /** The identical job whose pictures it got. */
  reusedFrom: string | null;
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
  jobs: `select id, tenant_id as "tenantId", api_key_id as "apiKeyId", batch_id as "batchId", webhook_url as "webhookUrl", state, metadata->>'intent' as intent,
           (select to_json(pg_xact_commit_timestamp(t.xmin))#>>'{}' from timeline t where t.job_id = jobs.id order by seq limit 1) as "madeAt",
           reused_from as "reusedFrom", attempt, round, charged, error_code as "errorCode",
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
  events: `select id, tenant_id as "tenantId", job_id as "jobId", type, data->>'id' as "subjectId" from events order by created_at, id`,
  spend: `select e.job_id as "jobId", e.tenant_id as "tenantId", j.api_key_id as "apiKeyId", e.round, e.kind,
           e.amount_micros::float8 as micros, e.estimated, to_json(e.created_at)#>>'{}' as at
           from spend_entries e join jobs j on j.id = e.job_id order by e.id`,
  budgets: `select id, tenant_id as "tenantId", api_key_id as "apiKeyId", period, limit_micros::float8 as "limitMicros" from budgets`,
  budgetUses: `select budget_id as "budgetId", to_json(starts_at)#>>'{}' as "startsAt", used_micros::float8 as "usedMicros" from budget_uses`,
  usage: `select tenant_id as "tenantId", dimension, value, sum(succeeded)::int as succeeded, sum(failed)::int as failed,
           sum(canceled)::int as canceled, sum(cost_micros)::float8 as "costMicros"
           from (
             select tenant_id, dimension, value, succeeded, failed, canceled, cost_micros from usage_days
             union all
             select tenant_id, d.dimension, d.value, (state = 'succeeded')::int, (state = 'failed')::int, (state = 'canceled')::int, cost_micros
             from usage_entries cross join lateral (
               select 'total' as dimension, '' as value union all select 'model', model
               union all select 'key', api_key_id where api_key_id is not null union all select 'tag', unnest(tags)
             ) d
           ) each group by 1, 2, 3`,
  endpoints: `select id, tenant_id as "tenantId", state from endpoints`,
  deliveries: `select id, event_id as "eventId", endpoint_id as "endpointId", url, state, attempts from deliveries order by seq`,
  batches: `select id, open from batches`,
  looseObjects: `select key from loose_objects`,
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

/** What is still under way beside the jobs themselves: deliveries, batches to tell of, sums to add up. Null while Postgres is away. */
export async function countUnsettled(databaseUrl: string): Promise<Record<string, number> | null> {
  const statement = `select
    (select count(*)::int from deliveries d join endpoints p on p.id = d.endpoint_id where d.state = 'pending') as deliveries,
    (select count(*)::int from batches where open = 0 and announced_at is null) as batches,
    (select count(*)::int from usage_entries) as usage,
    (select count(*)::int from loose_objects) as objects`;
  const rows = await withClient(databaseUrl, async (client) => (await client.query(statement)).rows).catch(() => null);
  return rows?.[0] ?? null;
}

/**
 * As if the clock had been put forward: what waits for minutes and hours is due now. Pauses between deliveries and open circuits of
 * customers' endpoints at any time; loose objects only when no request can still be about to name one.
 */
export async function hasten(databaseUrl: string, options: { objects: boolean }): Promise<void> {
  const statements = [
    "update endpoints set probe_at = now(), blocked_until = null, slowness = 0 where opened_at is not null or slowness > 0",
    `update deliveries d set due_at = now() from endpoints p where p.id = d.endpoint_id and d.state = 'pending' and d.due_at > now()
       and (p.held_until is null or p.held_until < now())`,
    ...(options.objects ? ["update loose_objects set due_at = now() where taken_at is null"] : []),
  ];
  await withClient(databaseUrl, async (client) => {
    for (const statement of statements) await client.query(statement);
  }).catch(() => {});
}

const timeoutMs = 5_000;

async function withClient<Value>(databaseUrl: string, act: (client: pg.Client) => Promise<Value>): Promise<Value> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: timeoutMs });
  client.on("error", () => {});
  await client.connect();
  return act(client).finally(() => client.end());
}
