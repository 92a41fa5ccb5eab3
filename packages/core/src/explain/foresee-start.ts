import type { WireHold } from "@darkroom/contract/explain";
import type { Db } from "../db/database.ts";
import { measureRoom, type RoomLimits } from "../dispatch/measure-room.ts";
import { readRoom } from "../dispatch/read-room.ts";
import { holdsOf } from "./explain-queued.ts";
import { readLine } from "./read-line.ts";

export type Foresight = { holds: WireHold[]; placeInTenant: number | null; startAt: Date | null };

/** After every id there is: a job that does not exist yet stands behind those that do. */
const lastId = "job_~";

/** What would hold a job that were created now, and when it would start: for a dry run. */
export async function foreseeStart(
  db: Pick<Db, "$queryRaw">,
  job: { tenantId: string; model: string; runAt: Date | null; priority: number },
  limits: RoomLimits,
  options: { expectedMs: number; now: Date },
): Promise<Foresight> {
  const { now, expectedMs } = options;
  const isLater = job.runAt !== null && job.runAt > now;
  const queueAt = isLater ? null : new Date(now.getTime() - job.priority * 60_000);
  const line = queueAt ? await readLine(db, { id: lastId, ...job, queueAt }) : null;
  const row = { ...job, dueAt: job.runAt ?? now, queueAt, attempt: 0, lastError: null, reusedFrom: null };
  const holds = holdsOf(row, measureRoom(await readRoom(db), limits, now), line, now);
  if (!line) return { holds, placeInTenant: null, startAt: job.runAt };
  const isFree = holds.every(({ kind }) => kind === "turn");
  const isOpen = holds.every(({ kind }) => kind === "turn" || kind === "account_slots" || kind === "submit_rate");
  const waitMs = isFree ? 0 : ((line.beforeOverall + 1) / limits.slots) * (line.recentMs ?? expectedMs);
  return { holds, placeInTenant: line.before, startAt: isOpen ? new Date(now.getTime() + waitMs) : null };
}
