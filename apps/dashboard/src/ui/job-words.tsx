import type { AdminJobItem } from "@darkroom/contract/admin/jobs";
import { Chip, Mark, type Tone } from "./mark.tsx";

type Status = AdminJobItem["status"];

export const statusTones: Record<Status, Tone> = {
  queued: "idle",
  processing: "busy",
  succeeded: "good",
  failed: "bad",
  canceled: "idle",
};

const stateWords: Partial<Record<AdminJobItem["state"], string>> = {
  submitting: "Submitting",
  submitted: "At fal",
  copying: "Copying",
};
const statusWords: Record<Status, string> = {
  queued: "Queued",
  processing: "Processing",
  succeeded: "Succeeded",
  failed: "Failed",
  canceled: "Canceled",
};

/** Status of a job; while it is processed, what is being done. */
export function JobStatus({ job }: { job: Pick<AdminJobItem, "status" | "state" | "cancel_requested"> }) {
  const word =
    job.status === "processing" ? (stateWords[job.state] ?? statusWords.processing) : statusWords[job.status];
  const isEnding = job.cancel_requested && (job.status === "processing" || job.status === "queued");
  return (
    <Mark tone={statusTones[job.status]} pulse={job.status === "processing"}>
      {isEnding ? `${word}, canceling` : word}
    </Mark>
  );
}

export const blameWords: Record<string, string> = {
  caller: "caller",
  fal: "fal",
  account: "fal account",
  storage: "storage",
  darkroom: "Darkroom",
};

const blameTones: Record<string, Tone> = {
  caller: "idle",
  fal: "warn",
  account: "bad",
  storage: "bad",
  darkroom: "bad",
};

/** Whose fault it is. */
export function Blame({ blame }: { blame: string }) {
  return <Chip tone={blameTones[blame] ?? "idle"}>{blameWords[blame] ?? blame}</Chip>;
}

const chargedWords = { yes: "charged", no: "not charged", unknown: "charged unknown" } as const;

export function Charged({ charged }: { charged: AdminJobItem["charged"] }) {
  if (!charged) return null;
  return <Chip tone={charged === "unknown" ? "warn" : "idle"}>{chargedWords[charged]}</Chip>;
}
