import { type Db, query, sql } from "../db/database.ts";
import type { Circuit } from "./circuit.ts";
import type { Bucket } from "./submit-rate.ts";

/** What dispatch and explain decide from, counted from rows. */
export type RoomRows = {
  inFlight: { tenantId: string; model: string; count: number }[];
  circuits: Map<string, Circuit>;
  bucket: Bucket;
  turn: number;
  pausedAt: Date | null;
};

type Row = {
  inFlight: RoomRows["inFlight"];
  circuits: {
    scope: string;
    failures: number;
    openedAt: string | null;
    probeAt: string | null;
    reason: string | null;
  }[];
  turn: number;
  tokens: number;
  tokensAt: Date;
  slowedTo: number | null;
  blockedUntil: Date | null;
  pausedAt: Date | null;
};

/** One statement, over a few dozen rows: jobs at fal, circuits that have seen failures, and dispatch's own row. */
export async function readRoom(db: Pick<Db, "$queryRaw">): Promise<RoomRows> {
  const rows = await query<Row>(
    db,
    sql`select turn, tokens, tokens_at as "tokensAt", slowed_to as "slowedTo", blocked_until as "blockedUntil", paused_at as "pausedAt",
          (select coalesce(json_agg(f), '[]') from (
             select tenant_id as "tenantId", model, count(*)::int as count from jobs
             where state in ('submitting', 'submitted') group by tenant_id, model) f) as "inFlight",
          (select coalesce(json_agg(c), '[]') from (
             select scope, failures, opened_at as "openedAt", probe_at as "probeAt", reason from circuits) c) as circuits
        from dispatch_state where id = 1`,
  );
  const row = rows[0];
  if (!row) throw new Error("the row of dispatch_state is missing: run the migrations");
  return {
    inFlight: row.inFlight,
    circuits: new Map(row.circuits.map((circuit) => [circuit.scope, { ...circuit, ...timesOf(circuit) }])),
    bucket: { tokens: row.tokens, at: row.tokensAt, slowedTo: row.slowedTo, blockedUntil: row.blockedUntil },
    turn: row.turn,
    pausedAt: row.pausedAt,
  };
}

/** Inside JSON, times are texts. */
function timesOf({ openedAt, probeAt }: { openedAt: string | null; probeAt: string | null }) {
  return { openedAt: openedAt ? new Date(openedAt) : null, probeAt: probeAt ? new Date(probeAt) : null };
}
