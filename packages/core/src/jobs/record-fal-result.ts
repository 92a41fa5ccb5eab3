import { jobErrorCatalogue } from "@darkroom/contract/job-errors";
import { type Db, empty, join, type Queries, query, type Sql, sql } from "../db/database.ts";
import { grouped } from "../db/grouped.ts";
import { closeCircuit } from "../dispatch/record-circuit.ts";
import { newId } from "../ids.ts";
import { adopted } from "../loose-objects/adopt-objects.ts";
import { correctCharge } from "./correct-charge.ts";
import type { AttemptFailure } from "./decide-retry.ts";
import { endFailedAttempt } from "./end-attempt.ts";
import type { JobRow } from "./job-row.ts";
import { endJob, moveJob, moveJobs } from "./transition.ts";

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
 * later one, equal or contradicting, is recorded and counted and changes nothing, but for a charge that was a guess
 * (correct-charge.ts). Receipt and move are one statement.
 * Returns the job after the move, or null if the answer was not the one that moved it.
 */
export async function recordFalResult(db: Db, result: FalResult): Promise<JobRow | null> {
  const moved = await enter(db, result);
  // A statement of its own: it sees what won, also if that won in this very moment.
  if (!moved) await recordLate(db, result);
  return moved;
}

function enter(db: Db, result: FalResult): Promise<JobRow | null> {
  const { answer } = result;
  if (answer.kind === "incomplete") return recordIncomplete(db, result);
  if (answer.kind === "failure") return recordFailure(db, result, answer.failure);
  return result.job.cancelRequestedAt ? recordTooLate(db, result, answer) : recordImages(db, { ...result, answer });
}

type Images = Extract<FalAnswer, { kind: "images" }>;

type ImagesResult = FalResult & { answer: Images };

/** Those that come together go together: one for each job, so that a repeated answer finds what the first one did. */
const recordImages = grouped(recordSeveralImages, { keyOf: ({ job }: ImagesResult) => job.id });

function recordSeveralImages(db: Queries, results: readonly ImagesResult[]): Promise<(JobRow | null)[]> {
  const isAnyLarge = results.some(({ receipt }) => receipt.bodyKey !== null);
  return moveJobs(db, {
    tickets: results.map(imagesTicket),
    columns: sql`"attemptId" text, number int, seed bigint, "costMicros" bigint, images jsonb, "receiptId" text, "requestId" text,
      "gatewayRequestId" text, source text, "bodyHash" text, "bodyBytes" int, body text, "bodyKey" text, headers jsonb, "billableUnits" numeric`,
    to: "copying",
    from: ["submitting", "submitted"],
    guard: sql`and attempt = t.number`,
    set: [
      sql`generated_at = t.now`,
      sql`submitted_at = coalesce(submitted_at, t.now)`,
      sql`seed = t.seed`,
      // What it costs is known now; that it counts is settled when the job ends.
      sql`cost_micros = t."costMicros"`,
    ],
    kind: "job.copying",
    also: [
      ...[finishedAttempts, outputRows, receiptRows, closeCircuit(sql`moved.model`)],
      ...(isAnyLarge ? [adopted(sql`select body_key from receipt where body_key is not null`)] : []),
    ],
  });
}

function imagesTicket({ job, attemptId, answer, receipt, now }: ImagesResult) {
  const { seed, costMicros } = answer;
  const images = answer.images.map(({ url, nsfw }, index) => ({ id: newId("out"), index, url, nsfw }));
  const { bodyHash, body, ...told } = receipt;
  return {
    ...{ ...told, bodyHash: inBase64(bodyHash), body: body && inBase64(body), receiptId: newId("rcp") },
    ...{ id: job.id, now, dueAt: now, attemptId, number: job.attempt, seed, costMicros, images },
    line: { attempt: job.attempt, images: images.length, by: receipt.source },
  };
}

function inBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

const finishedAttempts = sql`ended as (
  update attempts set outcome = 'accepted', request_id = coalesce(attempts.request_id, t."requestId"),
    gateway_request_id = t."gatewayRequestId", accepted_at = coalesce(attempts.accepted_at, t.now),
    finished_at = t.now, billable_units = t."billableUnits"
  from ticket t join moved on moved.id = t.id where attempts.id = t."attemptId" returning 1
)`;

const outputRows = sql`output as (
  insert into outputs (id, job_id, tenant_id, index, source_url, nsfw, created_at)
  select r.id, moved.id, moved.tenant_id, r.index, r.url, r.nsfw, t.now
  from ticket t join moved on moved.id = t.id, jsonb_to_recordset(t.images) as r(id text, index int, url text, nsfw boolean)
)`;

/** As receiptRow, for answers that moved their jobs. */
const receiptRows = sql`receipt as (
  insert into fal_receipts (id, attempt_id, request_id, source, verdict, ok, body_hash, body_bytes, body, body_key, headers, received_at)
  select t."receiptId", t."attemptId", t."requestId", t.source::receipt_source, 'applied', true,
    decode(t."bodyHash", 'base64'), t."bodyBytes", decode(t.body, 'base64'), t."bodyKey", t.headers, t.now
  from ticket t join moved on moved.id = t.id
  on conflict (request_id, body_hash) do update set seen = fal_receipts.seen + 1
  returning body_key
)`;

/** The image came although a cancel was asked for: fal bills it, so we say charged; it is not stored. */
function recordTooLate(db: Db, result: FalResult, answer: Images): Promise<JobRow | null> {
  return endJob(db, {
    ...moveOf(result),
    data: { attempt: result.job.attempt, reason: "fal finished before the cancel took effect" },
    ending: { to: "canceled", charged: "yes", costMicros: answer.costMicros, error: null },
    also: [finishedAttempt(result), ...appliedReceipt(result)],
  });
}

/** Who refuses a job for what is in it runs: nothing is wrong with the model. */
function provesModelRuns({ code }: AttemptFailure): boolean {
  return jobErrorCatalogue[code].blame === "caller";
}

/**
 * After an incomplete answer only fal's own result counts, which is being fetched: a webhook that calls it a failure then
 * contradicts the first one, and believing it would buy the image again.
 */
function recordFailure(db: Db, result: FalResult, failure: AttemptFailure): Promise<JobRow | null> {
  const { job, attemptId, now, jitter } = result;
  return endFailedAttempt(db, {
    guard: result.receipt.source === "webhook" ? sql`and incomplete_attempt is distinct from attempt` : empty,
    job,
    attemptId,
    requestId: result.receipt.requestId,
    outcome: "accepted",
    failure,
    now,
    jitter,
    also: [...appliedReceipt(result), ...(provesModelRuns(failure) ? [closeCircuit(sql`moved.model`)] : [])],
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
    set: [sql`submitted_at = coalesce(submitted_at, ${now}::timestamptz)`, sql`incomplete_attempt = attempt`],
    line: {
      kind: "attempt.accepted",
      data: { attempt: job.attempt, request_id: receipt.requestId, result: "to be fetched" },
    },
    also: [...appliedReceipt(result, "incomplete"), named],
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

/** The answer that moved the job. */
function appliedReceipt(result: FalResult, verdict: "applied" | "incomplete" = "applied"): Sql[] {
  return receiptRow(result, sql`select ${verdict}::receipt_verdict as verdict from moved`);
}

/** One that changed nothing, but perhaps a charge that was a guess. */
async function recordLate(db: Db, result: FalResult): Promise<void> {
  const { answer, attemptId } = result;
  const contradicts = sql`exists (select from fal_receipts r
    where r.attempt_id = ${attemptId} and r.verdict in ('applied', 'incomplete') and r.ok <> ${isOk(answer)})`;
  const verdict = sql`select (case when ${contradicts} then 'contradictory' else 'late' end)::receipt_verdict as verdict`;
  await query(db, sql`with ${join([...receiptRow(result, verdict), ...correctCharge(result)])} select 1`);
}

function isOk(answer: FalAnswer): boolean {
  return answer.kind !== "failure";
}

/** A repeated body is only counted. A large one is in storage already: the row that now names it makes it a loose object no more. */
function receiptRow(result: FalResult, verdict: Sql): Sql[] {
  const { attemptId, answer, receipt, now } = result;
  const row = sql`receipt as (
    insert into fal_receipts (id, attempt_id, request_id, source, verdict, ok, body_hash, body_bytes, body, body_key, headers, received_at)
    select ${newId("rcp")}, ${attemptId}, ${receipt.requestId}, ${receipt.source}::receipt_source, v.verdict, ${isOk(answer)},
      ${receipt.bodyHash}, ${receipt.bodyBytes}, ${receipt.body}::bytea, ${receipt.bodyKey}::text,
      ${JSON.stringify(receipt.headers)}::jsonb, ${now}::timestamptz
    from (${verdict}) v
    on conflict (request_id, body_hash) do update set seen = fal_receipts.seen + 1
    returning body_key
  )`;
  return receipt.bodyKey === null ? [row] : [row, adopted(sql`select body_key from receipt`)];
}
