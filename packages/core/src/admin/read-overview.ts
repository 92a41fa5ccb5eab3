import type { Overview, StatsRange } from "@darkroom/contract/admin/overview";
import { microsToUsd } from "@darkroom/contract/pricing/usd";
import { type Db, query, sql } from "../db/database.ts";
import type { RoomLimits } from "../dispatch/measure-room.ts";
import { countPrevented } from "../jobs/list-doubted.ts";
import { judgeHealth } from "./judge-health.ts";
import { readFailures } from "./read-failures.ts";
import { readNow } from "./read-now.ts";
import { readStats, type Totals } from "./read-stats.ts";
import { partName, partsOf } from "./stats-parts.ts";
import { type Steps, stepsOf } from "./stats-range.ts";

export type OverviewOptions = {
  range: StatsRange;
  tenantId: string | null;
  limits: RoomLimits;
  queueReachable: boolean;
  payloads: boolean;
  now: Date;
};

/** The first page: what is true now, and the charts of a range from kept sums. Nothing here counts jobs without a bound. */
export async function readOverview(db: Db, options: OverviewOptions): Promise<Overview> {
  const { range, tenantId, limits, now } = options;
  const steps = stepsOf(range, now);
  const [present, stats, models, failures, sums, doubts] = await Promise.all([
    readNow(db, limits, now),
    readStats(db, steps, tenantId),
    readModels(db, steps, tenantId),
    readFailures(db, steps, options),
    readSums(db, now),
    readDoubts(db),
  ]);
  const { totals } = stats;
  const behindSeconds = sums.oldestUncounted
    ? Math.max(0, Math.round((now.getTime() - sums.oldestUncounted.getTime()) / 1000))
    : 0;
  const signs = {
    now: present,
    queueReachable: options.queueReachable,
    totals,
    behindSeconds,
    doubtsOpen: doubts.open,
    endpointsFailing: sums.endpointsFailing,
  };
  return {
    health: judgeHealth(signs),
    now: present,
    range,
    from: steps.from.toISOString(),
    to: now.toISOString(),
    step_seconds: steps.stepMs / 1000,
    behind_seconds: behindSeconds,
    totals: totalsOf(totals, steps),
    phases: stats.phases,
    series: stats.series,
    by_model: models,
    failures,
    spend: {
      today_usd: microsToUsd(Number(sums.today)),
      month_usd: microsToUsd(Number(sums.month)),
      reserved_usd: microsToUsd(Number(sums.open)),
    },
    doubts,
  };
}

function totalsOf({ succeeded, failed, canceled, costMicros }: Totals, steps: Steps): Overview["totals"] {
  const minutes = Math.max(1, (steps.to.getTime() - steps.from.getTime()) / 60_000);
  const judged = succeeded + failed;
  return {
    succeeded,
    failed,
    canceled,
    success_rate: judged > 0 ? succeeded / judged : null,
    per_minute: Math.round(((judged + canceled) / minutes) * 100) / 100,
    cost_usd: microsToUsd(costMicros),
  };
}

async function readModels(
  db: Pick<Db, "$queryRaw">,
  steps: Steps,
  tenantId: string | null,
): Promise<Overview["by_model"]> {
  const tenant = tenantId === null ? null : { id: tenantId, names: await readModelsOf(db, tenantId, steps) };
  const rows = await query<{ model: string; succeeded: number; failed: number; canceled: number; cost: bigint }>(
    db,
    sql`select ${partName(tenant)} as model, sum(succeeded)::int as succeeded, sum(failed)::int as failed, sum(canceled)::int as canceled,
               sum(cost_micros)::bigint as cost
        from stats where ${partsOf(steps, "model", tenant)}
        group by value order by sum(succeeded + failed + canceled) desc, value`,
  );
  return rows.map(({ cost, ...row }) => ({ ...row, cost_usd: microsToUsd(Number(cost)) }));
}

/** The models that a tenant's jobs of a range may be of. */
async function readModelsOf(db: Pick<Db, "$queryRaw">, tenantId: string, { from }: Steps): Promise<string[]> {
  const rows = await query<{ model: string }>(
    db,
    sql`select distinct value as model from usage_days
        where tenant_id = ${tenantId} and day >= (${from}::timestamptz at time zone 'UTC')::date and dimension = 'model'`,
  );
  return rows.map(({ model }) => model);
}

type Sums = {
  today: bigint;
  month: bigint;
  open: bigint;
  oldestUncounted: Date | null;
  endpointsFailing: number;
};

async function readSums(db: Pick<Db, "$queryRaw">, now: Date): Promise<Sums> {
  const rows = await query<Sums>(
    db,
    sql`select coalesce(sum(cost_micros) filter (where at = date_trunc('day', ${now}::timestamptz, 'UTC')), 0)::bigint as today,
               coalesce(sum(cost_micros) filter (where at >= date_trunc('month', ${now}::timestamptz, 'UTC')), 0)::bigint as month,
               coalesce(sum(reserved_micros - freed_micros), 0)::bigint as open,
               (select ended_at from usage_entries order by id limit 1) as "oldestUncounted",
               (select count(*)::int from endpoints where failing_since is not null and deleted_at is null) as "endpointsFailing"
        from stats where grain = 'day' and dimension = 'total'`,
  );
  return rows[0] ?? { today: 0n, month: 0n, open: 0n, oldestUncounted: null, endpointsFailing: 0 };
}

const latestMax = 5;

async function readDoubts(db: Db): Promise<Overview["doubts"]> {
  type Row = { jobId: string; tenantId: string; tenantName: string; attempt: number; doubtedAt: Date };
  const [prevented, open, latest] = await Promise.all([
    countPrevented(db),
    query<{ count: number }>(
      db,
      sql`select count(*)::int as count from attempts a join jobs j on j.id = a.job_id and j.attempt = a.number
          where a.doubted_at is not null and a.outcome = 'unknown' and j.state = 'submitting'`,
    ),
    query<Row & { requestId: string | null; prevented: boolean }>(
      db,
      sql`select a.job_id as "jobId", j.tenant_id as "tenantId", t.name as "tenantName", a.number as attempt,
                 a.doubted_at as "doubtedAt", a.request_id as "requestId", coalesce(a.outcome = 'accepted', false) as prevented
          from attempts a join jobs j on j.id = a.job_id join tenants t on t.id = j.tenant_id
          where a.doubted_at is not null order by a.doubted_at desc limit ${latestMax}`,
    ),
  ]);
  return {
    open: open[0]?.count ?? 0,
    prevented,
    latest: latest.map((row) => ({
      job_id: row.jobId,
      tenant: { id: row.tenantId, name: row.tenantName },
      attempt: row.attempt,
      doubted_at: row.doubtedAt.toISOString(),
      request_id: row.requestId,
      prevented: row.prevented,
    })),
  };
}
