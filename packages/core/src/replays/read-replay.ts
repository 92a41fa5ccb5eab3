import type { Replay } from "@darkroom/contract/endpoints";
import { type Database, query, sql } from "../db/database.ts";
import type { Replay as ReplayRow } from "../generated/prisma/client.ts";

/** A replay of an endpoint, as the API shows it. */
export async function readReplay(
  db: Database,
  who: { tenantId: string; endpointId: string; replayId: string },
): Promise<Replay | null> {
  const { tenantId, endpointId, replayId: id } = who;
  const row = await db.replay.findFirst({ where: { id, tenantId, endpointId } });
  return row ? toWireReplay(db, row) : null;
}

/** Newest first; old ones go with their events. */
export async function listReplays(db: Database, who: { tenantId: string; endpointId: string }): Promise<Replay[]> {
  const rows = await db.replay.findMany({ where: who, orderBy: { id: "desc" }, take: 20 });
  return Promise.all(rows.map((row) => toWireReplay(db, row)));
}

async function toWireReplay(db: Database, row: ReplayRow): Promise<Replay> {
  const counts = await query<{ state: keyof Replay["deliveries"]; count: number }>(
    db,
    sql`select state, count(*)::int as count from deliveries where replay_id = ${row.id} group by state`,
  );
  const deliveries = { pending: 0, delivered: 0, exhausted: 0, canceled: 0 };
  for (const { state, count } of counts) deliveries[state] = count;
  return {
    id: row.id,
    endpoint_id: row.endpointId,
    state: row.state,
    since: row.since.toISOString(),
    until: row.until.toISOString(),
    only_failed: row.onlyFailed,
    progress: progressOf(row),
    created: row.created,
    deliveries,
    created_at: row.createdAt.toISOString(),
    finished_at: row.finishedAt?.toISOString() ?? null,
  };
}

/** By time, which costs no counting. */
function progressOf({ state, since, until, seenAt }: ReplayRow): number {
  if (state === "finished") return 1;
  const whole = until.getTime() - since.getTime();
  return whole <= 0 ? 0 : Math.min(1, Math.max(0, (seenAt.getTime() - since.getTime()) / whole));
}
