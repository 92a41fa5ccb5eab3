import { type Db, query, sql } from "../db/database.ts";

export const usageDimensions = ["total", "model", "key", "tag"] as const;
export type UsageDimension = (typeof usageDimensions)[number];

export type UsageRow = {
  day: string;
  value: string;
  succeeded: number;
  failed: number;
  canceled: number;
  costMicros: bigint;
};

/** A tenant's jobs and cost per day from kept sums: as many rows as there are days and values, however many jobs. Seconds behind at most. */
export function readUsage(
  db: Pick<Db, "$queryRaw">,
  options: { tenantId: string; dimension: UsageDimension; from: string; to: string },
): Promise<UsageRow[]> {
  return query<UsageRow>(
    db,
    sql`select day::text, value, succeeded, failed, canceled, cost_micros as "costMicros" from usage_days
        where tenant_id = ${options.tenantId} and dimension = ${options.dimension}
          and day between ${options.from}::date and ${options.to}::date
        order by day, value`,
  );
}
