import { optInEventTypes } from "@darkroom/contract/events";
import { type Database, query, sql } from "../db/database.ts";
import { cancelDeliveries } from "../deliveries/transition.ts";
import { newId } from "../ids.ts";

/** The only file that writes a replay's state, but for the insert of create-replay.ts. */
type Running = {
  id: string;
  endpointId: string;
  fifo: "none" | "job" | "endpoint";
  events: string[];
  onlyFailed: boolean;
  seenAt: Date;
  seenId: string;
  until: Date;
  tenantId: string;
  live: boolean;
};

/** Deliveries of a replay that may be pending: what is new must not have to wait long behind what is old. */
const pendingMax = 200;
/** Replays gone on with per sweep. */
const replaysMax = 20;

/** Goes on with every running replay, a few deliveries at a time. Answers the endpoints that have something new to send. */
export async function advanceReplays(db: Database, now: Date): Promise<string[]> {
  const running = await query<{ id: string }>(
    db,
    sql`select id from replays where state = 'running' order by id limit ${replaysMax}`,
  );
  const told = await Promise.all(running.map(({ id }) => advance(db, id, now)));
  return [...new Set(told.flat())];
}

function advance(db: Database, replayId: string, now: Date): Promise<string[]> {
  return db.$transaction(async (tx) => {
    const [replay] = await query<Running>(
      tx,
      sql`select r.id, r.endpoint_id as "endpointId", r.tenant_id as "tenantId", r.only_failed as "onlyFailed", r.until,
            r.seen_at as "seenAt", r.seen_id as "seenId", p.fifo, p.events, (p.deleted_at is null and p.state <> 'disabled') as live
          from replays r join endpoints p on p.id = r.endpoint_id
          where r.id = ${replayId} and r.state = 'running' for update of r skip locked`,
    );
    if (!replay) return [];
    if (!replay.live) return end(tx, replayId, "canceled", now);
    const [pending] = await query<{ count: number }>(
      tx,
      sql`select count(*)::int as count from deliveries where replay_id = ${replayId} and state = 'pending'`,
    );
    const room = pendingMax - (pending?.count ?? 0);
    if (room <= 0) return [];
    const events = await nextEvents(tx, replay, room);
    const last = events.at(-1);
    if (!last) return end(tx, replayId, "finished", now);
    await deliver(tx, replay, events, now);
    await tx.replay.update({
      where: { id: replayId },
      data: {
        seenAt: last.createdAt,
        seenId: last.id,
        created: { increment: events.filter((event) => event.due).length },
      },
    });
    return [replay.endpointId];
  });
}

type Tx = Pick<Database, "$queryRaw" | "replay">;
type NextEvent = { id: string; type: string; jobId: string | null; createdAt: Date; due: boolean };

/** `due`: whether the endpoint wants it, and, where only failures are asked for, has not got it. Looks at some more than that. */
function nextEvents(tx: Tx, replay: Running, limit: number): Promise<NextEvent[]> {
  return query<NextEvent>(
    tx,
    sql`select e.id, e.type, e.job_id as "jobId", e.created_at as "createdAt",
          (e.type <> 'test.ping'
            and (e.type = any(${replay.events}::text[])
              or (${replay.events.length}::int = 0 and e.type <> all(${optInEventTypes}::text[])))
            and (not ${replay.onlyFailed}::boolean or (
              exists (select from deliveries d where d.event_id = e.id and d.endpoint_id = ${replay.endpointId})
              and not exists (select from deliveries d where d.event_id = e.id and d.endpoint_id = ${replay.endpointId}
                              and d.state in ('delivered', 'pending'))))) as due
        from events e
        where e.tenant_id = ${replay.tenantId} and (e.created_at, e.id) > (${replay.seenAt}::timestamptz, ${replay.seenId})
          and e.created_at <= ${replay.until}::timestamptz
        order by e.created_at, e.id limit ${limit}::int`,
  );
}

async function deliver(tx: Tx, replay: Running, events: readonly NextEvent[], now: Date): Promise<void> {
  const rows = events.filter(({ due }) => due);
  const keyOf = ({ jobId }: NextEvent) => ({ none: null, job: jobId, endpoint: replay.endpointId })[replay.fifo];
  await query(
    tx,
    sql`insert into deliveries (id, tenant_id, event_id, endpoint_id, type, replay_id, fifo_key, state, due_at, created_at)
        select t.id, ${replay.tenantId}, t.event_id, ${replay.endpointId}, t.type, ${replay.id}, t.fifo_key, 'pending',
          ${now}::timestamptz, ${now}::timestamptz
        from unnest(${rows.map(() => newId("dlv"))}::text[], ${rows.map(({ id }) => id)}::text[],
          ${rows.map(({ type }) => type)}::text[], ${rows.map(keyOf)}::text[]) as t(id, event_id, type, fifo_key) returning 1`,
  );
}

async function end(tx: Tx, replayId: string, state: "finished" | "canceled", now: Date): Promise<[]> {
  await tx.replay.update({ where: { id: replayId }, data: { state, finishedAt: now } });
  return [];
}

/** Stops a replay: what is pending of it is canceled. Answers whether it was running. */
export async function cancelReplay(
  db: Database,
  who: { tenantId: string; replayId: string },
  now: Date,
): Promise<boolean> {
  const { count } = await db.replay.updateMany({
    where: { id: who.replayId, tenantId: who.tenantId, state: "running" },
    data: { state: "canceled", finishedAt: now },
  });
  if (count === 0) return false;
  // At most pendingMax of them: one call has them all.
  await cancelDeliveries(db, { replayId: who.replayId }, now);
  return true;
}
