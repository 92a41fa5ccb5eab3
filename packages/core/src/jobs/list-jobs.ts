import { type Db, empty, join, plannedAnew, query, type Sql, sql } from "../db/database.ts";
import { type JobRow, jobColumns } from "./job-row.ts";
import type { JobState } from "./state.ts";
import type { JobWithOutputs } from "./to-wire.ts";

export type JobFilter = {
  states?: readonly JobState[] | undefined;
  model?: string | undefined;
  tag?: string | undefined;
  errorCode?: string | undefined;
  batchId?: string | undefined;
  createdAfter?: Date | undefined;
  createdBefore?: Date | undefined;
  metadata?: Record<string, string> | undefined;
};

export type ListJobs = {
  tenantId: string;
  filter: JobFilter;
  /** Jobs older than this one. */
  beforeId: string | null;
  limit: number;
};

/**
 * A page of a tenant's jobs, newest first, and whether there are more. Ids are sortable by time, so the id is the key: a page
 * costs the same however deep it is, and a job is never shown twice or left out because others came meanwhile.
 */
export async function listJobs(db: Db, list: ListJobs): Promise<{ jobs: JobWithOutputs[]; more: boolean }> {
  const rows = await query<JobRow>(
    db,
    plannedAnew(
      sql`select ${jobColumns("j")} from jobs j
          where j.tenant_id = ${list.tenantId} ${list.beforeId ? sql`and j.id < ${list.beforeId}` : empty}
          ${conditions(list.filter)}
          order by j.id desc limit ${list.limit + 1}::int`,
    ),
  );
  const page = rows.slice(0, list.limit);
  return { jobs: await withOutputs(db, page), more: rows.length > list.limit };
}

function conditions(filter: JobFilter): Sql {
  const given: Sql[] = [];
  if (filter.states) given.push(sql`and j.state = any(${[...filter.states]}::job_state[])`);
  if (filter.model) given.push(sql`and j.model = ${filter.model}`);
  // Twice said what follows anyhow: only so does Postgres see that the partial indexes serve.
  if (filter.tag) given.push(sql`and j.tags @> array[${filter.tag}] and j.tags <> '{}'`);
  if (filter.errorCode) given.push(sql`and j.error_code = ${filter.errorCode}`);
  if (filter.batchId) given.push(sql`and j.batch_id = ${filter.batchId}`);
  if (filter.createdAfter) given.push(sql`and j.created_at > ${filter.createdAfter}::timestamptz`);
  if (filter.createdBefore) given.push(sql`and j.created_at < ${filter.createdBefore}::timestamptz`);
  if (filter.metadata) given.push(metadataHas(filter.metadata));
  return given.length > 0 ? join(given, " ") : empty;
}

function metadataHas(metadata: Record<string, string>): Sql {
  if (Object.keys(metadata).length === 0) return empty;
  return sql`and j.metadata @> ${JSON.stringify(metadata)}::jsonb and j.metadata <> '{}'`;
}

async function withOutputs(db: Db, jobs: JobRow[]): Promise<JobWithOutputs[]> {
  const succeeded = jobs.filter((job) => job.state === "succeeded").map((job) => job.id);
  const outputs =
    succeeded.length > 0
      ? await db.output.findMany({ where: { jobId: { in: succeeded } }, orderBy: { index: "asc" } })
      : [];
  return jobs.map((job) => ({ ...job, outputs: outputs.filter((output) => output.jobId === job.id) }));
}
