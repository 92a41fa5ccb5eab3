import { z } from "zod";
import { backlogSchema } from "./overview.ts";
import { boundedCountSchema, day, time } from "./paging.ts";

const weight = z.int().min(1).max(1_000).describe("Share of the slots relative to other tenants with a backlog.");
const inFlightMax = z
  .int()
  .min(1)
  .max(10_000)
  .nullable()
  .describe("Its jobs at fal at once; null: the account's limit.");
const ratePerMinute = z
  .int()
  .min(1)
  .max(10_000_000)
  .nullable()
  .describe("Its requests per minute over all its keys; null: TENANT_RATE_LIMIT_PER_MINUTE.");
const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "may contain letters, digits and . _ -, and at most 63 of them");

export const adminTenantSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    weight,
    in_flight_max: inFlightMax,
    rate_per_minute: ratePerMinute,
    paused_at: time.nullable(),
    created_at: time,
    in_flight: z.int(),
    waiting: boundedCountSchema,
    month: z
      .object({ succeeded: z.int(), failed: z.int(), canceled: z.int(), cost_usd: z.number() })
      .describe("Jobs that ended in this month (UTC), and what they cost."),
  })
  .meta({ id: "AdminTenant" });
export type AdminTenant = z.infer<typeof adminTenantSchema>;

/** GET /admin/api/tenants, by name. */
export const listTenantsQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(100),
  cursor: z.string().max(200).optional(),
  q: z.string().trim().min(1).max(63).optional().describe("Beginning of the name."),
});
export const adminTenantListSchema = z
  .object({ data: z.array(adminTenantSchema), next_cursor: z.string().nullable() })
  .meta({ id: "AdminTenantList" });

/** POST /admin/api/tenants */
export const createTenantSchema = z.strictObject({
  name,
  weight: weight.default(1),
  in_flight_max: inFlightMax.default(null),
  rate_per_minute: ratePerMinute.default(null),
});

/** PATCH /admin/api/tenants/{id} */
export const updateTenantSchema = z.strictObject({
  weight: weight.optional(),
  in_flight_max: inFlightMax.optional(),
  rate_per_minute: ratePerMinute.optional(),
  paused: z.boolean().optional().describe("Paused: its jobs are accepted and wait."),
});
export type UpdateTenant = z.infer<typeof updateTenantSchema>;

export const adminBudgetSchema = z
  .object({
    id: z.string(),
    api_key_id: z.string().nullable().describe("Null: the budget is the tenant's."),
    period: z.enum(["day", "month"]),
    limit_usd: z.number(),
    used_usd: z.number().describe("Reserved and spent in the present period."),
    resets_at: time,
  })
  .meta({ id: "AdminBudget" });
export type AdminBudget = z.infer<typeof adminBudgetSchema>;
export const adminBudgetListSchema = z.object({ data: z.array(adminBudgetSchema) });

/** POST /admin/api/tenants/{id}/budgets: sets, changes, or with null removes one. Answers all of the tenant's budgets. */
export const setBudgetSchema = z.strictObject({
  period: z.enum(["day", "month"]),
  api_key_id: z.string().max(64).nullable().default(null),
  limit_usd: z
    .number()
    .min(0)
    .max(10_000_000)
    .refine((value) => Math.abs(value * 1e6 - Math.round(value * 1e6)) < 1e-3, "may have at most six decimals")
    .nullable(),
});

/** GET /admin/api/tenants/{id}/usage: from kept sums, some seconds behind at most. */
export const tenantUsageQuerySchema = z.strictObject({
  by: z.enum(["total", "model", "key", "tag"]).default("total"),
  days: z.coerce.number().int().min(1).max(366).default(30),
});
export const tenantUsageSchema = z
  .object({
    by: z.enum(["total", "model", "key", "tag"]),
    from: day,
    to: day,
    data: z.array(
      z.object({
        day,
        value: z.string(),
        succeeded: z.int(),
        failed: z.int(),
        canceled: z.int(),
        cost_usd: z.number(),
      }),
    ),
  })
  .meta({ id: "TenantUsage" });
export type TenantUsage = z.infer<typeof tenantUsageSchema>;

/** GET /admin/api/tenants/{id}: the tenant with its line. Keys, budgets and usage have routes of their own. */
export const adminTenantDetailSchema = z
  .object({ tenant: adminTenantSchema, backlog: backlogSchema.nullable().describe("Null while nothing waits.") })
  .meta({ id: "AdminTenantDetail" });
