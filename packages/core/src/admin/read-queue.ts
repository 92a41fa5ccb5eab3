import type { QueueState } from "@darkroom/contract/admin/queue";
import { type Database, type Db, query, sql } from "../db/database.ts";
import type { RoomLimits } from "../dispatch/measure-room.ts";
import type { WorkerProcess } from "../generated/prisma/client.ts";
import { type MessageKind, messageKinds } from "../queues/messages.ts";
import { bounded } from "./list-lanes.ts";
import { aliveWithinMs, readMoment } from "./read-now.ts";

export type QueueOptions = {
  backend: "redis" | "postgres";
  bullBoard: boolean;
  limits: RoomLimits;
  /** Messages nobody has taken, by kind; null where the queue could not be asked. */
  waiting: ReadonlyMap<MessageKind, number | null>;
  now: Date;
};

/** What the queue page shows, from rows: the queue itself is only asked how many messages wait. */
export async function readQueue(
  db: Pick<Database, "$queryRaw" | "tenant" | "workerProcess">,
  options: QueueOptions,
): Promise<QueueState> {
  const { limits, now } = options;
  const [moment, overdue, workers] = await Promise.all([
    readMoment(db, limits, now),
    readOverdue(db, now),
    db.workerProcess.findMany({ orderBy: [{ host: "asc" }, { startedAt: "asc" }] }),
  ]);
  return {
    now: moment.now,
    backend: options.backend,
    bull_board: options.bullBoard,
    doorbells: messageKinds.map((kind) => doorbellOf(kind, { options, overdue, workers })),
    blocked_until: moment.blockedUntil?.toISOString() ?? null,
    lanes: moment.lanes.map((lane) => ({
      tenant: { id: lane.tenantId, name: lane.tenantName },
      model: lane.model,
      waiting: lane.waiting,
      oldest_at: lane.oldestAt.toISOString(),
      head_job_id: lane.headJobId,
    })),
    workers: workers.map((worker) => toWorker(worker, now)),
  };
}

type Overdue = { kind: MessageKind; count: number; oldest: Date | null };

const overdueCountMax = 1_000;

/** Rows that are due and that nobody has taken, by who should. The sweep rings for them once a second. */
function readOverdue(db: Pick<Db, "$queryRaw">, now: Date): Promise<Overdue[]> {
  return query<Overdue>(
    db,
    sql`select kind, count(*)::int as count, min(due_at) as oldest from (
          select due_at, case when state = 'copying' then 'copy-output' when sent_at is null then 'submit-job' else 'check-job' end as kind
          from jobs where state in ('submitting', 'submitted', 'copying') and due_at <= ${now}::timestamptz
          order by due_at limit ${overdueCountMax}) due
        group by kind`,
  );
}

type Known = { options: QueueOptions; overdue: readonly Overdue[]; workers: readonly WorkerProcess[] };

function doorbellOf(kind: MessageKind, { options, overdue, workers }: Known): QueueState["doorbells"][number] {
  const row = overdue.find((found) => found.kind === kind);
  const ofRows = kind === "submit-job" || kind === "check-job" || kind === "copy-output";
  const consumed = workers.flatMap((worker) => (worker.consumed as Record<string, string>)[kind] ?? []);
  return {
    kind,
    waiting: options.waiting.get(kind) ?? null,
    overdue: ofRows ? bounded(row?.count ?? 0, overdueCountMax) : null,
    oldest_due_at: row?.oldest?.toISOString() ?? null,
    last_consumed_at: consumed.sort().at(-1) ?? null,
  };
}

function toWorker(worker: WorkerProcess, now: Date): QueueState["workers"][number] {
  const { id, host, pid, version, startedAt, lastSeenAt } = worker;
  return {
    ...{ id, host, pid, version },
    started_at: startedAt.toISOString(),
    last_seen_at: lastSeenAt.toISOString(),
    alive: now.getTime() - lastSeenAt.getTime() < aliveWithinMs,
  };
}
