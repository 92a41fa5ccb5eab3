import { type Database, type Queries, query, sql } from "../db/database.ts";
import { grouped } from "../db/grouped.ts";
import { type EndpointRow, endpointColumns } from "../endpoints/endpoint-row.ts";
import { type Health, isGivenUp, isWell, learn, type Verdict } from "../endpoints/health.ts";
import { disableEndpoint } from "../endpoints/transition.ts";
import { type AttemptRecord, type AttemptSet, recordAttempts } from "./transition.ts";

/** An attempt that was made: what becomes of its delivery, and what it tells about the endpoint. */
export type Outcome = { record: AttemptRecord; verdict: Verdict; gone: boolean };

export type Recorded = {
  /** Endpoints that were told of this one's end. */
  told: string[];
  disabled: "gone" | "failing" | null;
  /** What was learned of the endpoint, if anything. */
  health: Health | null;
};

/** One commit for all endpoints whose attempts ended meanwhile: it is what a lone event waits for. */
const recordTogether = grouped(async (db: Queries, sets: readonly AttemptSet[]) => {
  await recordAttempts(db, sets);
  return sets.map(() => undefined);
});

/**
 * Records attempts at one endpoint, together. While all is well that is one statement, with those of other endpoints; else the
 * endpoint's health is learned under its lock, in the same transaction.
 */
export async function recordOutcomes(
  db: Database,
  endpoint: EndpointRow,
  outcomes: readonly Outcome[],
  now: Date,
): Promise<Recorded> {
  const records = outcomes.map(({ record }) => record);
  if (isWell(endpoint) && outcomes.every(({ verdict }) => verdict.ok)) {
    await recordTogether(db, { records, now });
    return { told: [], disabled: null, health: null };
  }
  return db.$transact(async (tx) => {
    const present = await lockEndpoint(tx, endpoint.id);
    await recordAttempts(tx, [{ records, now }]);
    if (!present) return { told: [], disabled: null, health: null };
    const health = outcomes.reduce((before, { verdict }) => learn(before, verdict, now), healthOf(present));
    await writeHealth(tx, endpoint.id, health);
    const reason = reasonToDisable(present, health, outcomes, now);
    if (!reason) return { told: [], disabled: null, health };
    const { done, told } = await disableEndpoint(
      tx,
      { ...present, failingSince: health.failingSince },
      { reason, now },
    );
    return { told, disabled: done ? reason : null, health };
  });
}

/** NO KEY: job endings that name the endpoint must not wait for it. */
async function lockEndpoint(tx: Queries, endpointId: string): Promise<EndpointRow | null> {
  const rows = await query<EndpointRow>(
    tx,
    sql`select ${endpointColumns("p")} from endpoints p where p.id = ${endpointId} for no key update`,
  );
  return rows[0] ?? null;
}

async function writeHealth(tx: Queries, endpointId: string, health: Health): Promise<void> {
  const { failures, openedAt, probeAt, failingSince, slowness, slownessAt, blockedUntil } = health;
  await query(
    tx,
    sql`update endpoints set failures = ${failures}::int, opened_at = ${openedAt}::timestamptz, probe_at = ${probeAt}::timestamptz,
          failing_since = ${failingSince}::timestamptz, slowness = ${slowness}::int, slowness_at = ${slownessAt}::timestamptz,
          blocked_until = ${blockedUntil}::timestamptz
        where id = ${endpointId} returning 1`,
  );
}

function healthOf({ failures, openedAt, probeAt, failingSince, slowness, slownessAt, blockedUntil }: Health): Health {
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
