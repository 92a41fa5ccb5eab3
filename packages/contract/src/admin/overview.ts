import { z } from "zod";
import { jobErrorCodes } from "../job-errors.ts";
import { boundedCountSchema, tenantRefSchema, time } from "./paging.ts";

/** 1h in steps of a minute, 24h and 7d in steps of an hour. */
export const statsRanges = ["1h", "24h", "7d"] as const;
export type StatsRange = (typeof statsRanges)[number];

/** What a job spends its time with. waiting: in line; fal: submitted until generated; copying: into storage; delivering: telling endpoints. */
export const jobPhases = ["waiting", "fal", "copying", "delivering"] as const;
export type JobPhase = (typeof jobPhases)[number];

/** GET /admin/api/overview */
export const overviewQuerySchema = z.strictObject({
  range: z.enum(statsRanges).default("1h"),
  tenant_id: z
    .string()
    .max(64)
    .optional()
    .describe("Totals, phases, series, models and failures of one tenant; the rest is of the whole installation."),
});

const phaseTimes = z.object({
  phase: z.enum(jobPhases),
  count: z.int(),
  p50_ms: z.number().nullable().describe("Null where nothing was measured. Within 13 % of the true value."),
  p95_ms: z.number().nullable(),
});

export const statsPointSchema = z
  .object({
    at: time.describe("Start of the step."),
    succeeded: z.int(),
    failed: z.int(),
    canceled: z.int(),
    cost_usd: z.number(),
    in_flight: z.int().nullable().describe("Most jobs at fal at once, sampled; null where nobody looked."),
    waiting: z.int().nullable().describe("Longest line, sampled and counted up to 10,000."),
    p95_ms: z.number().nullable().describe("Of waiting, fal and copying together: from accepted to ended."),
  })
  .meta({ id: "StatsPoint" });
export type StatsPoint = z.infer<typeof statsPointSchema>;

export const circuitSchema = z
  .object({
    scope: z.string().describe("`account`, or a model id."),
    state: z.enum(["closed", "open", "half_open"]),
    failures: z.int(),
    opened_at: time.nullable(),
    probe_at: time.nullable().describe("When the next job is tried."),
    reason: z.string().nullable(),
  })
  .meta({ id: "Circuit" });
export type Circuit = z.infer<typeof circuitSchema>;

/** A tenant with jobs in line. */
export const backlogSchema = z
  .object({
    tenant: tenantRefSchema,
    waiting: boundedCountSchema,
    oldest_at: time.nullable().describe("Since when its longest waiting job has stood in line."),
    in_flight: z.int(),
    in_flight_max: z.int().nullable(),
    weight: z.int(),
    paused: z.boolean(),
  })
  .meta({ id: "Backlog" });
export type Backlog = z.infer<typeof backlogSchema>;

export const failureGroupSchema = z
  .object({
    code: z.enum(jobErrorCodes),
    blame: z.enum(["caller", "fal", "account", "storage", "darkroom"]),
    retryable: z.boolean(),
    meaning: z.string(),
    remedy: z.string(),
    count: z.int().describe("In the range."),
    share: z.number().min(0).max(1).describe("Of the failures in the range."),
    last_at: time.nullable(),
    examples: z.array(
      z.object({ job_id: z.string(), tenant: tenantRefSchema, model: z.string(), message: z.string(), at: time }),
    ),
  })
  .meta({ id: "FailureGroup" });
export type FailureGroup = z.infer<typeof failureGroupSchema>;

export const doubtedSubmitSchema = z
  .object({
    job_id: z.string(),
    tenant: tenantRefSchema,
    attempt: z.int(),
    doubted_at: time,
    request_id: z.string().nullable(),
    prevented: z.boolean().describe("fal had it: a blind retry would have been paid for twice."),
  })
  .meta({ id: "DoubtedSubmit" });

/** One thing an operator should know, worst first. `link` is a path within the dashboard. */
export const findingSchema = z
  .object({
    severity: z.enum(["critical", "warning", "info"]),
    code: z.enum([
      "no_worker",
      "queue_unreachable",
      "dispatch_paused",
      "account_circuit_open",
      "model_circuit_open",
      "line_stuck",
      "many_failures",
      "submits_slowed",
      "doubted_submits",
      "roll_up_behind",
      "deliveries_failing",
    ]),
    sentence: z.string(),
    link: z.string().nullable(),
  })
  .meta({ id: "Finding" });
export type Finding = z.infer<typeof findingSchema>;

/** What is true at this moment, from rows; also sent by the stream every two seconds. */
export const nowSchema = z
  .object({
    at: time,
    in_flight: z.int(),
    slots: z.int().describe("FAL_MAX_IN_FLIGHT with FAL_OVER_COMMIT."),
    in_flight_by_model: z.array(z.object({ model: z.string(), in_flight: z.int(), slots: z.int().nullable() })),
    waiting: boundedCountSchema,
    scheduled: boundedCountSchema.describe("Queued, but for later."),
    copying: boundedCountSchema,
    oldest_waiting: z
      .object({ job_id: z.string(), tenant: tenantRefSchema, model: z.string(), since: time })
      .nullable(),
    backlog: z.array(backlogSchema).describe("Longest lines first; at most 20."),
    dispatch_paused_at: time.nullable(),
    submits_per_second: z.number().describe("Present pace; below FAL_SUBMITS_PER_SECOND after a 429."),
    submits_per_second_max: z.number(),
    circuits: z.array(circuitSchema).describe("Those that have seen failures."),
    workers_alive: z.int(),
  })
  .meta({ id: "Now" });
export type Now = z.infer<typeof nowSchema>;

export const overviewSchema = z
  .object({
    health: z.object({
      verdict: z.enum(["ok", "degraded", "down"]),
      sentence: z.string(),
      findings: z.array(findingSchema),
    }),
    now: nowSchema,
    range: z.enum(statsRanges),
    from: time,
    to: time,
    step_seconds: z.int(),
    behind_seconds: z
      .int()
      .describe("How long the oldest ended job has waited to be counted: 0 to 2 when all is well."),
    totals: z.object({
      succeeded: z.int(),
      failed: z.int(),
      canceled: z.int(),
      success_rate: z
        .number()
        .min(0)
        .max(1)
        .nullable()
        .describe("succeeded / (succeeded + failed); null without either."),
      per_minute: z.number().describe("Jobs ended per minute, over the range."),
      cost_usd: z.number(),
    }),
    phases: z.array(phaseTimes),
    series: z.array(statsPointSchema).describe("Every step of the range, also the empty ones."),
    by_model: z.array(
      z.object({ model: z.string(), succeeded: z.int(), failed: z.int(), canceled: z.int(), cost_usd: z.number() }),
    ),
    failures: z.array(failureGroupSchema).describe("Most frequent first."),
    spend: z.object({
      today_usd: z.number(),
      month_usd: z.number(),
      reserved_usd: z.number().describe("Reserved by jobs that are not final."),
    }),
    doubts: z.object({
      open: z.int().describe("Submits whose outcome is not known yet."),
      prevented: z.int().describe("Double charges prevented so far."),
      latest: z.array(doubtedSubmitSchema),
    }),
  })
  .meta({ id: "Overview" });
export type Overview = z.infer<typeof overviewSchema>;
