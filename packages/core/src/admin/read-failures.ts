import type { FailureGroup } from "@darkroom/contract/admin/overview";
import { type JobErrorCode, jobErrorCatalogue, jobErrorCodes } from "@darkroom/contract/job-errors";
import { type Db, empty, query, sql } from "../db/database.ts";
import { partName, partsOf } from "./stats-parts.ts";
import type { Steps } from "./stats-range.ts";

const groupsMax = 12;
const examplesMax = 3;

type ExampleRow = {
  id: string;
  code: JobErrorCode;
  tenantId: string;
  tenantName: string;
  model: string;
  message: string | null;
  at: Date;
};

/** Failures of a range grouped by error code, most frequent first, each with its latest jobs. Counted from the kept sums. */
export async function readFailures(
  db: Pick<Db, "$queryRaw">,
  steps: Steps,
  options: { tenantId: string | null; payloads: boolean },
): Promise<FailureGroup[]> {
  const tenant = options.tenantId === null ? null : { id: options.tenantId, names: jobErrorCodes };
  const counts = await query<{ code: JobErrorCode; count: number }>(
    db,
    sql`select ${partName(tenant)} as code, sum(failed)::int as count from stats
        where ${partsOf(steps, "error", tenant)}
        group by value having sum(failed) > 0 order by 2 desc, 1 limit ${groupsMax}`,
  );
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  const examples = await readExamples(
    db,
    counts.map(({ code }) => code),
    options.tenantId,
  );
  return counts.map(({ code, count }) => {
    const mine = examples.filter((example) => example.code === code);
    const { blame, retryable, meaning, remedy } = jobErrorCatalogue[code];
    const last = Math.max(...mine.map(({ at }) => at.getTime()));
    return {
      ...{ code, blame, retryable, meaning, remedy, count },
      share: count / all,
      last_at: mine.length > 0 ? new Date(last).toISOString() : null,
      examples: mine.map((example) => toExample(example, options.payloads ? example.message : null)),
    };
  });
}

function toExample({ id, code, tenantId, tenantName, model, at }: ExampleRow, message: string | null) {
  return {
    job_id: id,
    tenant: { id: tenantId, name: tenantName },
    model,
    // fal's own words may repeat the prompt.
    message: message ?? jobErrorCatalogue[code].meaning,
    at: at.toISOString(),
  };
}

function readExamples(
  db: Pick<Db, "$queryRaw">,
  codes: readonly string[],
  tenantId: string | null,
): Promise<ExampleRow[]> {
  const ofTenant = tenantId === null ? empty : sql`and tenant_id = ${tenantId}`;
  return query<ExampleRow>(
    db,
    sql`select j.id, c.code, j.tenant_id as "tenantId", t.name as "tenantName", j.model, j.error->>'message' as message, j.finished_at as at
        from unnest(${[...codes]}::text[]) as c(code) cross join lateral (
          select * from jobs where error_code = c.code ${ofTenant} order by id desc limit ${examplesMax}) j
        join tenants t on t.id = j.tenant_id`,
  );
}
