import { z } from "zod";
import { nowSchema } from "./overview.ts";
import { boundedCountSchema, tenantRefSchema, time } from "./paging.ts";

/** One kind of message. The queue is only a doorbell: what is due stands in Postgres (docs/architecture.md). */
export const doorbellSchema = z
  .object({
    kind: z.string(),
    waiting: z.int().nullable().describe("Messages nobody has taken; null: the queue could not be asked."),
    overdue: boundedCountSchema
      .nullable()
      .describe("Rows that are due and whose message did not come; null where there are none by nature."),
    oldest_due_at: time.nullable().describe("Since when the longest overdue row is due."),
    last_consumed_at: time.nullable().describe("When any worker last took one."),
  })
  .meta({ id: "DoorbellState" });

/** The jobs of one tenant for one model, first to go first. */
export const laneSchema = z
  .object({
    tenant: tenantRefSchema,
    model: z.string(),
    waiting: boundedCountSchema,
    oldest_at: time.nullable(),
    head_job_id: z.string().nullable(),
  })
  .meta({ id: "Lane" });

export const workerSchema = z
  .object({
    id: z.string(),
    host: z.string(),
    pid: z.int(),
    version: z.string(),
    started_at: time,
    last_seen_at: time,
    alive: z.boolean().describe("Seen within the last 20 s."),
  })
  .meta({ id: "WorkerState" });

/** GET /admin/api/queue */
export const queueStateSchema = z
  .object({
    now: nowSchema,
    backend: z.enum(["redis", "postgres"]),
    bull_board: z.boolean(),
    doorbells: z.array(doorbellSchema),
    blocked_until: time.nullable().describe("fal's Retry-After."),
    lanes: z.array(laneSchema).describe("At most 100."),
    workers: z.array(workerSchema),
  })
  .meta({ id: "QueueState" });
export type QueueState = z.infer<typeof queueStateSchema>;

/** Answer to POST /admin/api/queue/pause and …/resume. */
export const dispatchPausedSchema = z.object({ paused_at: time.nullable() }).meta({ id: "DispatchPaused" });

/** POST /admin/api/queue/circuits/reset */
export const resetCircuitSchema = z.strictObject({ scope: z.string().min(1).max(200) });
export const circuitResetSchema = z.object({ reset: z.boolean().describe("False: it was closed.") });

/** Answer to POST /admin/api/queue/rebuild: rang for everything that is due, from Postgres alone. */
export const queueRebuiltSchema = z
  .object({
    rung: z.record(z.string(), z.int()).describe("Messages by kind."),
    ended: z.int().describe("Jobs past their deadline, ended on the way."),
    ms: z.int(),
  })
  .meta({ id: "QueueRebuilt" });
