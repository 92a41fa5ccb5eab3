import type { Backlog, Circuit, Now } from "@darkroom/contract/admin/overview";
import { type Db, query, sql } from "../db/database.ts";
import { stateOf } from "../dispatch/circuit.ts";
import { type MeasuredRoom, measureRoom, type RoomLimits } from "../dispatch/measure-room.ts";
import { type RoomRows, readRoom } from "../dispatch/read-room.ts";
import { waitingCountMax } from "../stats/sample-stats.ts";
import { bounded, type LaneRow, listLanes } from "./list-lanes.ts";

/** A worker that has not said anything for so long is taken for gone: it says something every five seconds. */
export const aliveWithinMs = 20_000;
/** How far jobs that are scheduled, or being copied, are counted. */
const othersCountMax = 1_000;
const backlogMax = 20;

/** What is true at this moment, counted from rows, each count with a bound: some ten milliseconds whatever waits. */
export async function readNow(db: Pick<Db, "$queryRaw" | "tenant">, limits: RoomLimits, now: Date): Promise<Now> {
  return (await readMoment(db, limits, now)).now;
}

/** The same, with what only the page of the queue shows. */
export async function readMoment(
  db: Pick<Db, "$queryRaw" | "tenant">,
  limits: RoomLimits,
  now: Date,
): Promise<{ now: Now; lanes: LaneRow[]; blockedUntil: Date | null }> {
  const [rows, lanes, counts] = await Promise.all([readRoom(db), listLanes(db), readCounts(db, now)]);
  const room = measureRoom(rows, limits, now);
  const backlog = await backlogOf(db, lanes, room.inFlightByTenant);
  const moment = toNow({ rows, lanes, counts, room, backlog }, limits, now);
  return { now: moment, lanes, blockedUntil: room.bucket.blockedUntil };
}

type Read = { rows: RoomRows; lanes: readonly LaneRow[]; counts: Counts; room: MeasuredRoom; backlog: Backlog[] };

function toNow({ rows, lanes, counts, room, backlog }: Read, limits: RoomLimits, now: Date): Now {
  const [oldest] = lanes;
  return {
    at: now.toISOString(),
    ...slotsOf(rows, limits),
    waiting: bounded(counts.waiting, waitingCountMax),
    scheduled: bounded(counts.scheduled, othersCountMax),
    copying: bounded(counts.copying, othersCountMax),
    oldest_waiting: oldest ? oldestOf(oldest) : null,
    backlog: backlog.slice(0, backlogMax),
    dispatch_paused_at: rows.pausedAt?.toISOString() ?? null,
    submits_per_second: room.bucket.slowedTo ?? limits.perSecondMax,
    submits_per_second_max: limits.perSecondMax,
    circuits: circuitsOf(rows, now),
    workers_alive: counts.workers,
  };
}

type Counts = { waiting: number; scheduled: number; copying: number; workers: number };

async function readCounts(db: Pick<Db, "$queryRaw">, now: Date): Promise<Counts> {
  const aliveSince = new Date(now.getTime() - aliveWithinMs);
  const [row] = await query<Counts>(
    db,
    sql`select
      (select count(*)::int from (select from jobs where state = 'queued' and queue_at is not null limit ${waitingCountMax}) a) as waiting,
      (select count(*)::int from (select from jobs where state = 'queued' and queue_at is null limit ${othersCountMax}) b) as scheduled,
      (select count(*)::int from (
        select from jobs where state in ('submitting', 'submitted', 'copying') and state = 'copying' limit ${othersCountMax}) c) as copying,
      (select count(*)::int from workers where last_seen_at > ${aliveSince}::timestamptz) as workers`,
  );
  return row ?? { waiting: 0, scheduled: 0, copying: 0, workers: 0 };
}

function slotsOf({ inFlight }: RoomRows, limits: RoomLimits) {
  const models = new Map<string, number>();
  for (const { model, count } of inFlight) models.set(model, (models.get(model) ?? 0) + count);
  return {
    in_flight: inFlight.reduce((sum, { count }) => sum + count, 0),
    slots: limits.slots,
    in_flight_by_model: [...models].map(([model, count]) => ({
      model,
      in_flight: count,
      slots: limits.modelSlots.get(model) ?? null,
    })),
  };
}

function oldestOf({ headJobId, tenantId, tenantName, model, oldestAt }: LaneRow): Now["oldest_waiting"] {
  return { job_id: headJobId, tenant: { id: tenantId, name: tenantName }, model, since: oldestAt.toISOString() };
}

/** Circuits that have seen failures, as the API shows them. */
function circuitsOf({ circuits }: Pick<RoomRows, "circuits">, now: Date): Circuit[] {
  return [...circuits].map(([scope, circuit]) => ({
    scope,
    state: stateOf(circuit, now),
    failures: circuit.failures,
    opened_at: circuit.openedAt?.toISOString() ?? null,
    probe_at: circuit.probeAt?.toISOString() ?? null,
    reason: circuit.reason,
  }));
}

/** Lanes put together by tenant, longest first. */
export async function backlogOf(
  db: Pick<Db, "tenant">,
  lanes: readonly LaneRow[],
  inFlight: ReadonlyMap<string, number>,
): Promise<Backlog[]> {
  const ids = [...new Set(lanes.map(({ tenantId }) => tenantId))];
  const tenants = ids.length > 0 ? await db.tenant.findMany({ where: { id: { in: ids } } }) : [];
  const rows = tenants.map((tenant): Backlog => {
    const mine = lanes.filter(({ tenantId }) => tenantId === tenant.id);
    const oldest = Math.min(...mine.map(({ oldestAt }) => oldestAt.getTime()));
    return {
      tenant: { id: tenant.id, name: tenant.name },
      waiting: {
        count: mine.reduce((sum, { waiting }) => sum + waiting.count, 0),
        capped: mine.some(({ waiting }) => waiting.capped),
      },
      oldest_at: new Date(oldest).toISOString(),
      in_flight: inFlight.get(tenant.id) ?? 0,
      in_flight_max: tenant.inFlightMax,
      weight: tenant.weight,
      paused: tenant.pausedAt !== null,
    };
  });
  return rows.sort((a, b) => b.waiting.count - a.waiting.count);
}
