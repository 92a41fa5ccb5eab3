import type { Event, EventType, JobFacts } from "@darkroom/contract/events";
import type { JobError } from "@darkroom/contract/job-errors";
import { microsToUsd } from "@darkroom/contract/pricing/usd";
import { isFinal, type JobState, statusOf } from "../jobs/state.ts";
import type { Links } from "../links.ts";

export type EventRow = { id: string; type: string; data: unknown; createdAt: Date };

/** As job-facts.ts wrote it. Times are Postgres' ISO text. */
type StoredFacts = {
  id: string;
  state: JobState;
  model: string;
  seed: number | null;
  error: JobError | null;
  charged: JobFacts["charged"];
  costMicros: number | null;
  attempts: number;
  tags: string[];
  metadata: Record<string, string> | null;
  batchId: string | null;
  /** Not in events of older versions. */
  reusedFrom?: string | null;
  createdAt: string;
  submittedAt: string | null;
  finishedAt: string | null;
  outputs: StoredOutput[];
};
type StoredOutput = {
  id: string;
  contentType: string;
  width: number;
  height: number;
  bytes: number;
  sha256: string;
  nsfw: boolean | null;
};

/** The payload, from the event's row alone: every attempt, every endpoint and the feed show the same. */
export function toWireEvent(row: EventRow, links: Links): Event {
  const type = row.type as EventType;
  const data = type.startsWith("job.") ? toJobFacts(row.data as StoredFacts, links) : row.data;
  return { id: row.id, type, version: 1, timestamp: row.createdAt.toISOString(), data } as Event;
}

/** An error's message repeats what fal said; a page of it is enough. */
const messageCharsMax = 1_000;

function toJobFacts(facts: StoredFacts, links: Links): JobFacts {
  return {
    id: facts.id,
    status: statusOf(facts.state),
    model: facts.model,
    outputs: facts.outputs.map((output) => toOutput(output, links)),
    // Beyond 2^53 JSON would round it: then it does not repeat the picture.
    seed: Number.isSafeInteger(facts.seed) ? facts.seed : null,
    error: facts.error && { ...facts.error, message: facts.error.message.slice(0, messageCharsMax) },
    charged: facts.charged,
    cost_usd: isFinal(facts.state) && facts.costMicros !== null ? microsToUsd(facts.costMicros) : null,
    attempts: facts.attempts,
    tags: facts.tags,
    metadata: facts.metadata,
    batch_id: facts.batchId,
    reused_from: facts.reusedFrom ?? null,
    created_at: iso(facts.createdAt),
    submitted_at: facts.submittedAt && iso(facts.submittedAt),
    finished_at: facts.finishedAt && iso(facts.finishedAt),
  };
}

function toOutput(output: StoredOutput, links: Links): JobFacts["outputs"][number] {
  return {
    id: output.id,
    url: links.outputUrl(output.id),
    content_type: output.contentType,
    width: output.width,
    height: output.height,
    bytes: output.bytes,
    sha256: output.sha256,
    nsfw: output.nsfw,
    expires_at: null,
  };
}

function iso(text: string): string {
  return new Date(text).toISOString();
}
