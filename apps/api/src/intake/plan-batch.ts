import { createJobSchema } from "@darkroom/contract/jobs";
import type { Context } from "@darkroom/core/context";
import { newId } from "@darkroom/core/ids";
import type { BatchItemRow } from "@darkroom/core/jobs/read-batch";
import type { ProblemReply } from "../reply.ts";
import { invalid } from "../requests/check-request.ts";
import { bodyErrors } from "../requests/field-errors.ts";
import { toProblem } from "../send-reply.ts";
import type { NumberedPlan } from "./accept-jobs.ts";
import { createFileFinder, type FileFinder } from "./file-finder.ts";
import { type PlannedJob, planJob } from "./plan-job.ts";

type Means = { context: Pick<Context, "egress" | "env" | "links" | "models">; findFile: FileFinder };

/** Plans each item by itself. Those that are refused keep their reason; pointers are counted from the whole body. */
export async function planBatch(
  context: Pick<Context, "egress" | "env" | "links" | "models" | "db">,
  batch: { tenantId: string; jobs: readonly unknown[]; where: { path: string; requestId: string } },
): Promise<{ plans: NumberedPlan[]; items: BatchItemRow[] }> {
  const means = { context, findFile: createFileFinder(context, batch.tenantId) };
  const plans: NumberedPlan[] = [];
  const items: BatchItemRow[] = [];
  for (const [index, job] of batch.jobs.entries()) {
    const planned = await planItem(means, job, index);
    if (planned.outcome === "refused") {
      items.push({ problem: toProblem(planned.reply, batch.where) });
      continue;
    }
    const jobId = newId("job");
    plans.push({ jobId, plan: planned.plan });
    items.push({ job_id: jobId });
  }
  return { plans, items };
}

async function planItem(means: Means, job: unknown, index: number): Promise<PlannedJob> {
  const at = ["jobs", index];
  const parsed = createJobSchema.safeParse(job);
  if (parsed.success) return planJob(means, parsed.data, at);
  const issues = parsed.error.issues.map((issue) => ({ ...issue, path: [...at, ...issue.path] }));
  return { outcome: "refused", reply: refusal(issues, job, index) };
}

/** The whole body as the pointers see it, without the other items. */
function refusal(issues: Parameters<typeof bodyErrors>[0], job: unknown, index: number): ProblemReply {
  return invalid(bodyErrors(issues, { jobs: { [index]: job } }));
}
