import type { Database } from "../db/database.ts";
import type { EndpointRow } from "../endpoints/endpoint-row.ts";
import { type Health, isGivenUp, isWell, learn, type Verdict } from "../endpoints/health.ts";
import { disableEndpoint } from "../endpoints/transition.ts";
import { lockEndpoint, patience } from "./claim-deliveries.ts";
import { type AttemptRecord, recordAttempts } from "./transition.ts";

/** An attempt that was made: what becomes of its delivery, and what it tells about the endpoint. */
export type Outcome = { record: AttemptRecord; verdict: Verdict; gone: boolean };

export type Recorded = {
  /** Endpoints that were told of this one's end. */
  told: string[];
  disabled: "gone" | "failing" | null;
};

/**
 * Records attempts at one endpoint, together. While all is well that is one statement; else the endpoint's health is learned
 * under its lock, in the same transaction.
 */
export async function recordOutcomes(
  db: Database,
  endpoint: EndpointRow,
  outcomes: readonly Outcome[],
  now: Date,
): Promise<Recorded> {
  const records = outcomes.map(({ record }) => record);
  if (isWell(endpoint) && outcomes.every(({ verdict }) => verdict.ok)) {
    await recordAttempts(db, records, now);
    return { told: [], disabled: null };
  }
  return db.$transaction(async (tx) => {
    const present = await lockEndpoint(tx, endpoint.id);
    await recordAttempts(tx, records, now);
    if (!present) return { told: [], disabled: null };
    const health = outcomes.reduce<Health>((before, { verdict }) => learn(before, verdict, now), present);
    await tx.endpoint.update({ where: { id: endpoint.id }, data: healthColumns(health) });
    const reason = reasonToDisable(present, health, outcomes, now);
    if (!reason) return { told: [], disabled: null };
    const { done, told } = await disableEndpoint(
      tx,
      { ...present, failingSince: health.failingSince },
      { reason, now },
    );
    return { told, disabled: done ? reason : null };
  }, patience);
}

function healthColumns({ failures, openedAt, probeAt, failingSince, slowness, slownessAt, blockedUntil }: Health) {
  return { failures, openedAt, probeAt, failingSince, slowness, slownessAt, blockedUntil };
}

/** The origin of jobs' webhook_urls is nobody's to disable: its circuit is enough. */
function reasonToDisable(
  { kind }: EndpointRow,
  health: Health,
  outcomes: readonly Outcome[],
  now: Date,
): "gone" | "failing" | null {
  if (kind !== "registered") return null;
  if (outcomes.some(({ gone }) => gone)) return "gone";
  return isGivenUp(health, now) ? "failing" : null;
}
