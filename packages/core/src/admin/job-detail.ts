import type { AdminAttempt, AdminJobDetail, AdminOutput } from "@darkroom/contract/admin/job-detail";
import type { DeliveryError } from "@darkroom/contract/deliveries";
import type { JobError } from "@darkroom/contract/job-errors";
import { microsToUsd } from "@darkroom/contract/pricing/usd";
import type { TimelineEntry } from "@darkroom/contract/timeline";
import type { File, Job, Output } from "../generated/prisma/client.ts";
import { isId } from "../ids.ts";
import { isFinal } from "../jobs/state.ts";
import { outputThumbnailPath, toJobItem } from "./job-item.ts";
import type { DetailOptions, JobRecord } from "./read-job-detail.ts";
import { toCurl } from "./to-curl.ts";
import { type ReceiptSpan, toWaterfall } from "./waterfall.ts";

type Shown = Pick<DetailOptions, "payloads" | "baseUrl">;

/** A job's record as the API shows it; what may hold a prompt or leads to a picture only for who may see payloads. */
export function toJobDetail(record: JobRecord, options: Shown): AdminJobDetail {
  const { job, spend, deliveries, audit, explanation } = record;
  const payloads = options.payloads && job.erasedAt === null;
  const timeline = options.payloads ? record.timeline : record.timeline.map(withoutTexts);
  return {
    job: jobOf(record, options),
    can: canOf(job),
    explanation: options.payloads ? explanation : { ...explanation, sentence: plainSentence(job, explanation) },
    phases: phasesOf(job),
    input_pictures: inputPicturesOf(record, payloads),
    outputs: record.outputs.map((output) => outputOf(output, payloads)),
    attempts: record.attempts.map((attempt) => attemptOf(attempt, options.payloads)),
    timeline,
    waterfall: toWaterfall({ timeline, receipts: receiptsOf(record), deliveries, audit }),
    spend: spend.map(({ round, kind, amountMicros, createdAt }) => ({
      round,
      kind,
      amount_usd: microsToUsd(Number(amountMicros)),
      created_at: createdAt.toISOString(),
    })),
    deliveries: deliveries.map((delivery) => ({
      ...delivery,
      last_error: delivery.last_error as DeliveryError | null,
    })),
    audit,
    ...(payloads && job.input ? { curl: toCurl(job, options.baseUrl) } : {}),
  };
}

function receiptsOf({ attempts }: JobRecord): ReceiptSpan[] {
  return attempts.flatMap(({ number, receipts }) =>
    receipts.map(({ id, source, verdict, ok, requestId, receivedAt, seen }) => ({
      ...{ id, source, verdict, ok, seen, attempt: number },
      request_id: requestId,
      received_at: receivedAt.toISOString(),
    })),
  );
}

function jobOf({ item, job, apiKey }: JobRecord, { payloads }: Shown): AdminJobDetail["job"] {
  return {
    ...toJobItem(item, { payloads }),
    api_key: apiKey,
    round: job.round,
    attempts_max: job.attemptsMax,
    max_cost_usd: job.maxCostMicros === null ? null : microsToUsd(Number(job.maxCostMicros)),
    due_at: job.dueAt?.toISOString() ?? null,
    deadline_at: job.deadlineAt?.toISOString() ?? null,
    cancel_requested_at: job.cancelRequestedAt?.toISOString() ?? null,
    deleted_at: job.erasedAt?.toISOString() ?? null,
    webhook_url: job.webhookUrl,
    reused_from: job.reusedFrom,
    ...(payloads ? payloadsOf(job) : {}),
  };
}

function payloadsOf(job: Job) {
  return {
    error_detail: job.error as JobError | null,
    seed: job.seed === null ? null : Number(job.seed),
    input: job.erasedAt ? null : (job.input as Record<string, unknown> | null),
    metadata: job.metadata as Record<string, string>,
  };
}

function canOf(job: Job): AdminJobDetail["can"] {
  const final = isFinal(job.state);
  const kept = job.erasedAt === null;
  return {
    retry: kept && (job.state === "failed" || job.state === "canceled"),
    cancel: !final && job.state !== "copying" && job.cancelRequestedAt === null,
    delete: final && kept,
  };
}

function phasesOf({ createdAt, runAt, sentAt, generatedAt, finishedAt }: Job): AdminJobDetail["phases"] {
  const between = (from: Date | null, to: Date | null) =>
    from && to ? Math.max(0, to.getTime() - from.getTime()) : null;
  const mayStart = runAt && runAt > createdAt ? runAt : createdAt;
  return {
    waiting_ms: between(mayStart, sentAt),
    fal_ms: between(sentAt, generatedAt),
    copying_ms: between(generatedAt, finishedAt),
  };
}

function outputOf(output: Output, payloads: boolean): AdminOutput {
  const { id, index, contentType, width, height, bytes, sha256, nsfw, storedAt, sourceUrl } = output;
  const urls = { url: `/admin/api/outputs/${id}`, thumbnail_url: outputThumbnailPath(id) };
  return {
    ...{ id, index, width, height, sha256, nsfw },
    content_type: contentType,
    bytes: bytes === null ? null : Number(bytes),
    stored_at: storedAt?.toISOString() ?? null,
    source_host: sourceUrl && URL.canParse(sourceUrl) ? new URL(sourceUrl).host : null,
    ...(payloads && storedAt ? urls : {}),
  };
}

function inputPicturesOf({ job, files, imageFields }: JobRecord, payloads: boolean): AdminJobDetail["input_pictures"] {
  const input = (job.input ?? {}) as Record<string, unknown>;
  return imageFields.flatMap((field) => {
    const values = [input[field]].flat().filter((value): value is string => typeof value === "string");
    return values.map((value) => {
      const file = files.find(({ id }) => id === value);
      return { field, file_id: isId("file", value) ? value : null, ...pictureOf(file, value, payloads) };
    });
  });
}

function pictureOf(file: File | undefined, value: string, payloads: boolean) {
  const facts = {
    content_type: file?.contentType ?? null,
    width: file?.width ?? null,
    height: file?.height ?? null,
    bytes: file ? Number(file.bytes) : null,
  };
  if (!payloads) return facts;
  if (!isId("file", value)) return { ...facts, external_url: value };
  if (!file || file.erasedAt) return facts;
  const url = `/admin/api/files/${file.id}`;
  return { ...facts, url, thumbnail_url: `${url}/thumbnail` };
}

function attemptOf(attempt: JobRecord["attempts"][number], payloads: boolean): AdminAttempt {
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  return {
    id: attempt.id,
    number: attempt.number,
    request_id: attempt.requestId,
    gateway_request_id: attempt.gatewayRequestId,
    outcome: attempt.outcome,
    doubted_at: iso(attempt.doubtedAt),
    created_at: attempt.createdAt.toISOString(),
    sent_at: iso(attempt.sentAt),
    accepted_at: iso(attempt.acceptedAt),
    finished_at: iso(attempt.finishedAt),
    http_status: attempt.httpStatus,
    error_code: attempt.errorCode,
    billable_units: attempt.billableUnits === null ? null : Number(attempt.billableUnits),
    ...(payloads ? { error_message: attempt.errorMessage } : {}),
    receipts: attempt.receipts.map(({ id, source, verdict, ok, requestId, bodyBytes, receivedAt, seen }) => ({
      ...{ id, source, verdict, ok, seen },
      request_id: requestId,
      body_bytes: bodyBytes,
      received_at: receivedAt.toISOString(),
    })),
  };
}

/** What entries may tell to everybody; the rest may be fal's words, which may repeat the prompt. */
const plainFields = new Set(["attempt", "attempts", "request_id", "images", "by", "code", "host", "status"]);

function withoutTexts(entry: TimelineEntry): TimelineEntry {
  return { ...entry, data: Object.fromEntries(Object.entries(entry.data).filter(([name]) => plainFields.has(name))) };
}

/** The sentence of a failed job ends with fal's words. */
function plainSentence({ state, errorCode }: Job, { sentence }: AdminJobDetail["explanation"]): string {
  return state === "failed" ? `Failed: ${errorCode ?? "unknown"}.` : sentence;
}
