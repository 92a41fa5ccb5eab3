import { type JobPhase, jobPhases, type StatsPoint } from "@darkroom/contract/admin/overview";
import { microsToUsd } from "@darkroom/contract/pricing/usd";
import { type Db, query, sql } from "../db/database.ts";
import { addHistogram, countOf, percentile } from "../stats/histogram.ts";
import type { Steps } from "./stats-range.ts";

type Row = {
  at: Date;
  succeeded: number;
  failed: number;
  canceled: number;
  costMicros: bigint;
  times: Record<string, number>;
  inFlightMax: number | null;
  waitingMax: number | null;
};

export type Totals = { succeeded: number; failed: number; canceled: number; costMicros: number };
export type PhaseTimes = { phase: JobPhase; count: number; p50_ms: number | null; p95_ms: number | null };
export type Stats = { series: StatsPoint[]; totals: Totals; phases: PhaseTimes[] };

/** The charts of a range, over all tenants or of one: one row per step from the kept sums. */
export async function readStats(db: Pick<Db, "$queryRaw">, steps: Steps, tenantId: string | null): Promise<Stats> {
  const dimension = tenantId === null ? "total" : "tenant";
  const rows = await query<Row>(
    db,
    sql`select at, succeeded, failed, canceled, cost_micros as "costMicros", times, in_flight_max as "inFlightMax", waiting_max as "waitingMax"
        from stats where grain = ${steps.grain}::stats_grain and dimension = ${dimension} and value = ${tenantId ?? ""}
          -- Each step by itself: a range of times would read the rows of every tenant.
          and at = any(${steps.starts}::timestamptz[])`,
  );
  const byStart = new Map(rows.map((row) => [row.at.getTime(), row]));
  const totals = rows.reduce(addTotals, { succeeded: 0, failed: 0, canceled: 0, costMicros: 0 });
  return {
    series: steps.starts.map((at) => toPoint(at, byStart.get(at.getTime()))),
    totals,
    phases: jobPhases.map((phase) => phaseOf(rows, phase)),
  };
}

function addTotals(sum: Totals, row: Row): Totals {
  return {
    succeeded: sum.succeeded + row.succeeded,
    failed: sum.failed + row.failed,
    canceled: sum.canceled + row.canceled,
    costMicros: sum.costMicros + Number(row.costMicros),
  };
}

function toPoint(at: Date, row: Row | undefined): StatsPoint {
  return {
    at: at.toISOString(),
    succeeded: row?.succeeded ?? 0,
    failed: row?.failed ?? 0,
    canceled: row?.canceled ?? 0,
    cost_usd: microsToUsd(Number(row?.costMicros ?? 0n)),
    in_flight: row?.inFlightMax ?? null,
    waiting: row?.waitingMax ?? null,
    p95_ms: row ? percentile(histogramOf(row, "all"), 0.95) : null,
  };
}

function phaseOf(rows: readonly Row[], phase: JobPhase): PhaseTimes {
  const sum = new Map<number, number>();
  for (const row of rows) addHistogram(sum, histogramOf(row, phase));
  return { phase, count: countOf(sum), p50_ms: percentile(sum, 0.5), p95_ms: percentile(sum, 0.95) };
}

/** The buckets of one phase: its keys are "fal:31". */
function histogramOf({ times }: Row, phase: string): Map<number, number> {
  const start = `${phase}:`;
  const mine = Object.entries(times).filter(([key]) => key.startsWith(start));
  return new Map(mine.map(([key, count]) => [Number(key.slice(start.length)), count]));
}
