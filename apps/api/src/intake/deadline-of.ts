import type { JobPlan } from "./plan-job.ts";

/** When a job is given up. A run_at in the past is a start now: its deadline must not have passed already. */
export function deadlineOf({ request }: Pick<JobPlan, "request">, now: Date): Date {
  const runAtMs = request.run_at === undefined ? 0 : Date.parse(request.run_at);
  return new Date(Math.max(runAtMs, now.getTime()) + request.deadline_seconds * 1000);
}
