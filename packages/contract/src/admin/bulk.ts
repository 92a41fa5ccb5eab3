import { z } from "zod";
import { jobFilterSchema } from "./jobs.ts";
import { boundedCountSchema, pageOf, pageQuery, time } from "./paging.ts";

/** How far a dry count goes. */
export const bulkCountMax = 10_000;

const target = {
  action: z.enum(["cancel", "retry"]),
  filter: jobFilterSchema
    .default({})
    .describe("As in the job list. Only jobs the action can be done to are meant, whatever `status` says."),
  job_ids: z.array(z.string().max(64)).min(1).max(1_000).optional().describe("Only these, of what the filter finds."),
};

/** POST /admin/api/bulk/count: how many jobs would be meant. Changes nothing. */
export const countBulkSchema = z.strictObject(target);
export type CountBulk = z.infer<typeof countBulkSchema>;

export const bulkCountSchema = z
  .object({
    action: z.enum(["cancel", "retry"]),
    matched: boundedCountSchema.describe("Counted up to 10,000, and among a bounded number of jobs."),
    searched: z.int().describe("Jobs that were looked at."),
    complete: z
      .boolean()
      .describe("False: there are more jobs further back than were looked at; `matched` is at least."),
    reserve_usd: z.number().describe("For retry: what the counted jobs would reserve again, at most."),
    sample_ids: z.array(z.string()).max(5),
  })
  .meta({ id: "BulkCount" });

/** POST /admin/api/bulk: starts it; a worker does it, some jobs at a time. Only jobs created before this moment are meant. */
export const startBulkSchema = z.strictObject({
  ...target,
  per_second: z.int().min(1).max(200).default(50).describe("Pace, so that dispatch and the database breathe."),
});
export type StartBulk = z.infer<typeof startBulkSchema>;

export const bulkSchema = z
  .object({
    id: z.string().describe("blk_…"),
    action: z.enum(["cancel", "retry"]),
    state: z.enum(["running", "finished", "stopped"]),
    filter: jobFilterSchema,
    job_ids: z.int().nullable().describe("How many ids it was given; null: none, the filter alone."),
    per_second: z.int(),
    searched: z.int().describe("Jobs that were looked at so far."),
    done: z.int(),
    skipped: z.int().describe("Jobs that had moved on meanwhile."),
    refused: z.int().describe("Retries that a budget, the job's max_cost_usd or a model without price refused."),
    progress: z.number().min(0).max(1).describe("Of the time range that is gone through, newest first; an estimate."),
    created_by: z.string(),
    created_at: time,
    finished_at: time.nullable(),
    stop_requested_at: time.nullable(),
  })
  .meta({ id: "Bulk" });
export type Bulk = z.infer<typeof bulkSchema>;

/** GET /admin/api/bulk; GET /admin/api/bulk/{id} and POST …/{id}/stop answer one. */
export const listBulkQuerySchema = z.strictObject(pageQuery);
export const bulkListSchema = pageOf(bulkSchema).meta({ id: "BulkList" });
