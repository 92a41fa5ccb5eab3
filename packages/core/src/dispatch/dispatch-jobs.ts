import type { Database, Queries } from "../db/database.ts";
import { type Backlog, findBacklog } from "../jobs/find-backlog.ts";
import { claimJobs, type Dispatched } from "./claim-jobs.ts";
import { type CandidateRow, listCandidates } from "./list-candidates.ts";
import { dispatchLock } from "./lock-dispatch.ts";
import { type MeasuredRoom, measureRoom, type RoomLimits } from "./measure-room.ts";
import { pickNext, type TenantTurn } from "./pick-next.ts";
import { promoteDueJobs } from "./promote-due-jobs.ts";
import { type RoomRows, readRoom } from "./read-room.ts";
import { startProbes } from "./record-circuit.ts";
import { nextSubmitAt } from "./submit-rate.ts";

export type DispatchResult = {
  dispatched: Dispatched[];
  /** When to look again although nothing happens until then: the next submit token. Null: the next release or arrival will ring. */
  againAt: Date | null;
};

/** Most jobs claimed in one round: keeps the transaction short. */
const roundMax = 200;
/** Rounds that only the rate sets apart are no closer: at a high rate several jobs share one. */
const roundMs = 20;

/**
 * Fills the free slots of the fal account: counts from rows what is at fal, picks the next jobs fairly (pick-next.ts), and moves
 * them to `submitting`. Safe to call at any time by any number of processes: the lock lets one count and fill at a time. Its cost
 * depends on free slots and on lines with a backlog, never on the length of the backlog.
 */
export async function dispatchJobs(db: Database, limits: RoomLimits, now: Date): Promise<DispatchResult> {
  // Most rings find nothing to do, and need no lock to find it.
  const backlog = await findBacklog(db, now);
  if (!backlog.inLine && !backlog.due) return { dispatched: [], againAt: null };
  return db.$transact((tx) => fillRoom(tx, limits, backlog, now), { lock: dispatchLock });
}

async function fillRoom(tx: Queries, limits: RoomLimits, backlog: Backlog, now: Date): Promise<DispatchResult> {
  const rows = await readRoom(tx);
  const room = measureRoom(rows, limits, now);
  if (room.free <= 0) return { dispatched: [], againAt: room.hold?.kind === "rate" ? room.hold.until : null };
  if (backlog.due) await promoteDueJobs(tx, now);
  const dispatched = await fill(tx, { ...room, free: Math.min(room.free, roundMax) }, rows, now);
  return { dispatched, againAt: restAt(room, dispatched.length, limits, now) };
}

/** When those may follow that have a slot, and had to wait for the rate or for the next round. */
function restAt(room: MeasuredRoom, dispatched: number, { perSecondMax }: RoomLimits, now: Date): Date | null {
  if (dispatched < Math.min(room.free, roundMax) || dispatched === room.unpaced) return null;
  const next = nextSubmitAt({ ...room.bucket, tokens: room.bucket.tokens - dispatched }, perSecondMax);
  return new Date(Math.max(next.getTime(), now.getTime() + roundMs));
}

async function fill(tx: Queries, room: MeasuredRoom, { turn, circuits }: RoomRows, now: Date): Promise<Dispatched[]> {
  const closedModels = [...room.modelRoom].filter(([, free]) => free <= 0).map(([model]) => model);
  const candidates = await listCandidates(tx, { free: room.free, closedModels, now });
  const tenants = new Map(candidates.map((row) => [row.tenantId, turnOf(row, room)]));
  const picks = pickNext(candidates, { free: room.free, turn, tenants, modelRoom: room.modelRoom });
  if (picks.jobIds.length === 0) return [];
  const picked = new Set(picks.jobIds);
  const models = candidates.filter(({ jobId }) => picked.has(jobId)).map(({ model }) => model);
  if (circuits.size > 0) await startProbes(tx, models, now);
  return claimJobs(tx, picks, room.bucket, now);
}

function turnOf({ turn, weight, inFlightMax, tenantId }: CandidateRow, room: MeasuredRoom): TenantTurn {
  return { turn, weight, inFlightMax, inFlight: room.inFlightByTenant.get(tenantId) ?? 0 };
}
