import type { JobError } from "@darkroom/contract/job-errors";
import type { TimelineKind } from "@darkroom/contract/timeline";
import { type Db, empty, join, query, type Sql, sql } from "../db/database.ts";
import { queueAtOf } from "../dispatch/promote-due-jobs.ts";
import { jobFacts } from "../events/job-facts.ts";
import { eventWith, type Told, toldBy } from "../events/write-event.ts";
import { giveBack } from "../spend/give-back.ts";
import { phaseColumns, phaseTimes } from "../stats/phase-times.ts";
import { type JobRow, jobColumns } from "./job-row.ts";
import { type JobState, statesBefore } from "./state.ts";

/**
 * One arrow of the life cycle. Every state is written here, one job at a time, but for two bulk statements: the insert of
 * create-jobs.ts and the claim of dispatch/claim-jobs.ts.
 */
export type Move = {
  jobId: string;
  to: JobState;
  /** States it may come from; every state that state.ts allows unless narrowed. */
  from?: readonly JobState[];
  /** Further condition on the row, e.g. which attempt it must be at. */
  guard?: Sql;
  /** When the row next needs attention; null for final states. */
  dueAt: Date | null;
  /** Further assignments. */
  set?: Sql[];
  line: { kind: TimelineKind; data?: Record<string, unknown> };
  /** Further statements of the same transaction, as common table expressions that read `moved`. */
  also?: Sql[];
  /** A further column of the result. */
  column?: Sql;
  now: Date;
};

/**
 * Moves a job if it is where the move expects it, with its timeline entry, in one statement.
 * Returns the row after the move, or null if the job was elsewhere: then nothing happened, which is how duplicate and late
 * messages end.
 */
export async function moveJob(db: Db, move: Move): Promise<JobRow | null> {
  const from = move.from ?? statesBefore(move.to);
  // When fal took an earlier attempt says nothing about the one to come.
  const resets = move.to === "queued" ? [sql`submitted_at = null`] : [];
  const assignments = [...resets, ...(move.set ?? [])];
  const set = assignments.length ? sql`, ${join(assignments)}` : empty;
  const also = move.also?.length ? sql`, ${join(move.also)}` : empty;
  const rows = await query<JobRow>(
    db,
    sql`with moved as (
          update jobs set state = ${move.to}::job_state, due_at = ${move.dueAt}::timestamptz, queue_at = ${queueAt(move)},
            step_tries = 0${set}
          where id = ${move.jobId} and state = any(${from}::job_state[]) ${move.guard ?? empty}
          returning *
        ), line as (
          insert into timeline (job_id, at, kind, data)
          select id, ${move.now}::timestamptz, ${move.line.kind}, ${JSON.stringify(move.line.data ?? {})}::jsonb from moved
        )${also}
        select ${jobColumns("moved")}${move.column ? sql`, ${move.column}` : empty} from moved`,
  );
  return rows[0] ?? null;
}

/** A job stands in line once it may start; until then, and in every other state, it has no place. */
function queueAt({ to, dueAt, now }: Move): Sql {
  return to === "queued" && dueAt && dueAt <= now ? queueAtOf : sql`null`;
}

/** How a job ends. `costMicros` counts when it was charged; when that is unknown the reservation stands, so that no budget is overrun. */
export type Ending =
  | { to: "succeeded"; charged: "yes"; costMicros: number }
  | { to: "failed"; charged: "yes"; costMicros: number; error: JobError }
  | { to: "failed" | "canceled"; charged: "no" | "unknown"; error: JobError | null }
  | { to: "canceled"; charged: "yes"; costMicros: number; error: null };

/** With the endpoints to ring for: followJob does. */
export type EndedJob = JobRow & Told;

/**
 * Ends a job: state, money (settled or released) and the event for the tenant's systems, all in one statement.
 * A job that ended before and was opened again keeps the settlement it has (the unique key says so).
 */
export async function endJob(
  db: Db,
  end: Omit<Move, "to" | "dueAt" | "line"> & { ending: Ending; data?: Record<string, unknown> },
): Promise<EndedJob | null> {
  const { ending, ...move } = end;
  const error = "error" in ending ? ending.error : null;
  const ended = await moveJob(db, {
    ...move,
    to: ending.to,
    dueAt: null,
    line: {
      kind: `job.${ending.to}`,
      data: { ...end.data, ...(error ? { code: error.code, message: error.message } : {}) },
    },
    set: [
      sql`charged = ${ending.charged}::charged`,
      sql`cost_micros = ${costOf(ending)}`,
      sql`error = ${error ? JSON.stringify(error) : null}::jsonb`,
      sql`error_code = ${error?.code ?? null}`,
      sql`finished_at = ${end.now}::timestamptz`,
      ...(move.set ?? []),
    ],
    also: [
      spendEntry(ending, end.now),
      giveBack,
      usageEntry(end.now),
      event(ending, end.now),
      leaveBatch,
      ...(move.also ?? []),
    ],
    column: toldBy,
  });
  return ended as EndedJob | null;
}

function costOf(ending: Ending): Sql {
  if (ending.charged === "no") return sql`0`;
  return ending.charged === "yes" ? sql`${ending.costMicros}::bigint` : sql`reserved_micros`;
}

function spendEntry(ending: Ending, now: Date): Sql {
  const kind = ending.charged === "no" ? "release" : "settle";
  const amount = ending.charged === "no" ? sql`reserved_micros` : sql`cost_micros`;
  return sql`spend as (
    insert into spend_entries (tenant_id, job_id, round, kind, amount_micros, estimated, created_at)
    select tenant_id, id, round, ${kind}::spend_kind, ${amount}, ${ending.charged === "unknown"}, ${now}::timestamptz from moved
    on conflict (job_id, round, kind) do nothing
    returning job_id, kind, amount_micros
  )`;
}

/** For the usage report (spend/roll-up-usage.ts). A round that was settled before counts as a job again, but not as money. */
function usageEntry(now: Date): Sql {
  return sql`usage as (
    insert into usage_entries (tenant_id, api_key_id, model, tags, state, cost_micros, ended_at, error_code, ${phaseColumns})
    select m.tenant_id, m.api_key_id, m.model, m.tags, m.state, coalesce((select amount_micros from spend where kind = 'settle'), 0), ${now}::timestamptz,
           m.error_code, ${phaseTimes("m")}
    from moved m
  )`;
}

/** What the tenant is told: by every endpoint that wants it, and by the job's own webhook_url. */
function event(ending: Ending, now: Date): Sql {
  return eventWith(`job.${ending.to}`, {
    source: sql`select tenant_id, id as job_id, ${jobFacts("moved")} as data from moved`,
    also: sql`select webhook_endpoint_id as endpoint_id, webhook_url as url from moved where webhook_endpoint_id is not null`,
    now,
  });
}

/** The sweep tells of a batch once nothing of it is open (events/announce-batches.ts). */
const leaveBatch = sql`batch as (
  update batches set open = greatest(0, open - 1) from moved where batches.id = moved.batch_id
)`;
