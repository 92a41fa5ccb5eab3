import { type Db, query, sql } from "../db/database.ts";
import { grouped } from "../db/grouped.ts";
import { reserve } from "../spend/reserve.ts";
import { type EarlierUse, findClaims, type IdempotencyClaim } from "./find-claims.ts";
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
  /** What identical jobs have in common, where that is known: a job that asks for `reuse` finds this one by it. */
  inputKey?: Uint8Array | null;
  /** Told of its end; with the endpoint that stands for its origin (endpoints/ensure-origin.ts). */
  webhookUrl?: string | null;
  webhookEndpointId?: string | null;
};

/** What one request wants made: all of it or, if its key was used before, nothing. */
export type Creation = { jobs: NewJob[]; claim: IdempotencyClaim | null; now: Date };

export type CreateResult = { outcome: "created"; jobs: JobRow[] } | EarlierUse;

/** Accepts the jobs of one request; those of requests that come together in one statement. */
export const createJobs: (db: Db, creation: Creation) => Promise<CreateResult> = grouped(createTogether);

/**
 * Accepts jobs of one or several requests: rows, reservations, timeline and idempotency keys in one statement, so that for each
 * request all of it happened or none. When this returns `created`, the promise is made: the rows alone are enough to finish the
 * jobs. One result per request, in their order; of two with the same key the first is made.
 */
export async function createTogether(db: Db, creations: readonly Creation[]): Promise<CreateResult[]> {
  const made = await insert(db, creations);
  const isMade = ({ jobs, claim }: Creation, index: number) => !claim || jobs.length === 0 || made[index]?.length;
  const refused = creations.flatMap((creation, index) => (isMade(creation, index) ? [] : (creation.claim ?? [])));
  const uses = refused.length > 0 ? await findClaims(db, refused) : [];
  return creations.map((creation, index): CreateResult => {
    if (isMade(creation, index)) return { outcome: "created", jobs: made[index] ?? [] };
    const use = uses.shift();
    if (!use) throw new Error(`idempotency key vanished while it was used: tenant ${creation.claim?.tenantId}`);
    return use;
  });
}

/** The jobs that were made, per request. */
async function insert(db: Db, creations: readonly Creation[]): Promise<JobRow[][]> {
  const jobs = creations.flatMap(({ jobs, claim, now }, request) =>
    jobs.map((job) => ({
      ...job,
      inputKey: job.inputKey ? Buffer.from(job.inputKey).toString("hex") : null,
      ...{ request, claimed: claim?.resourceId ?? null, at: now },
    })),
  );
  const rows = await query<JobRow & { request: number }>(
    db,
    sql`with claimed as (${claimStatement(creations)}),
        wanted as (
          select * from jsonb_to_recordset(${JSON.stringify(jobs)}::jsonb) as r(
            id text, "tenantId" text, "apiKeyId" text, "batchId" text, model text, input jsonb, priority int, "runAt" timestamptz,
            "deadlineAt" timestamptz, "attemptsMax" int, "maxCostMicros" bigint, "reservedMicros" bigint, tags text[], metadata jsonb,
            "inputKey" text, "webhookUrl" text, "webhookEndpointId" text, request int, claimed text, at timestamptz)
        ), new_job as (
          insert into jobs (id, tenant_id, api_key_id, batch_id, model, input, state, due_at, queue_at, priority, run_at, deadline_at,
                            attempts_max, max_cost_micros, reserved_micros, tags, metadata, input_key, webhook_url, webhook_endpoint_id, created_at)
          select r.id, r."tenantId", r."apiKeyId", r."batchId", r.model, r.input, 'queued', coalesce(r."runAt", r.at),
                 case when coalesce(r."runAt", r.at) <= r.at then coalesce(r."runAt", r.at) - r.priority * interval '60 seconds' end,
                 r.priority, r."runAt", r."deadlineAt", r."attemptsMax", r."maxCostMicros", r."reservedMicros",
                 coalesce(r.tags, '{}'), r.metadata, decode(r."inputKey", 'hex'), r."webhookUrl", r."webhookEndpointId", r.at
          from wanted r where r.claimed is null or r.claimed in (select resource_id from claimed)
          returning *
        ), ${reserve("new_job", sql`created_at`)}, line as (
          insert into timeline (job_id, at, kind) select id, created_at, 'job.queued' from new_job
        )
        select ${jobColumns("new_job")}, wanted.request from new_job join wanted on wanted.id = new_job.id order by new_job.id`,
  );
  const made = creations.map((): JobRow[] => []);
  for (const { request, ...job } of rows) made[request]?.push(job);
  return made;
}

/** One row per key that was free. In the order of the keys, so that two processes never wait for each other in a circle. */
function claimStatement(creations: readonly Creation[]) {
  const claims = creations.flatMap(({ claim, now }) => {
    if (!claim) return [];
    return { ...claim, fingerprint: Buffer.from(claim.fingerprint).toString("hex"), at: now };
  });
  return sql`insert into idempotency_keys (tenant_id, key, fingerprint, resource_id, created_at)
    select c."tenantId", c.key, decode(c.fingerprint, 'hex'), c."resourceId", c.at
    from jsonb_to_recordset(${JSON.stringify(claims)}::jsonb) as c(
      "tenantId" text, key text, fingerprint text, "resourceId" text, at timestamptz)
    order by 1, 2, 4
    on conflict (tenant_id, key) do nothing returning resource_id`;
}
