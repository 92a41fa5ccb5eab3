import { z } from "zod";
import { jobErrorCodes } from "../job-errors.ts";
import { jobStatusSchema } from "../jobs.ts";
import { pageOf, pageQuery, tenantRefSchema, time } from "./paging.ts";

/** The finer states behind a status; docs/states.md draws them. */
export const adminJobStates = [
  "queued",
  "submitting",
  "submitted",
  "copying",
  "succeeded",
  "failed",
  "canceled",
] as const;
export const adminJobStateSchema = z.enum(adminJobStates);
export type AdminJobState = z.infer<typeof adminJobStateSchema>;

/** A row of the job list. No payload but an excerpt of the prompt, and that only for who may see it. */
export const adminJobItemSchema = z
  .object({
    id: z.string(),
    tenant: tenantRefSchema,
    model: z.string(),
    status: jobStatusSchema,
    state: adminJobStateSchema,
    error: z
      .object({ code: z.enum(jobErrorCodes), blame: z.string(), retryable: z.boolean() })
      .nullable()
      .describe("Without its message, which may quote the prompt."),
    charged: z.enum(["yes", "no", "unknown"]).nullable(),
    cost_usd: z.number().nullable().describe("Null until final."),
    reserved_usd: z.number(),
    attempts: z.int(),
    priority: z.int(),
    tags: z.array(z.string()),
    batch_id: z.string().nullable(),
    images: z.int().describe("Outputs in storage."),
    cancel_requested: z.boolean(),
    deleted: z.boolean(),
    created_at: time,
    run_at: time.nullable(),
    submitted_at: time.nullable(),
    generated_at: time.nullable(),
    finished_at: time.nullable(),
    prompt_excerpt: z.string().optional().describe("First 160 characters. Absent without the payload permission."),
    thumbnail_url: z
      .string()
      .nullable()
      .optional()
      .describe("Of the first output. Absent without the payload permission."),
  })
  .meta({ id: "AdminJobItem" });
export type AdminJobItem = z.infer<typeof adminJobItemSchema>;

const oneOrMany = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(item).max(20).optional(),
  );

const usd = z.coerce.number().min(0).max(1_000_000).optional();

/** What jobs are meant: the same in the list's query and in a bulk operation. */
export const jobFilterShape = {
  status: oneOrMany(jobStatusSchema),
  tenant_id: z.string().max(64).optional(),
  model: z.string().max(200).optional(),
  tag: z.string().max(64).optional(),
  error_code: z.enum(jobErrorCodes).optional(),
  batch_id: z.string().max(64).optional(),
  cost_min_usd: usd,
  cost_max_usd: usd,
  created_after: z.iso.datetime({ offset: true }).optional(),
  created_before: z.iso.datetime({ offset: true }).optional(),
  q: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe(
      "An id (job_, bat_, out_, att_, evt_, dlv_, or fal's request id) finds its job. Any other text is looked for in prompts, which needs the payload permission.",
    ),
};
export const jobFilterSchema = z.strictObject(jobFilterShape).meta({ id: "JobFilter" });
export type JobFilterInput = z.infer<typeof jobFilterSchema>;

/** GET /admin/api/jobs; repeat `status` for several. */
export const listAdminJobsQuerySchema = z.strictObject({ ...jobFilterShape, ...pageQuery });
export type ListAdminJobsQuery = z.infer<typeof listAdminJobsQuerySchema>;

export const adminJobListSchema = pageOf(adminJobItemSchema)
  .extend({
    searched: z
      .object({
        jobs: z.int().describe("Jobs that were looked at for this page."),
        back_to: time.nullable().describe("Creation of the oldest one looked at."),
        complete: z.boolean().describe("False: there may be more further back; go on with next_cursor."),
      })
      .describe(
        "A page looks at a bounded number of jobs, so that no filter can be slow: it may come with few rows, or none, and a next_cursor.",
      ),
  })
  .meta({ id: "AdminJobList" });
export type AdminJobList = z.infer<typeof adminJobListSchema>;
