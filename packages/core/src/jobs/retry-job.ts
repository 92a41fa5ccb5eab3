import { type Db, type Sql, sql } from "../db/database.ts";
import { loosened } from "../loose-objects/loosen-objects.ts";
import { reserve } from "../spend/reserve.ts";
import { imageExtensions } from "../storage/image-types.ts";
import { jobPrefix } from "../storage/keys.ts";
import type { JobRow } from "./job-row.ts";
import { moveJob } from "./transition.ts";

export type RetryResult =
  | { outcome: "queued"; job: JobRow }
  /** The image was generated: only the copy is tried again. */
  | { outcome: "copying"; job: JobRow }
  | { outcome: "not_retryable"; job: JobRow }
  | { outcome: "not_found" };

/** A job that failed with this was generated, and paid for. */
const copyFailed = "copy_failed";

/** Whether a retry of this job would have fal generate, and bill, once more. */
export function buysAgain({ state, errorCode, erasedAt }: Pick<JobRow, "state" | "errorCode" | "erasedAt">): boolean {
  if (erasedAt || (state !== "failed" && state !== "canceled")) return false;
  return errorCode !== copyFailed;
}

/** Its batch is not complete any more, and will be told of again. */
const joinBatch = sql`batch as (
  update batches set open = open + 1, announced_at = null from moved where batches.id = moved.batch_id
)`;

/** A worker that was given up may still be copying: longer than COPY_TIMEOUT_MS may be. */
const straggleMs = 2 * 3_600_000;

/** Objects of dropped outputs. A copy that was not recorded may be there under any extension: deleting what is not there is fine. */
function droppedKeys(who: { tenantId: string; jobId: string }): Sql {
  return sql`select key from dropped union all select thumb_key from dropped
    union all select ${jobPrefix(who)} || id || '.' || extension
      from dropped, unnest(${Object.values(imageExtensions)}::text[]) as extension where key is null`;
}

/** What every reopened job forgets about its former end. */
const reopened = [
  sql`error = null`,
  sql`error_code = null`,
  sql`charged = null`,
  sql`finished_at = null`,
  sql`cancel_requested_at = null`,
  sql`reused_from = null`,
];

/**
 * Opens a failed or canceled job again, by hand. It always gets another attempt and its deadline anew. A job whose image exists
 * at fal goes back to copying and is not bought again. `reservedMicros`: its price, where that was asked for anew.
 */
export async function retryJob(
  db: Db,
  who: { tenantId: string; jobId: string },
  now: Date,
  reservedMicros: number | null = null,
): Promise<RetryResult> {
  const mine = sql`and tenant_id = ${who.tenantId} and erased_at is null`;
  const copying = await moveJob(db, {
    jobId: who.jobId,
    to: "copying",
    from: ["failed"],
    guard: sql`${mine} and error_code = ${copyFailed}`,
    dueAt: now,
    set: reopened,
    line: { kind: "job.copying", data: { by: "retry" } },
    also: [joinBatch],
    now,
  });
  if (copying) return { outcome: "copying", job: copying };
  const queued = await moveJob(db, {
    jobId: who.jobId,
    to: "queued",
    from: ["failed", "canceled"],
    guard: mine,
    dueAt: now,
    set: [
      ...reopened,
      sql`round = round + 1`,
      sql`attempts_max = greatest(attempts_max, attempt + 1)`,
      sql`cost_micros = null`,
      sql`reserved_micros = coalesce(${reservedMicros}::bigint, reserved_micros)`,
      sql`generated_at = null`,
      // As long as it was given, however often it is opened.
      sql`deadline_at = ${now}::timestamptz + (deadline_at - coalesce(reopened_at, greatest(run_at, created_at)))`,
      sql`reopened_at = ${now}::timestamptz`,
    ],
    line: { kind: "job.queued", data: { by: "retry" } },
    also: [
      joinBatch,
      reserve("moved", sql`${now}::timestamptz`),
      sql`dropped as (delete from outputs using moved where outputs.job_id = moved.id returning outputs.*)`,
      loosened(droppedKeys(who), new Date(now.getTime() + straggleMs)),
    ],
    now,
  });
  if (queued) return { outcome: "queued", job: queued };
  const job = await db.job.findFirst({ where: { id: who.jobId, tenantId: who.tenantId } });
  return job ? { outcome: "not_retryable", job } : { outcome: "not_found" };
}
