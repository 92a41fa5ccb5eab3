import { auditActions } from "@darkroom/contract/admin/audit";
import { jobFilterShape } from "@darkroom/contract/admin/jobs";
import { statsRanges } from "@darkroom/contract/admin/overview";
import { deliveryStates } from "@darkroom/contract/deliveries";
import { eventTypes } from "@darkroom/contract/events";
import { jobStatusSchema } from "@darkroom/contract/jobs";
import { z } from "zod";

/*
 * What the pages keep in their address. A value that means nothing (an old link, a slip) is left out instead of breaking the page.
 */

const text = z.string().max(200).optional().catch(undefined);
const day = z.iso.date().optional().catch(undefined);

function lenient<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().catch(undefined);
}

export const overviewSearch = z.object({ range: lenient(z.enum(statsRanges)), tenant_id: text });

const statuses = z.preprocess(
  (value) => (value === undefined || Array.isArray(value) ? value : [value]),
  z.array(jobStatusSchema).max(5).optional(),
);

export const jobSearch = z.object({
  status: statuses.catch(undefined),
  tenant_id: text,
  model: text,
  tag: text,
  error_code: jobFilterShape.error_code.catch(undefined),
  batch_id: text,
  cost_min_usd: jobFilterShape.cost_min_usd.catch(undefined),
  cost_max_usd: jobFilterShape.cost_max_usd.catch(undefined),
  created_after: jobFilterShape.created_after.catch(undefined),
  created_before: jobFilterShape.created_before.catch(undefined),
  q: text,
});
export type JobSearch = z.infer<typeof jobSearch>;

export const endpointSearch = z.object({ tenant_id: text, state: lenient(z.enum(["enabled", "paused", "disabled"])) });

export const deliverySearch = z.object({
  tenant_id: text,
  endpoint_id: text,
  event_type: lenient(z.enum(eventTypes)),
  state: lenient(z.enum(deliveryStates)),
  job_id: text,
});

export const spendSearch = z.object({ from: day, to: day, tenant_id: text });

export const auditSearch = z.object({
  action: lenient(z.enum(auditActions)),
  actor_id: text,
  target_id: text,
  tenant_id: text,
});
