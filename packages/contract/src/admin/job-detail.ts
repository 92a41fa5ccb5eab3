import { z } from "zod";
import { deliveryErrors, deliveryStates } from "../deliveries.ts";
import { explanationSchema } from "../explain.ts";
import { jobErrorSchema } from "../job-errors.ts";
import { timelineEntrySchema } from "../timeline.ts";
import { auditEntrySchema } from "./audit.ts";
import { adminJobItemSchema } from "./jobs.ts";
import { time } from "./paging.ts";

/** A picture that went in or came out. The urls are of this API and need the session; absent without the payload permission. */
const pictureSchema = z.object({
  url: z.string().optional(),
  thumbnail_url: z.string().optional(),
  content_type: z.string().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  bytes: z.int().nullable(),
});

export const adminOutputSchema = pictureSchema
  .extend({
    id: z.string(),
    index: z.int(),
    sha256: z.string().nullable(),
    nsfw: z.boolean().nullable(),
    stored_at: time.nullable().describe("Null while its copy is not in storage."),
    source_host: z.string().nullable().describe("Where fal keeps it."),
  })
  .meta({ id: "AdminOutput" });
export type AdminOutput = z.infer<typeof adminOutputSchema>;

export const adminInputPictureSchema = pictureSchema
  .extend({
    field: z.string().describe("Of the input, e.g. image_url."),
    file_id: z
      .string()
      .nullable()
      .describe("Null for a picture that stays at the customer's URL: then there is no url."),
    external_url: z.string().optional(),
  })
  .meta({ id: "AdminInputPicture" });

export const adminReceiptSchema = z
  .object({
    id: z.string(),
    source: z.enum(["webhook", "poll"]),
    verdict: z.enum(["applied", "incomplete", "late", "contradictory"]),
    ok: z.boolean().describe("Whether fal said OK."),
    request_id: z.string(),
    body_bytes: z.int(),
    received_at: time,
    seen: z.int().describe("How often this very answer came."),
  })
  .meta({ id: "AdminReceipt" });

export const adminAttemptSchema = z
  .object({
    id: z.string(),
    number: z.int(),
    request_id: z.string().nullable().describe("fal's."),
    gateway_request_id: z.string().nullable(),
    outcome: z.enum(["accepted", "rejected", "not_sent", "unknown"]).nullable().describe("Null while on its way."),
    doubted_at: time.nullable(),
    created_at: time,
    sent_at: time.nullable(),
    accepted_at: time.nullable(),
    finished_at: time.nullable(),
    http_status: z.int().nullable(),
    error_code: z.string().nullable(),
    error_message: z.string().nullable().optional().describe("Absent without the payload permission."),
    billable_units: z.number().nullable(),
    receipts: z.array(adminReceiptSchema),
  })
  .meta({ id: "AdminAttempt" });
export type AdminAttempt = z.infer<typeof adminAttemptSchema>;

export const spendEntrySchema = z
  .object({
    round: z.int(),
    kind: z.enum(["reserve", "settle", "release", "correct"]),
    amount_usd: z.number(),
    created_at: time,
  })
  .meta({ id: "SpendEntry" });

/** A customer delivery about this job. */
export const jobDeliverySchema = z
  .object({
    id: z.string(),
    event_type: z.string(),
    endpoint_id: z.string().nullable(),
    url: z.string(),
    state: z.enum(deliveryStates),
    attempts: z.int(),
    last_status: z.int().nullable(),
    last_error: z.enum(deliveryErrors).nullable(),
    created_at: time,
    finished_at: time.nullable(),
  })
  .meta({ id: "JobDelivery" });

/**
 * One bar, or with `ended_at` = `started_at` one dot, of the waterfall; in order of their start. `ended_at` null: it goes on now.
 * Only bars of `delivering` may overlap; lanes are drawn in the order of `waterfallLanes`.
 */
export const waterfallLanes = ["waiting", "submitting", "fal", "copying", "delivering", "admin"] as const;
export const spanSchema = z
  .object({
    id: z.string(),
    lane: z.enum(waterfallLanes),
    label: z.string(),
    started_at: time,
    ended_at: time.nullable(),
    outcome: z.enum(["running", "ok", "failed", "unknown", "canceled"]),
    attempt: z.int().nullable(),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  })
  .meta({ id: "Span" });
export type Span = z.infer<typeof spanSchema>;

/** GET /admin/api/jobs/{id} */
export const adminJobDetailSchema = z
  .object({
    job: adminJobItemSchema.extend({
      api_key: z.object({ id: z.string(), name: z.string(), prefix: z.string() }).nullable(),
      error_detail: jobErrorSchema.nullable().optional().describe("Absent without the payload permission."),
      seed: z.int().nullable().optional(),
      input: z.record(z.string(), z.unknown()).nullable().optional().describe("Absent without the payload permission."),
      metadata: z.record(z.string(), z.string()).optional().describe("Absent without the payload permission."),
      round: z.int().describe("1, and one more per retry by hand."),
      attempts_max: z.int(),
      max_cost_usd: z.number().nullable(),
      due_at: time.nullable().describe("When the row next needs attention."),
      deadline_at: time.nullable(),
      cancel_requested_at: time.nullable(),
      deleted_at: time.nullable(),
      webhook_url: z.string().nullable(),
      reused_from: z
        .string()
        .nullable()
        .describe("The job whose images these are, or for whose images this one waits."),
    }),
    can: z
      .object({ retry: z.boolean(), cancel: z.boolean(), delete: z.boolean() })
      .describe("What its state allows; the role has to allow it, too."),
    explanation: explanationSchema,
    phases: z.object({
      waiting_ms: z.int().nullable(),
      fal_ms: z.int().nullable(),
      copying_ms: z.int().nullable(),
    }),
    input_pictures: z.array(adminInputPictureSchema),
    outputs: z.array(adminOutputSchema),
    attempts: z.array(adminAttemptSchema),
    timeline: z.array(timelineEntrySchema).describe("Without texts of fal's for those without the payload permission."),
    waterfall: z.array(spanSchema),
    spend: z.array(spendEntrySchema),
    deliveries: z.array(jobDeliverySchema),
    audit: z.array(auditEntrySchema),
    curl: z.string().optional().describe("The same job as a curl command, with $DARKROOM_KEY for the key."),
  })
  .meta({ id: "AdminJobDetail" });
export type AdminJobDetail = z.infer<typeof adminJobDetailSchema>;

/** Answer to POST /admin/api/jobs/{id}/cancel, …/retry and DELETE /admin/api/jobs/{id}. */
export const jobActionSchema = z
  .object({
    outcome: z.enum(["canceled", "cancel_requested", "queued", "copying", "deleted"]),
    job: adminJobItemSchema,
  })
  .meta({ id: "JobAction" });
