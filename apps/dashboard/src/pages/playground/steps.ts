import type { AdminJobDetail } from "@darkroom/contract/admin/job-detail";

export type Step = {
  label: string;
  state: "to come" | "now" | "done" | "failed";
  ms: number | null;
  /** Since when it is this step's turn. */
  since: string | null;
};

const labels = ["Waiting", "At fal", "Copying", "Stored"] as const;
const stepOfState = {
  queued: 0,
  submitting: 0,
  submitted: 1,
  copying: 2,
  succeeded: 4,
  failed: 4,
  canceled: 4,
} as const;

/** The four steps of a job, and how far it is. */
export function stepsOf({ job, phases }: Pick<AdminJobDetail, "job" | "phases">): Step[] {
  const current = stepOfState[job.state];
  const times = [phases.waiting_ms, phases.fal_ms, phases.copying_ms, null];
  const starts = [job.created_at, job.submitted_at, job.generated_at, job.finished_at];
  const hasFailed = job.state === "failed" || job.state === "canceled";
  const failedAt = times.indexOf(null);
  return labels.map((label, index) => ({
    label,
    state: stateOf(index, hasFailed ? failedAt : current, hasFailed),
    ms: times[index] ?? null,
    since: starts[index] ?? job.created_at,
  }));
}

function stateOf(index: number, current: number, hasFailed: boolean): Step["state"] {
  if (index < current) return "done";
  if (index > current) return "to come";
  return hasFailed ? "failed" : "now";
}
