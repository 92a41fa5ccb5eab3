import { type JobErrorCode, jobError } from "@darkroom/contract/job-errors";
import { type Db, type Queries, query, sql } from "../db/database.ts";
import { grouped } from "../db/grouped.ts";
import type { JobRow } from "./job-row.ts";
import { type EndedJob, endJob, endJobs } from "./transition.ts";

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

type Copied = {
  costMicros: number;
  /** Images that are in S3 and were verified there, and not recorded yet. */
  stored?: readonly StoredOutput[];
  now: Date;
};

/** Every image is stored: the job has succeeded. Null if it had ended, or an image is still missing. */
export function recordCopied(db: Queries, jobId: string, copied: Copied): Promise<EndedJob | null> {
  return recordTogether(db, { jobId, ...copied });
}

const recordTogether = grouped(recordSeveral, { keyOf: ({ jobId }) => jobId });

function recordSeveral(db: Queries, copied: readonly (Copied & { jobId: string })[]): Promise<(EndedJob | null)[]> {
  const tickets = copied.map(({ jobId: id, costMicros, stored: pictures = [], now }) => {
    return { id, now, pictures, ending: { to: "succeeded", charged: "yes", costMicros } as const };
  });
  return endJobs(db, "succeeded", {
    tickets,
    columns: sql`pictures jsonb`,
    from: ["copying"],
    guard: sql`and not exists (select from outputs o where o.job_id = jobs.id and o.stored_at is null
      and not t.pictures @> jsonb_build_array(jsonb_build_object('id', o.id)))`,
    also: [newlyStored, allStored],
    outputs: "picture",
  });
}

const newlyStored = sql`newly as (
  update outputs set key = p.key, content_type = p."contentType", width = p.width, height = p.height, bytes = p.bytes,
    sha256 = p.sha256, stored_at = t.now
  from moved m join ticket t on t.id = m.id, jsonb_to_recordset(t.pictures) as p(
    id text, key text, "contentType" text, width int, height int, bytes bigint, sha256 text)
  where outputs.id = p.id and outputs.job_id = m.id and outputs.stored_at is null
  returning outputs.*
)`;

/** A statement does not see what it writes itself. */
const allStored = sql`picture as (
  select * from newly union all
  select o.* from outputs o where o.job_id in (select id from moved) and o.stored_at is not null
)`;

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
