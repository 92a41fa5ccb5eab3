/** A job that could start, as its tenant's line offers it. */
export type Candidate = { jobId: string; tenantId: string; model: string; queueAt: Date };

export type TenantTurn = {
  /** Virtual finish time of the tenant's last job: where its next one may start. */
  turn: number;
  /** Share relative to other tenants, above 0. */
  weight: number;
  inFlight: number;
  inFlightMax: number | null;
};

export type Room = {
  /** Jobs that may start now in all. */
  free: number;
  /** Virtual time: start of the last job that was picked. A tenant that had nothing waiting begins here, not with saved-up turns. */
  turn: number;
  tenants: ReadonlyMap<string, TenantTurn>;
  /** Jobs that may start now per model; a model that is missing has no limit of its own. */
  modelRoom: ReadonlyMap<string, number>;
};

export type Picks = { jobIds: string[]; turn: number; tenantTurns: Map<string, number> };

/**
 * Start-time fair queueing over tenants (Goyal, Vin, Cheng 1996): each job costs its tenant 1/weight of virtual time, and the job
 * whose start lies earliest goes next. Rounds over tenants follow by themselves: a newcomer starts at the present virtual time and
 * so goes before the second job of anybody's backlog, and weights 3:1 give starts 3:1. Within a tenant: by place in line.
 * Pure; `candidates` may come in any order.
 */
export function pickNext(candidates: readonly Candidate[], room: Room): Picks {
  const lines = linesOf(candidates);
  const modelRoom = new Map(room.modelRoom);
  const started = new Map<string, number>();
  const tenantTurns = new Map<string, number>();
  const picks: Picks = { jobIds: [], turn: room.turn, tenantTurns };

  const startOf = (tenantId: string) =>
    Math.max(room.turn, tenantTurns.get(tenantId) ?? room.tenants.get(tenantId)?.turn ?? 0);
  const hasRoom = (tenantId: string) => {
    const tenant = room.tenants.get(tenantId);
    const atFal = (tenant?.inFlight ?? 0) + (started.get(tenantId) ?? 0);
    return tenant !== undefined && (tenant.inFlightMax === null || atFal < tenant.inFlightMax);
  };
  while (picks.jobIds.length < room.free) {
    const next = earliest(lines, startOf, hasRoom, modelRoom);
    if (!next) break;
    const start = startOf(next.tenantId);
    tenantTurns.set(next.tenantId, start + 1 / (room.tenants.get(next.tenantId)?.weight ?? 1));
    started.set(next.tenantId, (started.get(next.tenantId) ?? 0) + 1);
    if (modelRoom.has(next.model)) modelRoom.set(next.model, (modelRoom.get(next.model) ?? 0) - 1);
    picks.turn = Math.max(picks.turn, start);
    picks.jobIds.push(next.jobId);
  }
  return picks;
}

function linesOf(candidates: readonly Candidate[]): Map<string, Candidate[]> {
  const lines = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const line = lines.get(candidate.tenantId);
    if (line) line.push(candidate);
    else lines.set(candidate.tenantId, [candidate]);
  }
  for (const line of lines.values()) line.sort(byPlace);
  return lines;
}

function byPlace(a: Candidate, b: Candidate): number {
  return a.queueAt.getTime() - b.queueAt.getTime() || (a.jobId < b.jobId ? -1 : 1);
}

/** Takes the next job out of the line whose turn it is; jobs of a model without room are passed over, not waited for. */
function earliest(
  lines: Map<string, Candidate[]>,
  startOf: (tenantId: string) => number,
  hasRoom: (tenantId: string) => boolean,
  modelRoom: ReadonlyMap<string, number>,
): Candidate | null {
  let best: { start: number; line: Candidate[]; index: number } | null = null;
  for (const [tenantId, line] of lines) {
    if (!hasRoom(tenantId)) continue;
    const index = line.findIndex(({ model }) => (modelRoom.get(model) ?? 1) > 0);
    const start = startOf(tenantId);
    const candidate = line[index];
    if (!candidate) continue;
    const rival = best?.line[best.index];
    const isEarlier = !best || start < best.start || (start === best.start && rival && byPlace(candidate, rival) < 0);
    if (isEarlier) best = { start, line, index };
  }
  return best ? (best.line.splice(best.index, 1)[0] ?? null) : null;
}
