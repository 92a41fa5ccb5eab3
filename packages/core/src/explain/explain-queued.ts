import type { WireHold } from "@darkroom/contract/explain";
import type { Hold, MeasuredRoom } from "../dispatch/measure-room.ts";
import type { LineRow } from "./read-line.ts";

export type QueuedJob = {
  model: string;
  tenantId: string;
  runAt: Date | null;
  dueAt: Date | null;
  queueAt: Date | null;
  attempt: number;
  /** Why its last try came to nothing. */
  lastError: string | null;
  /** The identical job whose images it waits for. */
  reusedFrom: string | null;
};

/** Everything that keeps a queued job from starting, the decisive one first. Pure. */
export function holdsOf(job: QueuedJob, room: MeasuredRoom, line: LineRow | null, now: Date): WireHold[] {
  if (job.reusedFrom) return [{ kind: "same_input", job_id: job.reusedFrom }];
  if (!line || !job.queueAt) return [waiting(job, now)];
  const inFlight = room.inFlightByTenant.get(job.tenantId) ?? 0;
  const holds: WireHold[] = [];
  if (line.tenantPausedAt) holds.push({ kind: "tenant_paused", since: line.tenantPausedAt.toISOString() });
  if (line.tenantInFlightMax !== null && inFlight >= line.tenantInFlightMax) {
    holds.push({ kind: "tenant_slots", used: inFlight, slots: line.tenantInFlightMax });
  }
  const modelHold = room.modelHolds.get(job.model);
  if (modelHold) holds.push(wireHold(modelHold, "model"));
  if (room.hold) holds.push(wireHold(room.hold, "account"));
  return holds.length > 0 ? holds : [{ kind: "turn" }];
}

function waiting(job: QueuedJob, now: Date): WireHold {
  const isScheduled = job.attempt === 0 && job.runAt !== null && job.runAt > now;
  const until = job.dueAt?.toISOString() ?? null;
  return isScheduled ? { kind: "scheduled", until } : { kind: "retry_pause", until, reason: job.lastError };
}

function wireHold(hold: Hold, scope: "account" | "model"): WireHold {
  switch (hold.kind) {
    case "paused":
      return { kind: "dispatch_paused", since: hold.since.toISOString() };
    case "slots":
      return { kind: `${scope}_slots`, used: hold.used, slots: hold.slots };
    case "rate":
      return { kind: "submit_rate", until: hold.until.toISOString() };
    case "circuit":
      return {
        kind: `${scope}_circuit`,
        since: hold.since?.toISOString() ?? null,
        until: hold.until?.toISOString() ?? null,
        reason: hold.reason,
      };
  }
}

function because({ reason }: WireHold): string {
  return reason ? `: ${reason.replace(/\.$/, "")}` : "";
}

/** The decisive hold in words. */
export function sentenceOf(hold: WireHold, model: string): string {
  switch (hold.kind) {
    case "same_input":
      return `Waits for job ${hold.job_id}, which has the same input, to finish; then it gets its images, free of charge.`;
    case "scheduled":
      return `Scheduled to start at ${hold.until}.`;
    case "retry_pause":
      return `Waits until ${hold.until} for another try, after one that failed or could not be sent${because(hold)}.`;
    case "tenant_paused":
      return `The tenant has been paused since ${hold.since}; its jobs wait until it is resumed.`;
    case "tenant_slots":
      return `The tenant's slots are all in use (${hold.used}/${hold.slots}); it starts as one gets free.`;
    case "dispatch_paused":
      return `The operator paused dispatch at ${hold.since}; nothing starts until it is resumed.`;
    case "account_circuit":
      return `fal kept failing (${hold.reason}), so nothing is sent since ${hold.since}; the next try is at ${hold.until}.`;
    case "model_circuit":
      return `${model} kept failing at fal (${hold.reason}) and rests since ${hold.since}; the next try is at ${hold.until}.`;
    case "account_slots":
      return `All slots of the fal account are in use (${hold.used}/${hold.slots}); it starts when its turn comes.`;
    case "model_slots":
      return `All slots of ${model} are in use (${hold.used}/${hold.slots}); it starts when its turn comes.`;
    case "submit_rate":
      return `As many jobs were just sent as the rate allows; the next one goes at ${hold.until}.`;
    case "turn":
      return "Nothing holds it; it starts with the next dispatch, within moments.";
  }
}
