import { type Db, empty, type Sql, sql } from "../db/database.ts";
import { closeCircuit } from "../dispatch/record-circuit.ts";
import { newId } from "../ids.ts";
import type { AttemptFailure } from "./decide-retry.ts";
import { endFailedAttempt } from "./end-attempt.ts";
import type { JobRow } from "./job-row.ts";
import { endJob, moveJob } from "./transition.ts";

/** What fal said about an attempt, however it reached us. */
export type FalAnswer =
  | { kind: "images"; images: { url: string | null; nsfw: boolean | null }[]; seed: number | null; costMicros: number }
  /** Done, but the result has to be fetched (`payload_error`). */
  | { kind: "incomplete" }
  | { kind: "failure"; failure: AttemptFailure & { httpStatus?: number | null } };

/** The evidence: fal's own bytes. Bodies too large for a row are in S3 under `bodyKey`. */
export type Receipt = {
  source: "webhook" | "poll";
  requestId: string;
  gatewayRequestId: string | null;
  bodyHash: Uint8Array;
  bodyBytes: number;
  body: Uint8Array | null;
  bodyKey: string | null;
  headers: Record<string, string>;
  billableUnits: string | null;
};

export type FalResult = {
  job: JobRow;
  attemptId: string;
  answer: FalAnswer;
  receipt: Receipt;
  now: Date;
  jitter: number;
};

/**
 * The one place where fal's answer enters, whether by webhook or because we asked. The first final answer moves the job; every
 * later one, equal or contradicting, is recorded and counted and changes nothing. Receipt and move are one statement.
 * Returns the job after the move, or null if the answer was not the one that moved it.
 */
export function recordFalResult(db: Db, result: FalResult): Promise<JobRow | null> {
  const { answer } = result;
  if (answer.kind === "incomplete") return recordIncomplete(db, result);
  if (answer.kind === "failure") return recordFailure(db, result, answer.failure);
  return result.job.cancelRequestedAt ? recordTooLate(db, result, answer) : recordImages(db, result, answer);
}

type Images = Extract<FalAnswer, { kind: "images" }>;

function recordImages(db: Db, result: FalResult, answer: Images): Promise<JobRow | null> {
  const { job, now } = result;
  return moveJob(db, {
    ...moveOf(result),
    to: "copying",
    dueAt: now,
    set: [
      sql`generated_at = ${now}::timestamptz`,
      sql`submitted_at = coalesce(submitted_at, ${now}::timestamptz)`,
      sql`seed = ${answer.seed}::bigint`,
      // What it costs is known now; that it counts is settled when the job ends.
      sql`cost_micros = ${answer.costMicros}::bigint`,
    ],
    line: {
      kind: "job.copying",
      data: { attempt: job.attempt, images: answer.images.length, by: result.receipt.source },
    },
    also: [finishedAttempt(result), outputRows(answer, now), receiptRow(result, true), closeCircuit(sql`moved.model`)],
  });
}

/** The image came although a cancel was asked for: fal bills it, so we say charged; it is not stored. */
function recordTooLate(db: Db, result: FalResult, answer: Images): Promise<JobRow | null> {
  return endJob(db, {
    ...moveOf(result),
    data: { attempt: result.job.attempt, reason: "fal finished before the cancel took effect" },
    ending: { to: "canceled", charged: "yes", costMicros: answer.costMicros, error: null },
    also: [finishedAttempt(result), receiptRow(result, true)],
  });
}

/**
 * After an incomplete answer only fal's own result counts, which is being fetched: a webhook that calls it a failure then
 * contradicts the first one, and believing it would buy the image again.
 */
function recordFailure(db: Db, result: FalResult, failure: AttemptFailure): Promise<JobRow | null> {
  const { job, attemptId, now, jitter } = result;
  const isToBeFetched = sql`exists (select from fal_receipts r where r.attempt_id = ${attemptId} and r.verdict = 'incomplete')`;
  return endFailedAttempt(db, {
    guard: result.receipt.source === "webhook" ? sql`and not ${isToBeFetched}` : empty,
    job,
    attemptId,
    requestId: result.receipt.requestId,
    outcome: "accepted",
    failure,
    now,
    jitter,
    also: [receiptRow(result, false)],
  });
}

/** fal has it, and is done: whatever became of the reply to the submit, its request id is known now and the result can be asked for. */
function recordIncomplete(db: Db, result: FalResult): Promise<JobRow | null> {
  const { job, attemptId, receipt, now } = result;
  const named = sql`named as (
    update attempts set request_id = coalesce(attempts.request_id, ${receipt.requestId}), outcome = 'accepted',
      accepted_at = coalesce(attempts.accepted_at, ${now}::timestamptz)
    from moved where attempts.id = ${attemptId} returning 1
  )`;
  return moveJob(db, {
    ...moveOf(result),
    to: "submitted",
    dueAt: now,
    set: [sql`submitted_at = coalesce(submitted_at, ${now}::timestamptz)`],
    line: {
      kind: "attempt.accepted",
      data: { attempt: job.attempt, request_id: receipt.requestId, result: "to be fetched" },
    },
    also: [receiptRow(result, true, "incomplete"), named],
    now,
  });
}

function moveOf({ job, now }: FalResult) {
  return { jobId: job.id, from: ["submitting", "submitted"] as const, guard: sql`and attempt = ${job.attempt}`, now };
}

function finishedAttempt({ attemptId, receipt, now }: FalResult): Sql {
  return sql`ended as (
    update attempts set outcome = 'accepted', request_id = coalesce(attempts.request_id, ${receipt.requestId}),
      gateway_request_id = ${receipt.gatewayRequestId}, accepted_at = coalesce(attempts.accepted_at, ${now}::timestamptz),
      finished_at = ${now}::timestamptz, billable_units = ${receipt.billableUnits}::numeric
    from moved where attempts.id = ${attemptId} returning 1
  )`;
}

function outputRows(answer: Images, now: Date): Sql {
  const rows = answer.images.map((image, index) => ({ id: newId("out"), index, url: image.url, nsfw: image.nsfw }));
  return sql`output as (
    insert into outputs (id, job_id, tenant_id, index, source_url, nsfw, created_at)
    select r.id, moved.id, moved.tenant_id, r.index, r.url, r.nsfw, ${now}::timestamptz
    from moved, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(id text, index int, url text, nsfw boolean)
  )`;
}

/** Recorded whether or not the job moved: `moved` decides the verdict, and a repeated body is only counted. */
function receiptRow(result: FalResult, ok: boolean, applied = "applied"): Sql {
  const { attemptId, receipt, now } = result;
  const contradicts = sql`exists (select from fal_receipts r where r.attempt_id = ${attemptId} and r.verdict in ('applied', 'incomplete') and r.ok <> ${ok})`;
  return sql`receipt as (
    insert into fal_receipts (id, attempt_id, request_id, source, verdict, ok, body_hash, body_bytes, body, body_key, headers, received_at)
    select ${newId("rcp")}, ${attemptId}, ${receipt.requestId}, ${receipt.source}::receipt_source,
      (case when exists (select from moved) then ${applied} when ${contradicts} then 'contradictory' else 'late' end)::receipt_verdict,
      ${ok}, ${receipt.bodyHash}, ${receipt.bodyBytes}, ${receipt.body}::bytea, ${receipt.bodyKey}::text,
      ${JSON.stringify(receipt.headers)}::jsonb, ${now}::timestamptz
    on conflict (request_id, body_hash) do update set seen = fal_receipts.seen + 1
    returning 1
  )`;
}
