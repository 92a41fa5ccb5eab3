import type { JobStatus } from "@darkroom/contract/jobs";

/**
 * The life of a job. `docs/states.md` draws this table and a test compares the two; `transition.ts` is the only file that
 * writes a state, and it only takes the arrows below.
 */
export const jobStates = ["queued", "submitting", "submitted", "copying", "succeeded", "failed", "canceled"] as const;
export type JobState = (typeof jobStates)[number];

export const transitions = {
  /** Waits for its turn, for `run_at`, or for the images of an identical job (reuse/). Owner: dispatch, or who ends that job. */
  queued: ["submitting", "succeeded", "canceled", "failed"],
  /** Claimed; fal may or may not have it. Owner: submit-job, then check-job. Its webhook can beat the reply to the submit. */
  submitting: ["submitted", "copying", "queued", "failed", "canceled"],
  /** fal has it and we know its request id. Owner: fal's webhook, else check-job. */
  submitted: ["copying", "queued", "failed", "canceled"],
  /** Generated; its images are on their way to S3. Owner: copy-output. */
  copying: ["succeeded", "failed"],
  succeeded: [],
  /** Final, but for a retry by hand: which copies again if the image exists, and otherwise queues. */
  failed: ["queued", "copying"],
  canceled: ["queued"],
} as const satisfies Record<JobState, readonly JobState[]>;

export const finalStates = ["succeeded", "failed", "canceled"] as const satisfies readonly JobState[];
/** States in which a job holds a slot of the fal account. */
export const inFlightStates = ["submitting", "submitted"] as const satisfies readonly JobState[];

export function isFinal(state: JobState): boolean {
  return (finalStates as readonly JobState[]).includes(state);
}

/** States from which `to` may be reached. */
export function statesBefore(to: JobState): JobState[] {
  return jobStates.filter((from) => (transitions[from] as readonly JobState[]).includes(to));
}

const statusByState: Record<JobState, JobStatus> = {
  queued: "queued",
  submitting: "processing",
  submitted: "processing",
  copying: "processing",
  succeeded: "succeeded",
  failed: "failed",
  canceled: "canceled",
};

/** What the API calls a state. */
export function statusOf(state: JobState): JobStatus {
  return statusByState[state];
}

/** The states behind a status, for filters. */
export function statesOf(status: JobStatus): JobState[] {
  return jobStates.filter((state) => statusByState[state] === status);
}
