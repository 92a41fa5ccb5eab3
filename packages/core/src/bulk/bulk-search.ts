import type { JobFilterInput } from "@darkroom/contract/admin/jobs";
import type { JobSearch } from "../admin/find-jobs.ts";
import type { BulkAction } from "../generated/prisma/enums.ts";
import { type JobState, statesOf } from "../jobs/state.ts";

/** The filter of a list as the rows know it. `text`: what its free text was found to mean. */
export function toJobSearch(
  filter: JobFilterInput,
  text: { ids?: readonly string[]; batchId?: string; prompt?: string },
): JobSearch {
  const time = (at: string | undefined) => (at === undefined ? undefined : new Date(at));
  const micros = (usd: number | undefined) => (usd === undefined ? undefined : Math.round(usd * 1e6));
  return {
    states: filter.status?.flatMap(statesOf),
    tenantId: filter.tenant_id,
    model: filter.model,
    tag: filter.tag,
    errorCode: filter.error_code,
    batchId: text.batchId ?? filter.batch_id,
    costMinMicros: micros(filter.cost_min_usd),
    costMaxMicros: micros(filter.cost_max_usd),
    createdAfter: time(filter.created_after),
    createdBefore: time(filter.created_before),
    prompt: text.prompt,
    ids: text.ids,
  };
}

/** In which states a job can have it done to it. */
const statesFor: Record<BulkAction, readonly JobState[]> = {
  cancel: ["queued", "submitting", "submitted"],
  retry: ["failed", "canceled"],
};

/** The same, but only of jobs that the action can be done to. */
export function narrowToAction(search: JobSearch, action: BulkAction): JobSearch {
  const states = statesFor[action].filter((state) => search.states?.includes(state) ?? true);
  return { ...search, states };
}
