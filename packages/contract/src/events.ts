import { z } from "zod";
import { jobErrorSchema } from "./job-errors.ts";
import { outputSchema } from "./jobs.ts";

/**
 * What a tenant's systems are told: by a signed POST to its endpoints, and by GET /v1/events. A type's fields are only ever added
 * to; a change that would break a reader makes a new `version`.
 */
export const eventCatalogue = {
  "job.succeeded": { optIn: false, meaning: "Every image of a job is stored." },
  "job.failed": { optIn: false, meaning: "A job ended without images; `error` says why." },
  "job.canceled": { optIn: false, meaning: "A job ended because it was canceled." },
  "job.started": { optIn: true, meaning: "A job goes to fal, once per attempt." },
  "batch.completed": { optIn: false, meaning: "Every job of a batch is final; again when one was reopened." },
  "budget.threshold": {
    optIn: false,
    meaning: "50, 80 or 100 percent of a budget are used: once each per day or month.",
  },
  "endpoint.disabled": { optIn: false, meaning: "An endpoint is sent nothing any more; told to the others." },
  "test.ping": { optIn: false, meaning: "Made by POST /v1/endpoints/{id}/test, for that endpoint alone." },
} as const satisfies Record<string, { optIn: boolean; meaning: string }>;

export type EventType = keyof typeof eventCatalogue;
export const eventTypes = Object.keys(eventCatalogue) as [EventType, ...EventType[]];

/** Sent only to endpoints that name them. */
export const optInEventTypes = eventTypes.filter((type) => eventCatalogue[type].optIn);

const time = z.iso.datetime().describe("UTC");

/** Bounds that keep every payload below 20 kB. */
export const eventOutputsMax = 16;
export const eventMetadataBytesMax = 8_000;

const jobFacts = z
  .object({
    id: z.string().describe("job_…"),
    status: z.enum(["queued", "processing", "succeeded", "failed", "canceled"]),
    model: z.string(),
    outputs: z.array(outputSchema).describe(`At most the first ${eventOutputsMax}; GET /v1/jobs/{id} has them all.`),
    seed: z.int().nullable(),
    error: jobErrorSchema.nullable(),
    charged: z.enum(["yes", "no", "unknown"]).nullable(),
    cost_usd: z.number().nullable(),
    attempts: z.int(),
    tags: z.array(z.string()),
    metadata: z
      .record(z.string(), z.string())
      .nullable()
      .describe(`Null if it is larger than ${eventMetadataBytesMax} bytes: then GET /v1/jobs/{id} has it.`),
    batch_id: z.string().nullable(),
    reused_from: z.string().nullable().describe("The job whose images these are; null: it was generated."),
    created_at: time,
    submitted_at: time.nullable(),
    finished_at: time.nullable(),
  })
  .meta({ id: "JobFacts", description: "The job as it was at that moment. No prompt, no input." });
export type JobFacts = z.infer<typeof jobFacts>;

const batchFacts = z
  .object({
    id: z.string().describe("bat_…"),
    jobs: z.int(),
    succeeded: z.int(),
    failed: z.int(),
    canceled: z.int(),
    created_at: time,
  })
  .meta({ id: "BatchFacts" });

const budgetFacts = z
  .object({
    id: z.string().describe("bgt_…"),
    api_key_id: z.string().nullable().describe("Null: the budget is the tenant's."),
    period: z.enum(["day", "month"]),
    percent: z
      .int()
      .describe(
        "The threshold that was reached: 50, 80 or 100. 100 also if a job was refused that did not fit any more.",
      ),
    limit_usd: z.number(),
    used_usd: z.number(),
    resets_at: time,
  })
  .meta({ id: "BudgetFacts" });

export const disableReasons = ["gone", "failing"] as const;

const endpointFacts = z
  .object({
    id: z.string().describe("ep_…"),
    url: z.string(),
    reason: z.enum(disableReasons).describe("gone: it answered 410. failing: five days of nothing but failures."),
    failing_since: time.nullable(),
  })
  .meta({ id: "EndpointFacts" });

const pingFacts = z.object({ endpoint_id: z.string() }).meta({ id: "PingFacts" });

/** One event of a type. The names are Standard Webhooks' own: type, timestamp, data. */
function event<Type extends EventType, Data extends z.ZodType>(type: Type, data: Data) {
  return z
    .object({
      id: z.string().describe("evt_…, the same as in `webhook-id`: keep it, and you will know a repeat."),
      type: z.literal(type),
      version: z.literal(1),
      timestamp: time.describe("When it happened."),
      data,
    })
    .meta({ id: `Event_${type.replace(".", "_")}`, description: eventCatalogue[type].meaning });
}

export const eventSchemas = {
  "job.succeeded": event("job.succeeded", jobFacts),
  "job.failed": event("job.failed", jobFacts),
  "job.canceled": event("job.canceled", jobFacts),
  "job.started": event("job.started", jobFacts),
  "batch.completed": event("batch.completed", batchFacts),
  "budget.threshold": event("budget.threshold", budgetFacts),
  "endpoint.disabled": event("endpoint.disabled", endpointFacts),
  "test.ping": event("test.ping", pingFacts),
} as const satisfies Record<EventType, z.ZodType>;

export const eventSchema = z
  .discriminatedUnion("type", [
    eventSchemas["job.succeeded"],
    eventSchemas["job.failed"],
    eventSchemas["job.canceled"],
    eventSchemas["job.started"],
    eventSchemas["batch.completed"],
    eventSchemas["budget.threshold"],
    eventSchemas["endpoint.disabled"],
    eventSchemas["test.ping"],
  ])
  .meta({ id: "Event" });
export type Event = z.infer<typeof eventSchema>;
export type EventOf<Type extends EventType> = z.infer<(typeof eventSchemas)[Type]>;

export const eventListSchema = z
  .object({
    data: z.array(eventSchema),
    next_cursor: z
      .string()
      .nullable()
      .describe("Where to read on, now or later; null only while there has been nothing at all."),
    has_more: z.boolean().describe("Whether there is more to read at once."),
  })
  .meta({ id: "EventList" });
export type EventList = z.infer<typeof eventListSchema>;

export const listEventsQuerySchema = z.strictObject({
  cursor: z
    .string()
    .max(200)
    .optional()
    .describe("A next_cursor of this list; without it, from the oldest event kept."),
  since: z.iso.datetime({ offset: true }).optional().describe("Without a cursor: begin with events from this time on."),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
