import { z } from "zod";

/** Why a job is where it is. One of these is the first reason; holds lists every one that is true at the moment. */
export const holdKinds = [
  "same_input",
  "scheduled",
  "retry_pause",
  "tenant_paused",
  "tenant_slots",
  "dispatch_paused",
  "account_circuit",
  "model_circuit",
  "account_slots",
  "model_slots",
  "submit_rate",
  "turn",
] as const;

export const holdSchema = z
  .object({
    kind: z.enum(holdKinds),
    used: z.int().optional().describe("Slots in use, where slots are the reason."),
    slots: z.int().optional(),
    since: z.iso.datetime().nullable().optional(),
    until: z.iso.datetime().nullable().optional().describe("When it ends by itself, where that is known."),
    reason: z.string().nullable().optional(),
    job_id: z.string().optional().describe("The identical job whose images are waited for."),
  })
  .meta({ id: "Hold" });
export type WireHold = z.infer<typeof holdSchema>;

export const explanationSchema = z
  .object({
    job_id: z.string(),
    status: z.enum(["queued", "processing", "succeeded", "failed", "canceled"]),
    sentence: z.string().describe("For people: why the job is where it is, and what comes next."),
    holds: z.array(holdSchema).describe("What keeps a queued job from starting; the first is what the sentence names."),
    place_in_tenant: z.int().nullable().describe("Jobs of the same tenant that go first; counted up to 1,000."),
    place_overall: z.int().nullable().describe("Estimate of the jobs of all tenants that go first."),
    estimated_start_at: z.iso
      .datetime()
      .nullable()
      .describe("Estimate from recent generations; null where there is no telling."),
  })
  .meta({ id: "Explanation" });
export type Explanation = z.infer<typeof explanationSchema>;
