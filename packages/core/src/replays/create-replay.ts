import type { Database } from "../db/database.ts";
import type { Replay } from "../generated/prisma/client.ts";
import { newId } from "../ids.ts";

/** Begins to deliver events of a time range once more; advance-replays.ts goes on with it. */
export function createReplay(
  db: Database,
  request: { tenantId: string; endpointId: string; since: Date; until: Date; onlyFailed: boolean; now: Date },
): Promise<Replay> {
  const { now, since, ...rest } = request;
  const start = { state: "running" as const, seenAt: since, seenId: "", created: 0, createdAt: now, finishedAt: null };
  return db.replay.create({ data: { id: newId("rpl"), ...rest, since, ...start } });
}
