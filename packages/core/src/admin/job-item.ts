import type { AdminJobItem } from "@darkroom/contract/admin/jobs";
import { type JobErrorCode, jobErrorCatalogue } from "@darkroom/contract/job-errors";
import { microsToUsd } from "@darkroom/contract/pricing/usd";
import { raw, type Sql, sql } from "../db/database.ts";
import type { Charged } from "../generated/prisma/enums.ts";
import { isFinal, type JobState, statusOf } from "../jobs/state.ts";

/** A row of the job list. */
export type JobItemRow = {
  id: string;
  tenantId: string;
  tenantName: string;
  model: string;
  state: JobState;
  errorCode: JobErrorCode | null;
  charged: Charged | null;
  costMicros: bigint | null;
  reservedMicros: bigint;
  attempt: number;
  priority: number;
  tags: string[];
  batchId: string | null;
  images: number;
  firstOutputId: string | null;
  cancelRequestedAt: Date | null;
  erasedAt: Date | null;
  createdAt: Date;
  runAt: Date | null;
  submittedAt: Date | null;
  generatedAt: Date | null;
  finishedAt: Date | null;
  promptExcerpt: string | null;
};

const excerptChars = 160;

/** Its columns, from jobs or what has jobs' columns; no payload but the beginning of the prompt. */
export function jobItemColumns(alias: string): Sql {
  const j = raw(alias);
  return sql`${j}.id, ${j}.tenant_id as "tenantId", (select name from tenants where id = ${j}.tenant_id) as "tenantName",
    ${j}.model, ${j}.state, ${j}.error_code as "errorCode", ${j}.charged, ${j}.cost_micros as "costMicros",
    ${j}.reserved_micros as "reservedMicros", ${j}.attempt, ${j}.priority, ${j}.tags, ${j}.batch_id as "batchId",
    (select count(*)::int from outputs o where o.job_id = ${j}.id and o.stored_at is not null) as images,
    (select o.id from outputs o where o.job_id = ${j}.id and o.stored_at is not null order by o.index limit 1) as "firstOutputId",
    ${j}.cancel_requested_at as "cancelRequestedAt", ${j}.erased_at as "erasedAt", ${j}.created_at as "createdAt",
    ${j}.run_at as "runAt", ${j}.submitted_at as "submittedAt", ${j}.generated_at as "generatedAt",
    ${j}.finished_at as "finishedAt", case when ${j}.erased_at is null then left(${j}.input->>'prompt', ${excerptChars}) end as "promptExcerpt"`;
}

/** As the API shows it: with excerpt and thumbnail only for who may see payloads, and only where they are asked for. */
export function toJobItem(row: JobItemRow, options: { payloads: boolean }): AdminJobItem {
  const { errorCode } = row;
  const shown = row.state === "succeeded" && row.erasedAt === null;
  return {
    id: row.id,
    tenant: { id: row.tenantId, name: row.tenantName },
    model: row.model,
    status: statusOf(row.state),
    state: row.state,
    error: errorCode ? { code: errorCode, ...blameOf(errorCode) } : null,
    charged: row.charged,
    cost_usd: isFinal(row.state) && row.costMicros !== null ? microsToUsd(Number(row.costMicros)) : null,
    reserved_usd: microsToUsd(Number(row.reservedMicros)),
    attempts: row.attempt,
    priority: row.priority,
    tags: row.tags,
    batch_id: row.batchId,
    images: row.images,
    cancel_requested: row.cancelRequestedAt !== null,
    deleted: row.erasedAt !== null,
    created_at: row.createdAt.toISOString(),
    run_at: row.runAt?.toISOString() ?? null,
    submitted_at: row.submittedAt?.toISOString() ?? null,
    generated_at: row.generatedAt?.toISOString() ?? null,
    finished_at: row.finishedAt?.toISOString() ?? null,
    ...(options.payloads
      ? {
          prompt_excerpt: row.promptExcerpt ?? "",
          thumbnail_url: shown && row.firstOutputId ? outputThumbnailPath(row.firstOutputId) : null,
        }
      : {}),
  };
}

export function outputThumbnailPath(outputId: string): string {
  return `/admin/api/outputs/${outputId}/thumbnail`;
}

function blameOf(code: JobErrorCode) {
  const { blame, retryable } = jobErrorCatalogue[code];
  return { blame, retryable };
}
