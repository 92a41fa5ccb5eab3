import type { JobFilterInput } from "@darkroom/contract/admin/jobs";
import type { JobSearch } from "@darkroom/core/admin/find-jobs";
import { resolveSearchText } from "@darkroom/core/admin/resolve-search-text";
import { toJobSearch } from "@darkroom/core/bulk/bulk-search";
import type { Api } from "../../../api.ts";
import type { AdminCaller } from "../../../middleware/authenticate-admin.ts";
import { type ProblemReply, problem } from "../../../reply.ts";

export type Searched = { outcome: "understood"; search: JobSearch } | { outcome: "refused"; reply: ProblemReply };

/** What a filter means in the terms of the rows. Whoever may not see prompts may not ask what is in them either. */
export async function searchJobs(
  api: Pick<Api, "reads">,
  admin: Pick<AdminCaller, "canSeePayloads">,
  filter: JobFilterInput,
): Promise<Searched> {
  if (filter.q === undefined) return { outcome: "understood", search: toJobSearch(filter, {}) };
  const text = await resolveSearchText(api.reads, filter.q);
  if (text.kind === "jobs") return { outcome: "understood", search: toJobSearch(filter, { ids: text.ids }) };
  if (text.kind === "batch") return { outcome: "understood", search: toJobSearch(filter, { batchId: text.id }) };
  if (!admin.canSeePayloads) {
    return { outcome: "refused", reply: problem("payloads_hidden", "You may search for ids, but not in prompts.") };
  }
  return { outcome: "understood", search: toJobSearch(filter, { prompt: text.text }) };
}
