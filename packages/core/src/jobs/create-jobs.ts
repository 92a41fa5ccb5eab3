import { type Db, query, sql } from "../db/database.ts";
import { reserve } from "../spend/reserve.ts";
import { type JobRow, jobColumns } from "./job-row.ts";

/** A job that has passed validation and has its id, its price and its defaults. */
export type NewJob = {
  id: string;
  tenantId: string;
  apiKeyId: string | null;
  batchId: string | null;
  model: string;
  input: Record<string, unknown>;
  priority: number;
  runAt: Date | null;
  deadlineAt: Date;
  attemptsMax: number;
  maxCostMicros: number | null;
  reservedMicros: number;
  tags: string[];
  metadata: Record<string, string>;
  /** Told of its end; with the endpoint that stands for its origin (endpoints/ensure-origin.ts). */
  webhookUrl?: string | null;
  webhookEndpointId?: string | null;
};

/** An Idempotency-Key, bound to the body it came with and to the id (of a job or batch) that it will stand for. */
export type IdempotencyClaim = { tenantId: string; key: string; fingerprint: Uint8Array; resourceId: string };

export type CreateResult =
  | { outcome: "created"; jobs: JobRow[] }
  /** The key was used before with the same body: here is what it made. */
  | { outcome: "replayed"; resourceId: string }
  | { outcome: "key_reused" };

/**
 * Accepts jobs: rows, reservations, timeline and idempotency key in one statement, so that all of it happened or none.
 * When this returns `created`, the promise is made: the rows alone are enough to finish the jobs.
 */
export async function createJobs(
  db: Db,
  request: { jobs: NewJob[]; claim: IdempotencyClaim | null; now: Date },
): Promise<CreateResult> {
  const { jobs, claim, now } = request;
  const rows = await query<JobRow>(
    db,
    sql`with claimed as (${claimStatement(claim, now)}),
        new_job as (
          insert into jobs (id, tenant_id, api_key_id, batch_id, model, input, state, due_at, queue_at, priority, run_at, deadline_at,
                            attempts_max, max_cost_micros, reserved_micros, tags, metadata, webhook_url, webhook_endpoint_id, created_at)
          select r.id, r."tenantId", r."apiKeyId", r."batchId", r.model, r.input, 'queued', coalesce(r."runAt", ${now}::timestamptz),
                 case when coalesce(r."runAt", ${now}::timestamptz) <= ${now}::timestamptz
                   then coalesce(r."runAt", ${now}::timestamptz) - r.priority * interval '60 seconds' end,
                 r.priority, r."runAt", r."deadlineAt", r."attemptsMax", r."maxCostMicros", r."reservedMicros",
                 coalesce(r.tags, '{}'), r.metadata, r."webhookUrl", r."webhookEndpointId", ${now}::timestamptz
          from jsonb_to_recordset(${JSON.stringify(jobs)}::jsonb) as r(
            id text, "tenantId" text, "apiKeyId" text, "batchId" text, model text, input jsonb, priority int, "runAt" timestamptz,
            "deadlineAt" timestamptz, "attemptsMax" int, "maxCostMicros" bigint, "reservedMicros" bigint, tags text[], metadata jsonb,
            "webhookUrl" text, "webhookEndpointId" text)
          where exists (select from claimed)
          returning *
        ), ${reserve("new_job", now)}, line as (
          insert into timeline (job_id, at, kind) select id, ${now}::timestamptz, 'job.queued' from new_job
        )
        select ${jobColumns("new_job")} from new_job order by id`,
  );
  if (rows.length > 0 || jobs.length === 0 || !claim) return { outcome: "created", jobs: rows };
  return readClaim(db, claim);
}

/** One row if the jobs may be made: the key was free, or there is none. */
function claimStatement(claim: IdempotencyClaim | null, now: Date) {
  if (!claim) return sql`select`;
  return sql`insert into idempotency_keys (tenant_id, key, fingerprint, resource_id, created_at)
    values (${claim.tenantId}, ${claim.key}, ${claim.fingerprint}, ${claim.resourceId}, ${now}::timestamptz)
    on conflict (tenant_id, key) do nothing returning 1`;
}

export type EarlierUse = Exclude<CreateResult, { outcome: "created" }>;

/** What a key was used for before, and whether with this body; null if it is free. */
export async function findClaim(db: Db, claim: Omit<IdempotencyClaim, "resourceId">): Promise<EarlierUse | null> {
  const rows = await query<{ resourceId: string; same: boolean }>(
    db,
    sql`select resource_id as "resourceId", fingerprint = ${claim.fingerprint} as same
        from idempotency_keys where tenant_id = ${claim.tenantId} and key = ${claim.key}`,
  );
  const row = rows[0];
  if (!row) return null;
  return row.same ? { outcome: "replayed", resourceId: row.resourceId } : { outcome: "key_reused" };
}

async function readClaim(db: Db, claim: IdempotencyClaim): Promise<EarlierUse> {
  const earlier = await findClaim(db, claim);
  if (!earlier) throw new Error(`idempotency key vanished while it was used: tenant ${claim.tenantId}`);
  return earlier;
}
