import type { JobErrorCode } from "@darkroom/contract/job-errors";
import { z } from "zod";
import type { AttemptFailure } from "../jobs/decide-retry.ts";

/** A failure as fal tells it: by HTTP status, body and headers of a reply, or by the same inside a webhook. */
export type FalFailure = { status: number | null; body: unknown; headers?: Headers };

const bodySchema = z.object({
  detail: z
    .union([
      z.string(),
      z.array(
        z.object({
          loc: z.array(z.union([z.string(), z.number()])).catch([]),
          msg: z.string().catch(""),
          type: z.string().catch(""),
        }),
      ),
    ])
    .optional()
    .catch(undefined),
  error_type: z.string().optional().catch(undefined),
});

type Verdict = Pick<AttemptFailure, "code" | "retryable" | "charged">;
const verdict = (code: JobErrorCode, retryable: boolean, charged: AttemptFailure["charged"] = "no"): Verdict => ({
  code,
  retryable,
  charged,
});

/** fal: model errors page. Unlisted types are 422s that no retry mends. Whether it bills a safety verdict is not documented. */
const byDetailType: Record<string, Verdict> = {
  content_policy_violation: verdict("content_policy", false),
  no_media_generated: verdict("no_image_generated", false),
  image_load_error: verdict("input_unreachable", false),
  file_download_error: verdict("input_unreachable", false),
  generation_timeout: verdict("fal_timeout", true),
  internal_server_error: verdict("fal_error", true),
  downstream_service_error: verdict("fal_error", true),
  downstream_service_unavailable: verdict("fal_error", true),
};

/** fal: request errors page. fal has retried the runner ones itself, up to ten times. */
const byErrorType: Record<string, Verdict> = {
  request_timeout: verdict("fal_timeout", true),
  startup_timeout: verdict("fal_timeout", true),
  bad_request: verdict("input_refused", false),
  client_cancelled: verdict("fal_error", true),
  client_disconnected: verdict("fal_error", true),
};

const byStatus: Record<number, Verdict> = {
  401: verdict("fal_key_refused", true),
  403: verdict("fal_account_locked", true),
  404: verdict("fal_model_missing", false),
  408: verdict("fal_timeout", true),
  429: verdict("fal_rate_limited", true),
  499: verdict("fal_error", true),
  504: verdict("fal_timeout", true),
};

/** What a failure means for the job: a code, whether another try may help, whether fal bills it. fal never bills 5xx (fal: FAQ). */
export function classifyFailure(failure: FalFailure): AttemptFailure {
  const parsed = bodySchema.safeParse(failure.body);
  const body = parsed.success ? parsed.data : {};
  const found = decide(failure, body);
  const hint = retryHint(failure.headers);
  const retryAfterMs = retryAfter(failure.headers);
  return {
    ...found,
    retryable: hint === false ? false : found.retryable,
    charged: chargedBy(failure.headers) ?? found.charged,
    message: messageOf(failure.status, body),
    ...(retryAfterMs ? { retryAfterMs } : {}),
  };
}

function decide(failure: FalFailure, body: z.infer<typeof bodySchema>): Verdict {
  if (failure.headers?.get("x-fal-request-timeout-type") === "user") return verdict("deadline_exceeded", false);
  const first = Array.isArray(body.detail) ? body.detail[0]?.type : undefined;
  const known = (first && byDetailType[first]) || (body.error_type && byErrorType[body.error_type]);
  if (known) return known;
  const { status } = failure;
  if (status !== null && byStatus[status]) return byStatus[status];
  if (first || status === 422 || status === 400) return verdict("input_refused", false);
  return verdict("fal_error", status === null || status >= 500);
}

/** Both names of the header are in use, in any case, as 1/true/yes or 0/false/no. */
function retryHint(headers: Headers | undefined): boolean | null {
  const text = headers?.get("x-fal-retryable") ?? headers?.get("x-fal-needs-retry");
  if (text === null || text === undefined) return null;
  return /^(1|true|yes)$/i.test(text.trim());
}

function chargedBy(headers: Headers | undefined): "yes" | "no" | null {
  const units = headers?.get("x-fal-billable-units");
  if (!units) return null;
  return Number(units) > 0 ? "yes" : "no";
}

/** Longest wait we let fal ask for: beyond it a probe costs less than standing still. */
const retryAfterMsMax = 300_000;

/** `Retry-After` in seconds (RFC 9110 §10.2.3); dates are rare here and fall back to our own backoff. */
function retryAfter(headers: Headers | undefined): number {
  const seconds = Number(headers?.get("retry-after") ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1000, retryAfterMsMax) : 0;
}

const messageCharsMax = 500;

function messageOf(status: number | null, body: z.infer<typeof bodySchema>): string {
  const text = Array.isArray(body.detail)
    ? body.detail
        .map(({ loc, msg }) => `${loc.filter((part) => part !== "body").join(".")}: ${msg}`.replace(/^: /, ""))
        .join("; ")
    : body.detail;
  return (text || body.error_type || `fal failed with status ${status ?? "unknown"}`).slice(0, messageCharsMax);
}
