import type { SpendReport } from "@darkroom/contract/admin/spend";
import { microsToUsd } from "@darkroom/contract/pricing/usd";
import { type Db, empty, query, type Sql, sql } from "../db/database.ts";

export type SpendOptions = { from: string; to: string; tenantId: string | null };

type Sums = {
  succeeded: number;
  failed: number;
  canceled: number;
  settled: bigint;
  reserved: bigint;
  freed: bigint;
};

const tenantsMax = 100;

/** Spend by day, model and tenant, settled against reserved: from kept sums, as many rows as there are days and names. */
export async function readSpend(db: Pick<Db, "$queryRaw">, options: SpendOptions): Promise<SpendReport> {
  const { from, to, tenantId } = options;
  const [days, models, tenants, open] = await Promise.all([
    readDays(db, options),
    tenantId === null ? readModels(db, options) : readModelsOf(db, tenantId, options),
    readTenants(db, options),
    readOpen(db, tenantId),
  ]);
  const total = days.reduce(addSums, { succeeded: 0, failed: 0, canceled: 0, settled: 0n, reserved: 0n, freed: 0n });
  return {
    from,
    to,
    total: withReservations(total),
    open_usd: usd(open),
    by_day: days.map(({ day, ...sums }) => ({ day, ...withReservations(sums) })),
    by_model: models.map(({ value, ...sums }) => ({ model: value, ...toSums(sums) })),
    by_tenant: tenants.map(({ value, name, ...sums }) => ({ tenant_id: value, name, ...toSums(sums) })),
  };
}

const sumColumns = sql`sum(succeeded)::int as succeeded, sum(failed)::int as failed, sum(canceled)::int as canceled,
  sum(cost_micros)::bigint as settled, sum(reserved_micros)::bigint as reserved, sum(freed_micros)::bigint as freed`;

function within({ from, to }: SpendOptions, dimension: string): Sql {
  return sql`grain = 'day' and dimension = ${dimension} and at >= ${from}::date::timestamp at time zone 'UTC'
    and at < (${to}::date + 1)::timestamp at time zone 'UTC'`;
}

/** Every day of the range, also the empty ones. */
function readDays(db: Pick<Db, "$queryRaw">, options: SpendOptions): Promise<(Sums & { day: string })[]> {
  const { from, to, tenantId } = options;
  const dimension = tenantId === null ? "total" : "tenant";
  return query(
    db,
    sql`select to_char(d.day, 'YYYY-MM-DD') as day, coalesce(s.succeeded, 0) as succeeded, coalesce(s.failed, 0) as failed, coalesce(s.canceled, 0) as canceled,
               coalesce(s.cost_micros, 0) as settled, coalesce(s.reserved_micros, 0) as reserved, coalesce(s.freed_micros, 0) as freed
        from generate_series(${from}::date::timestamp, ${to}::date::timestamp, interval '1 day') as d(day)
        left join stats s on s.grain = 'day' and s.dimension = ${dimension} and s.value = ${tenantId ?? ""} and s.at = d.day at time zone 'UTC'
        order by 1`,
  );
}

type Named = Sums & { value: string };

function readModels(db: Pick<Db, "$queryRaw">, options: SpendOptions): Promise<Named[]> {
  return query(
    db,
    sql`select value, ${sumColumns} from stats where ${within(options, "model")} group by value order by settled desc, value`,
  );
}

/** Of one tenant they are in its own sums, which its usage report reads, too. */
function readModelsOf(db: Pick<Db, "$queryRaw">, tenantId: string, { from, to }: SpendOptions): Promise<Named[]> {
  return query(
    db,
    sql`select value, sum(succeeded)::int as succeeded, sum(failed)::int as failed, sum(canceled)::int as canceled,
               sum(cost_micros)::bigint as settled, 0::bigint as reserved, 0::bigint as freed
        from usage_days where tenant_id = ${tenantId} and dimension = 'model' and day between ${from}::date and ${to}::date
        group by value order by settled desc, value`,
  );
}

function readTenants(db: Pick<Db, "$queryRaw">, options: SpendOptions): Promise<(Named & { name: string })[]> {
  const one = options.tenantId === null ? empty : sql`and value = ${options.tenantId}`;
  return query(
    db,
    sql`select s.*, t.name from (
          select value, ${sumColumns} from stats where ${within(options, "tenant")} ${one}
          group by value order by settled desc, value limit ${tenantsMax}) s
        join tenants t on t.id = s.value order by s.settled desc, t.name`,
  );
}

async function readOpen(db: Pick<Db, "$queryRaw">, tenantId: string | null): Promise<bigint> {
  const rows = await query<{ open: bigint }>(
    db,
    sql`select coalesce(sum(reserved_micros - freed_micros), 0)::bigint as open from stats
        where grain = 'day' and dimension = ${tenantId === null ? "total" : "tenant"} and value = ${tenantId ?? ""}`,
  );
  return rows[0]?.open ?? 0n;
}

function addSums(a: Sums, b: Sums): Sums {
  return {
    succeeded: a.succeeded + b.succeeded,
    failed: a.failed + b.failed,
    canceled: a.canceled + b.canceled,
    settled: a.settled + b.settled,
    reserved: a.reserved + b.reserved,
    freed: a.freed + b.freed,
  };
}

function toSums({ succeeded, failed, canceled, settled }: Sums) {
  return { succeeded, failed, canceled, settled_usd: usd(settled) };
}

function withReservations(sums: Sums) {
  return { ...toSums(sums), reserved_usd: usd(sums.reserved), released_usd: usd(sums.freed - sums.settled) };
}

function usd(micros: bigint): number {
  return microsToUsd(Number(micros));
}
