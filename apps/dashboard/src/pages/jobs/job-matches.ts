import type { AdminJobItem } from "@darkroom/contract/admin/jobs";
import type { JobSearch } from "../../app/page-search.ts";

/** Whether a job that was just heard of belongs in a filtered list. A text search only the server can tell: then no. */
export function jobMatches(job: AdminJobItem, search: JobSearch): boolean {
  if (search.q) return false;
  return matchesWords(job, search) && matchesRanges(job, search);
}

function matchesWords(job: AdminJobItem, search: JobSearch): boolean {
  const { status, tenant_id, model, tag, error_code, batch_id } = search;
  if (status && status.length > 0 && !status.includes(job.status)) return false;
  if (tenant_id && job.tenant.id !== tenant_id) return false;
  if (model && job.model !== model) return false;
  if (tag && !job.tags.includes(tag)) return false;
  if (error_code && job.error?.code !== error_code) return false;
  return !batch_id || job.batch_id === batch_id;
}

function matchesRanges(job: AdminJobItem, search: JobSearch): boolean {
  const { cost_min_usd: min, cost_max_usd: max, created_after: after, created_before: before } = search;
  if (min !== undefined && (job.cost_usd ?? -1) < min) return false;
  if (max !== undefined && (job.cost_usd ?? Number.POSITIVE_INFINITY) > max) return false;
  const at = Date.parse(job.created_at);
  if (after && at < Date.parse(after)) return false;
  return !before || at < Date.parse(before);
}
