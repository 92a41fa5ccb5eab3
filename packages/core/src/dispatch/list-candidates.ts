import { type Db, query, type Sql, sql } from "../db/database.ts";
import type { Candidate } from "./pick-next.ts";

export type CandidateRow = Candidate & { weight: number; inFlightMax: number | null; turn: number };

type CandidateOptions = { free: number; closedModels: readonly string[]; now: Date };

/**
 * The heads of all lines that may move: for each tenant and model with a backlog, its next jobs. The lines are found by hopping
 * from one to the next in the index (a loose index scan), never by reading the backlog: the cost is lines × depth.
 */
export function listCandidates(db: Pick<Db, "$queryRaw">, options: CandidateOptions): Promise<CandidateRow[]> {
  return query<CandidateRow>(db, candidateQuery(options));
}

/** By itself, so that the bench can have it explained. */
export function candidateQuery({ free, closedModels, now }: CandidateOptions): Sql {
  return sql`with recursive line(tenant_id, model) as (
          (select tenant_id, model from jobs where state = 'queued' and queue_at is not null order by tenant_id, model limit 1)
          union all
          select next.tenant_id, next.model from line, lateral (
            select j.tenant_id, j.model from jobs j
            where j.state = 'queued' and j.queue_at is not null and (j.tenant_id, j.model) > (line.tenant_id, line.model)
            order by j.tenant_id, j.model limit 1) next
        ), open_line as (
          select line.*, t.weight, t.in_flight_max, t.turn, count(*) over () as lines
          from line join tenants t on t.id = line.tenant_id
          where t.paused_at is null and line.model <> all(${[...closedModels]}::text[])
        )
        select head.id as "jobId", l.tenant_id as "tenantId", l.model, head.queue_at as "queueAt", l.weight::float8 as weight,
               l.in_flight_max as "inFlightMax", l.turn
        from open_line l cross join lateral (
          select id, queue_at from jobs
          where state = 'queued' and queue_at is not null and tenant_id = l.tenant_id and model = l.model
            and deadline_at > ${now}::timestamptz and cancel_requested_at is null
          order by queue_at, id
          -- Deep enough for a tenant that gets several times its share, and never deeper than there is room.
          limit least(${free}::int, greatest(1, (4 * ${free}::int + l.lines - 1) / l.lines))
        ) head`;
}
