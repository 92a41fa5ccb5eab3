import { z } from "zod";
import { holdSchema } from "./explain.ts";
import { jobErrorCodes, jobErrorSchema } from "./job-errors.ts";
import { problemSchema } from "./problems.ts";
import { budgetSchema } from "./usage.ts";

/** On the wire; the finer states behind it are docs/states.md. */
export const jobStatuses = ["queued", "processing", "succeeded", "failed", "canceled"] as const;
export const jobStatusSchema = z.enum(jobStatuses).meta({ id: "JobStatus" });
export type JobStatus = z.infer<typeof jobStatusSchema>;

export const defaultModel = "fal-ai/z-image/turbo/image-to-image";

/** Seven days: long enough for any backlog one would still want, short enough that nothing waits for ever. */
export const deadlineSecondsMax = 7 * 86_400;
/** A day: a backlog may take hours, but an image nobody waited for after a day is not wanted any more. */
export const deadlineSecondsDefault = 86_400;

const tag = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w.:/-]+$/, "may contain letters, digits and _ . : / -");
/** A time with its offset. The years are those that ISO 8601, JavaScript and Postgres all write the same way, with room for a deadline. */
const instant = z.iso
  .datetime({ offset: true })
  .refine(
    (text) => Date.parse(text) >= Date.UTC(2000) && Date.parse(text) < Date.UTC(9000),
    "must be in the years 2000 to 8999",
  );

/** Dollars with at most six decimals: money is kept in whole micro-dollars. */
const usd = z
  .number()
  .min(0)
  .max(1_000_000)
  .refine((value) => Math.abs(value * 1e6 - Math.round(value * 1e6)) < 1e-3, "may have at most six decimals");

const reuseUnits = { m: 60, h: 3_600, d: 86_400 } as const;
const reuseSecondsMax = 30 * 86_400;

/** Seconds of `24h`; null if it is none such. */
export function reuseSeconds(text: string): number | null {
  const [, count, unit] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  const seconds = Number(count) * reuseUnits[unit as keyof typeof reuseUnits];
  return seconds <= reuseSecondsMax ? seconds : null;
}

const reuse = z
  .string()
  .refine((text) => reuseSeconds(text) !== null, "must be a time like 30m, 24h or 7d, at most 30d")
  .meta({
    description:
      "Take the images of a job of yours with the same model, input and seed that succeeded at most so long ago, or is under way, instead of " +
      "generating anew: free of charge, and told by `reused_from`. Pictures are compared by their content, so they must be uploads or data URIs. " +
      "Of jobs under way only those with `reuse` are shared. Without a seed, any earlier result without one will do.",
    example: "24h",
  });

export const createJobSchema = z
  .strictObject({
    model: z.string().max(200).default(defaultModel).describe("A model id from GET /v1/models."),
    input: z.record(z.string(), z.unknown()).describe("The model's own input; see GET /v1/models for its schema."),
    priority: z
      .int()
      .min(-100)
      .max(100)
      .default(0)
      .describe(
        "A point is a head start of a minute over this tenant's other jobs; who waits long enough goes first all the same.",
      ),
    run_at: instant.optional().describe("Do not start before this time."),
    deadline_seconds: z
      .int()
      .min(1)
      .max(deadlineSecondsMax)
      .default(deadlineSecondsDefault)
      .describe("Give up when the job is not finished by then, counted from its creation, or from `run_at`."),
    metadata: z
      .record(z.string().min(1).max(40), z.string().max(500))
      .refine((value) => Object.keys(value).length <= 50, "may have at most 50 keys")
      .default({})
      .describe("Yours: returned with the job, and filterable as metadata.KEY=VALUE."),
    tags: z.array(tag).max(10).default([]).describe("Yours: for filters and the spend report."),
    reuse: reuse.optional(),
    max_cost_usd: usd.optional().describe("Refuse the job (402) when it could cost more."),
    webhook_url: z
      .string()
      .min(1)
      .max(2_000)
      .optional()
      .describe("Told of this job's end, besides your endpoints; signed with your default secret."),
  })
  .refine((job) => job.reuse === undefined || job.run_at === undefined, {
    path: ["reuse"],
    message: "cannot go with run_at: the images of another job are there at once",
  })
  .meta({ id: "CreateJob" });
export type CreateJob = z.infer<typeof createJobSchema>;

const time = z.iso.datetime().describe("UTC");

export const outputSchema = z
  .object({
    id: z.string(),
    url: z
      .url()
      .describe(
        "Stable link: answers 302 to a fresh link into storage, for as long as the output exists. Needs no API key.",
      ),
    content_type: z.string(),
    width: z.int(),
    height: z.int(),
    bytes: z.int(),
    sha256: z.string().describe("Of the stored bytes, lowercase hex."),
    nsfw: z.boolean().nullable().describe("What fal's safety checker said; null if it said nothing."),
    expires_at: time.nullable().describe("When the output will be deleted; null: kept until you delete the job."),
  })
  .meta({ id: "Output" });
export type Output = z.infer<typeof outputSchema>;

export const jobSchema = z
  .object({
    id: z.string(),
    status: jobStatusSchema,
    model: z.string(),
    input: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe("As sent to fal, defaults filled in; null once deleted."),
    outputs: z.array(outputSchema).describe("Empty until succeeded."),
    seed: z.int().nullable(),
    error: jobErrorSchema.nullable(),
    charged: z
      .enum(["yes", "no", "unknown"])
      .nullable()
      .describe("Whether fal billed it; null until final. unknown may become yes or no when fal answers after all."),
    cost_usd: z.number().nullable().describe("What it cost; null until final."),
    reserved_usd: z.number().describe("The most it was expected to cost."),
    attempts: z.int().describe("Tries at fal so far."),
    priority: z.int(),
    tags: z.array(z.string()),
    metadata: z.record(z.string(), z.string()),
    batch_id: z.string().nullable(),
    reused_from: z
      .string()
      .nullable()
      .describe("The job whose images these are, or for which this one waits (`reuse`). Null: it is generated itself."),
    webhook_url: z.string().nullable().describe("As given; null once deleted."),
    created_at: time,
    run_at: time.nullable(),
    submitted_at: time.nullable(),
    finished_at: time.nullable(),
    deadline_at: time.nullable(),
    cancel_requested_at: time.nullable(),
    deleted_at: time.nullable(),
  })
  .meta({ id: "Job" });
export type Job = z.infer<typeof jobSchema>;

export const jobListSchema = z
  .object({ data: z.array(jobSchema), next_cursor: z.string().nullable() })
  .meta({ id: "JobList" });
export type JobList = z.infer<typeof jobListSchema>;

export const batchItemLimit = 1_000;

export const createBatchSchema = z
  .strictObject({ jobs: z.array(z.unknown()).min(1).max(batchItemLimit).describe("Each as in POST /v1/jobs.") })
  .meta({ id: "CreateBatch" });

/** What became of one item of a batch: it is a job, or the reason why it is none. `status` is what POST /v1/jobs would have answered. */
export const batchItemSchema = z
  .object({
    index: z.int().describe("Its place in `jobs` of the request, from 0."),
    status: z.int().describe("202, or the problem's status."),
    job: jobSchema.nullable(),
    problem: problemSchema.nullable(),
  })
  .meta({ id: "BatchItem" });
export type BatchItem = z.infer<typeof batchItemSchema>;

export const batchCreatedSchema = z
  .object({
    id: z.string(),
    created_at: time,
    accepted: z.int().describe("Items that became jobs."),
    refused: z.int().describe("Items that did not; each says why."),
    data: z.array(batchItemSchema),
  })
  .meta({ id: "BatchCreated" });
export type BatchCreated = z.infer<typeof batchCreatedSchema>;

export const batchSchema = z
  .object({
    id: z.string(),
    created_at: time,
    accepted: z.int(),
    refused: z.int(),
    counts: z.record(jobStatusSchema, z.int()).describe("Jobs of the batch by status, now."),
    finished: z.boolean().describe("Whether every job of the batch is final."),
    cost_usd: z.number().describe("What its ended jobs cost so far."),
    reserved_usd: z.number().describe("The most its open jobs may cost."),
  })
  .meta({ id: "Batch" });
export type Batch = z.infer<typeof batchSchema>;

/** Answer to `?dry_run=true`: nothing was created. */
export const quoteSchema = z
  .object({
    dry_run: z.literal(true),
    model: z.string(),
    cost_usd: z.number().describe("What would be reserved."),
    exact: z.boolean().describe("False when the size of the picture is only known once it is made."),
    lines: z.array(
      z.object({
        label: z.string(),
        quantity: z.number(),
        unit: z.string(),
        unit_usd: z.number(),
        cost_usd: z.number(),
      }),
    ),
    refused_by: budgetSchema.nullable().describe("The budget that has no room for it: a create would be 402 now."),
    queue_full: z.boolean().describe("Whether as many jobs of the tenant wait as may: a create would be 429 now."),
    reused_from: z.string().nullable().describe("With `reuse`: the job whose images it would get, free of charge."),
    holds: z.array(holdSchema).describe("What would keep it from starting, as in /explain."),
    place_in_tenant: z.int().nullable(),
    estimated_start_at: time.nullable(),
  })
  .meta({ id: "Quote" });
export type Quote = z.infer<typeof quoteSchema>;

const oneOrMany = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(item).max(20).optional(),
  );

/** Query of GET /v1/jobs; metadata.KEY=VALUE is taken apart before this schema sees it. */
export const listJobsQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
  status: oneOrMany(jobStatusSchema),
  model: z.string().max(200).optional(),
  tag: z.string().max(64).optional(),
  error_code: z.enum(jobErrorCodes).optional(),
  batch_id: z.string().max(64).optional(),
  created_after: instant.optional(),
  created_before: instant.optional(),
  metadata: z.record(z.string().min(1).max(40), z.string().max(500)).optional(),
});
export type ListJobsQuery = z.infer<typeof listJobsQuerySchema>;
