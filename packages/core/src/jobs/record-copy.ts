import { type JobErrorCode, jobError } from "@darkroom/contract/job-errors";
import { type Db, query, sql } from "../db/database.ts";
import type { JobRow } from "./job-row.ts";
import { endJob } from "./transition.ts";

/** Why a copy is given up. */
export type CopyErrorCode = Extract<JobErrorCode, "copy_failed" | "output_expired" | "fal_unreadable">;

export type StoredOutput = {
  id: string;
  key: string;
  contentType: string;
  width: number;
  height: number;
  bytes: number;
  sha256: string;
};

/** One image is in S3 and was verified there. */
export async function recordStored(db: Db, output: StoredOutput, now: Date): Promise<void> {
  await query(
    db,
    sql`update outputs set key = ${output.key}, content_type = ${output.contentType}, width = ${output.width},
          height = ${output.height}, bytes = ${output.bytes}::bigint, sha256 = ${output.sha256}, stored_at = ${now}::timestamptz
        where id = ${output.id} and stored_at is null returning 1`,
  );
}

/** Every image is stored: the job has succeeded. Null if it had ended, or an image is still missing. */
export function recordCopied(
  db: Db,
  jobId: string,
  options: { costMicros: number; now: Date },
): Promise<JobRow | null> {
  return endJob(db, {
    jobId,
    from: ["copying"],
    guard: sql`and not exists (select from outputs where job_id = jobs.id and stored_at is null)`,
    ending: { to: "succeeded", charged: "yes", costMicros: options.costMicros },
    now: options.now,
  });
}

/** A copy failed and is tried again: only the copy, never the generation. */
export async function snoozeCopy(
  db: Db,
  jobId: string,
  failure: { reason: string; detail: Record<string, unknown>; dueAt: Date; now: Date },
): Promise<void> {
  const data = { reason: failure.reason, ...failure.detail };
  await query(
    db,
    sql`with held as (
          update jobs set step_tries = step_tries + 1, due_at = ${failure.dueAt}::timestamptz
          where id = ${jobId} and state = 'copying' returning id
        ), line as (
          insert into timeline (job_id, at, kind, data)
          select id, ${failure.now}::timestamptz, 'copy.failed', ${JSON.stringify(data)}::jsonb from held
        )
        select 1`,
  );
}

/** The copy cannot be had any more, or its budget is spent. The image was bought, so the job is charged. */
export function failCopy(
  db: Db,
  job: JobRow,
  failure: {
    code: Extract<JobErrorCode, "copy_failed" | "output_expired" | "fal_unreadable">;
    message: string;
    now: Date;
  },
): Promise<JobRow | null> {
  return endJob(db, {
    jobId: job.id,
    from: ["copying"],
    ending: {
      to: "failed",
      charged: "yes",
      costMicros: Number(job.costMicros ?? job.reservedMicros),
      error: jobError(failure.code, failure.message),
    },
    now: failure.now,
  });
}
