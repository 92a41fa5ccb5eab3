import { z } from "zod";

/**
 * Every way the API says no. `status` is the HTTP status, `title` never changes (RFC 9457 §3.1.3), `remedy` is what the caller
 * can do. docs/errors.md is compared with this table by a test.
 */
export const problemCatalogue = {
  malformed_request: {
    status: 400,
    title: "Malformed request",
    remedy: "Send valid JSON with content-type application/json.",
  },
  missing_api_key: { status: 401, title: "API key missing", remedy: "Send `Authorization: Bearer dk_…`." },
  invalid_api_key: {
    status: 401,
    title: "API key not accepted",
    remedy: "Use a key that exists, is not revoked and has not expired.",
  },
  invalid_signature: {
    status: 401,
    title: "Webhook signature not accepted",
    remedy: "Only fal calls this address; check this server's clock if fal's own webhooks end here.",
  },
  not_logged_in: {
    status: 401,
    title: "Not logged in",
    remedy: "Log in at /admin, or send an admin key: `Authorization: Bearer dka_…`.",
  },
  wrong_login: {
    status: 401,
    title: "E-mail or password not accepted",
    remedy: "Try again; an admin can set a new password.",
  },
  budget_exceeded: {
    status: 402,
    title: "Budget exceeded",
    remedy: "Wait until `resets_at`, ask for less, or ask the operator for a larger budget.",
  },
  cost_above_limit: {
    status: 402,
    title: "Cost above the job's own limit",
    remedy: "Raise `max_cost_usd` or ask for a smaller picture.",
  },
  insufficient_scope: {
    status: 403,
    title: "API key lacks a scope",
    remedy: "Use a key that has the scope named in `detail`.",
  },
  role_required: {
    status: 403,
    title: "Role does not allow this",
    remedy: "Ask an admin for the role named in `detail`.",
  },
  payloads_hidden: {
    status: 403,
    title: "Prompts and pictures are hidden",
    remedy: "Ask an admin for the permission to see prompts and pictures.",
  },
  csrf_refused: {
    status: 403,
    title: "Request did not come from the dashboard",
    remedy: "Send the session's csrf_token as `X-CSRF-Token`, from the same origin.",
  },
  not_found: {
    status: 404,
    title: "Not found",
    remedy: "Check the id and that it belongs to the tenant of this API key.",
  },
  method_not_allowed: { status: 405, title: "Method not allowed", remedy: "Use a method from the `Allow` header." },
  job_not_final: { status: 409, title: "Job is not final yet", remedy: "Wait for it to end, or cancel it first." },
  job_already_final: {
    status: 409,
    title: "Job has already ended",
    remedy: "Read the job; there is nothing left to cancel.",
  },
  job_not_retryable: {
    status: 409,
    title: "Job cannot be retried",
    remedy: "Only failed and canceled jobs that are not erased can be retried.",
  },
  endpoint_not_enabled: {
    status: 409,
    title: "Endpoint is not enabled",
    remedy: "Enable it with POST /v1/endpoints/{id}/resume first.",
  },
  too_many_endpoints: {
    status: 409,
    title: "Too many endpoints",
    remedy: "Delete one that is not needed any more.",
  },
  replay_already_ended: {
    status: 409,
    title: "Replay has already ended",
    remedy: "Read the replay; there is nothing left to cancel.",
  },
  name_taken: {
    status: 409,
    title: "Name is taken",
    remedy: "Choose another name.",
  },
  last_admin: {
    status: 409,
    title: "Last admin",
    remedy: "Make somebody else an admin first.",
  },
  bulk_already_ended: {
    status: 409,
    title: "Bulk operation has already ended",
    remedy: "Read it; there is nothing left to stop.",
  },
  body_too_large: {
    status: 413,
    title: "Body too large",
    remedy: "Send a smaller picture, or upload it to /v1/files first.",
  },
  unsupported_media_type: {
    status: 415,
    title: "Unsupported media type",
    remedy: "Use a content type named in `detail`.",
  },
  invalid_input: { status: 422, title: "Input not valid", remedy: "Mend the fields listed in `errors`." },
  unknown_model: { status: 422, title: "Model not available", remedy: "Use a model from GET /v1/models." },
  unpriced_model: {
    status: 422,
    title: "Model has no price yet",
    remedy: "Ask the operator to set its price in MODEL_PRICES.",
  },
  invalid_picture: {
    status: 422,
    title: "Picture not usable",
    remedy: "Send a whole JPEG, PNG, WebP, GIF or AVIF picture.",
  },
  forbidden_url: {
    status: 422,
    title: "URL not allowed",
    remedy: "Use a public https URL; a picture may be uploaded to /v1/files instead.",
  },
  idempotency_key_reused: {
    status: 422,
    title: "Idempotency-Key reused with another body",
    remedy: "Use a new key for a new request.",
  },
  queue_full: {
    status: 429,
    title: "Too many jobs wait",
    remedy: "Wait until some have started; `cap` says how many may wait.",
  },
  too_many_at_once: {
    status: 429,
    title: "Too many requests at once",
    remedy: "Let some end first; `limit` says how many may be under way. Streams and waits count, too.",
  },
  rate_limited: { status: 429, title: "Too many requests", remedy: "Wait for the seconds in `Retry-After`." },
  too_many_logins: {
    status: 429,
    title: "Too many failed logins",
    remedy: "Wait for the seconds in `Retry-After`.",
  },
  internal: {
    status: 500,
    title: "Internal error",
    remedy: "Try again; if it stays, tell the operator the `request_id`.",
  },
  unavailable: {
    status: 503,
    title: "Temporarily unavailable",
    remedy: "Try again after the seconds in `Retry-After`, with the same Idempotency-Key.",
  },
  too_slow: {
    status: 503,
    title: "Query took too long",
    remedy: "Ask for less: a shorter time range, or one tenant.",
  },
} as const satisfies Record<string, { status: number; title: string; remedy: string }>;

export type ProblemCode = keyof typeof problemCatalogue;

/** One field that is wrong. `pointer` is a JSON pointer into the request body (RFC 6901), or `query/limit`, `header/prefer` … */
export const fieldErrorSchema = z
  .object({
    pointer: z.string(),
    message: z.string().describe("What is wrong and what would be right."),
    code: z.string().describe("Kind of error, e.g. too_big, invalid_value, unrecognized_keys."),
    received: z.unknown().optional().describe("What was sent, where it is short enough to repeat."),
  })
  .meta({ id: "FieldError" });
export type FieldError = z.infer<typeof fieldErrorSchema>;

/** RFC 9457 problem details, with our members code, remedy, request_id and errors. */
export const problemSchema = z
  .looseObject({
    type: z.string().describe("Stable address of the explanation of this kind of problem."),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.enum(Object.keys(problemCatalogue) as [ProblemCode, ...ProblemCode[]]),
    remedy: z.string(),
    request_id: z.string(),
    errors: z.array(fieldErrorSchema).optional(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof problemSchema>;
