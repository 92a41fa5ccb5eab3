import type { JobError } from "@darkroom/contract/job-errors";
import type { TimelineKind } from "@darkroom/contract/timeline";
import { type Db, empty, join, type Queries, query, type Sql, sql } from "../db/database.ts";
import { queueAtOf } from "../dispatch/promote-due-jobs.ts";
import { jobFacts } from "../events/job-facts.ts";
import { eventWith, type Told, toldBy } from "../events/write-event.ts";
import { newId } from "../ids.ts";
import { giveBack } from "../spend/give-back.ts";
import { phaseColumns, phaseTimes } from "../stats/phase-times.ts";
import { type JobRow, jobColumns } from "./job-row.ts";
import { type JobState, statesBefore } from "./state.ts";

/** What one job brings to a move: a row of the common table expression `ticket`. */
export type Ticket = {
  /** The job's. */
  id: string;
  now: Date;
  /** When the row next needs attention; null for final states. */
  dueAt: Date | null;
  /** Data of its timeline entry. */
  line: Record<string, unknown>;
};

/**
 * One arrow of the life cycle, for one job or several. Every state is written here, but for two bulk statements: the insert of
 * create-jobs.ts and the claim of dispatch/claim-jobs.ts.
 */
export type Moves = {
  /** Of different jobs. */
  tickets: readonly Ticket[];
  /** Further columns of `ticket`, with their types. */
  columns?: Sql;
  to: JobState;
  /** States they may come from; every state that state.ts allows unless narrowed. */
  from?: readonly JobState[];
  /** Further condition on the row, e.g. which attempt it must be at. `t` is its ticket. */
  guard?: Sql;
  /** Their place in line, in the state queued. */
  queueAt?: Sql;
  /** Further assignments. */
  set?: readonly Sql[];
  kind: TimelineKind;
  /** Further statements of the same transaction, as common table expressions that read `moved` and `ticket`. */
  also?: readonly Sql[];
  /** A further column of the result. */
  column?: Sql;
};

/**
 * Moves jobs that are where the move expects them, each with its timeline entry, in one statement.
 * Answers for every ticket the row after the move, or null if the job was elsewhere: then nothing happened to it, which is how
 * duplicate and late messages end.
 */
export async function moveJobs<Row extends JobRow = JobRow>(db: Queries, moves: Moves): Promise<(Row | null)[]> {
  const { tickets } = moves;
  const ids = tickets.map(({ id }) => id);
  const list = (parts: readonly Sql[]) => (parts.length > 0 ? sql`, ${join([...parts])}` : empty);
  // When fal took an earlier attempt says nothing about the one to come.
  const resets = moves.to === "queued" ? [sql`submitted_at = null`] : [];
  const rows = await query<Row>(
    db,
    sql`with ticket as (
          select * from jsonb_to_recordset(${JSON.stringify(tickets)}::jsonb) as t(
            id text, now timestamptz, "dueAt" timestamptz, line jsonb${moves.columns ? sql`, ${moves.columns}` : empty})
        )${tickets.length > 1 ? inOrder(ids) : empty}, moved as (
          update jobs set state = ${moves.to}::job_state, due_at = t."dueAt", queue_at = ${moves.queueAt ?? sql`null`},
            step_tries = 0${list([...resets, ...(moves.set ?? [])])}
          from ticket t ${tickets.length > 1 ? sql`join held on held.id = t.id` : empty}
          where jobs.id = any(${ids}::text[]) and jobs.id = t.id
            and jobs.state = any(${moves.from ?? statesBefore(moves.to)}::job_state[]) ${moves.guard ?? empty}
          returning jobs.*
        ), line as (
          insert into timeline (job_id, at, kind, data)
          select t.id, t.now, ${moves.kind}, t.line from ticket t join moved on moved.id = t.id order by t.id
        )${list(moves.also ?? [])}
        select ${jobColumns("moved")}${list(moves.column ? [moves.column] : [])} from moved`,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** Takes the rows one after the other, so that two statements with the same jobs never wait for each other in a circle. */
function inOrder(ids: readonly string[]): Sql {
  return sql`, held as (select id from jobs where id = any(${[...ids]}::text[]) order by id for update)`;
}

/** A move of one job. */
export type Move = Omit<Moves, "tickets" | "queueAt" | "kind"> & {
  jobId: string;
  dueAt: Date | null;
  line: { kind: TimelineKind; data?: Record<string, unknown> };
  /** What its ticket has in `columns`. */
  brings?: Record<string, unknown>;
  now: Date;
};

/** Moves one job: see moveJobs. */
export async function moveJob(db: Db, move: Move): Promise<JobRow | null> {
  const { jobId: id, dueAt, line, brings, now, ...moves } = move;
  const ticket = { ...brings, id, now, dueAt, line: line.data ?? {} };
  // A job stands in line once it may start; until then, and in every other state, it has no place.
  const queueAt = moves.to === "queued" && dueAt && dueAt <= now ? queueAtOf : sql`null`;
  const [moved] = await moveJobs(db, { ...moves, tickets: [ticket], queueAt, kind: line.kind });
  return moved ?? null;
}

/** How a job ends. `costMicros` counts when it was charged; when that is unknown the reservation stands, so that no budget is overrun. */
export type Ending =
  | { to: "succeeded"; charged: "yes"; costMicros: number }
  /** With the images of an identical job. */
  | { to: "succeeded"; charged: "no" }
  | { to: "failed"; charged: "yes"; costMicros: number; error: JobError }
  | { to: "failed" | "canceled"; charged: "no" | "unknown"; error: JobError | null }
  | { to: "canceled"; charged: "yes"; costMicros: number; error: null };

/** With the endpoints to ring for: followJob does. */
export type EndedJob = JobRow & Told;

export type EndTicket = Pick<Ticket, "id" | "now"> & { ending: Ending; line?: Record<string, unknown> };

export type Ends = Omit<Moves, "tickets" | "to" | "kind" | "column"> & {
  /** All with endings of one state. */
  tickets: readonly EndTicket[];
  /** Where the outputs are read for the event: those that this statement stores are not in their table yet. */
  outputs?: "outputs" | "picture";
};

/**
 * Ends jobs: state, money (settled or released) and the event for their tenants' systems, all in one statement.
 * A job that ended before and was opened again keeps the settlement it has (the unique key says so).
 */
export function endJobs(db: Queries, to: Ending["to"], ends: Ends): Promise<(EndedJob | null)[]> {
  const { tickets, columns, set, also, outputs, ...rest } = ends;
  return moveJobs<EndedJob>(db, {
    ...rest,
    to,
    tickets: tickets.map(endTicket),
    columns: sql`charged charged, "costMicros" bigint, error jsonb, "eventId" text${columns ? sql`, ${columns}` : empty}`,
    kind: `job.${to}`,
    set: [
      sql`charged = t.charged`,
      sql`cost_micros = coalesce(t."costMicros", reserved_micros)`,
      sql`error = t.error`,
      sql`error_code = t.error->>'code'`,
      sql`finished_at = t.now`,
      ...(set ?? []),
    ],
    also: [...(also ?? []), spendEntry, giveBack, usageEntry, event(to, outputs ?? "outputs"), leaveBatch],
    column: toldBy("moved"),
  });
}

/** Ends one job: see endJobs. */
export async function endJob(
  db: Db,
  end: Omit<Move, "to" | "dueAt" | "line" | "column"> & { ending: Ending; data?: Record<string, unknown> },
): Promise<EndedJob | null> {
  const { jobId: id, now, brings, ending, data, ...ends } = end;
  const ticket = { ...brings, id, now, ending, ...(data ? { line: data } : {}) };
  const [ended] = await endJobs(db, ending.to, { ...ends, tickets: [ticket] });
  return ended ?? null;
}

function endTicket({ ending, line, ...ticket }: EndTicket): Ticket {
  const error = "error" in ending ? ending.error : null;
  const words = error ? { code: error.code, message: error.message } : {};
  const brought = { charged: ending.charged, costMicros: costOf(ending), error, eventId: newId("evt") };
  return { ...ticket, ...brought, dueAt: null, line: { ...line, ...words } } as Ticket;
}

/** Null: what was reserved. */
function costOf(ending: Ending): number | null {
  if (ending.charged === "no") return 0;
  return ending.charged === "yes" ? ending.costMicros : null;
}

const spendEntry = sql`spend as (
  insert into spend_entries (tenant_id, job_id, round, kind, amount_micros, estimated, created_at)
  select tenant_id, id, round, (case charged when 'no' then 'release' else 'settle' end)::spend_kind,
    case charged when 'no' then reserved_micros else cost_micros end, charged = 'unknown', finished_at
  from moved order by id
  on conflict (job_id, round, kind) do nothing
  returning job_id, kind, amount_micros
)`;

/** For the usage report (spend/roll-up-usage.ts). A round that was settled before counts as a job again, but not as money. */
const usageEntry = sql`usage as (
  insert into usage_entries (tenant_id, api_key_id, model, tags, state, cost_micros, ended_at, error_code, ${phaseColumns})
  select m.tenant_id, m.api_key_id, m.model, m.tags, m.state, coalesce(s.amount_micros, 0), m.finished_at, m.error_code, ${phaseTimes("m")}
  from moved m left join spend s on s.job_id = m.id and s.kind = 'settle'
)`;

/** What the tenants are told: by every endpoint that wants it, and by a job's own webhook_url. */
function event(to: Ending["to"], outputs: "outputs" | "picture"): Sql {
  return eventWith(`job.${to}`, {
    source: sql`select t."eventId" as id, m.tenant_id, m.id as job_id, ${jobFacts("m", outputs)} as data, t.now as at
                from moved m join ticket t on t.id = m.id`,
    also: sql`select t."eventId" as event_id, m.webhook_endpoint_id as endpoint_id, m.webhook_url as url
              from moved m join ticket t on t.id = m.id where m.webhook_endpoint_id is not null`,
  });
}

/** The sweep tells of a batch once nothing of it is open (events/announce-batches.ts). */
const leaveBatch = sql`leaving as (
  select b.id, (select count(*) from moved m where m.batch_id = b.id)::int as jobs from batches b
  where b.id in (select batch_id from moved) order by b.id for no key update
), batch as (
  update batches set open = greatest(0, batches.open - leaving.jobs) from leaving where batches.id = leaving.id
)`;
