import { z } from "zod";

const day = z.iso.date();

/** Query of GET /v1/usage. */
export const usageQuerySchema = z.strictObject({
  by: z.enum(["total", "model", "key", "tag"]).default("total").describe("What to split the sums by."),
  from: day.optional().describe("First day (UTC); 30 days ago if left out."),
  to: day.optional().describe("Last day (UTC); today if left out."),
});

export const usageSchema = z
  .object({
    by: z.enum(["total", "model", "key", "tag"]),
    from: day,
    to: day,
    data: z.array(
      z.object({
        day,
        value: z.string().describe("The model, key id or tag; empty for the total."),
        succeeded: z.int(),
        failed: z.int(),
        canceled: z.int(),
        cost_usd: z.number().describe("What fal charged for jobs that ended on this day."),
      }),
    ),
  })
  .meta({ id: "Usage" });

export const budgetSchema = z
  .object({
    scope: z.enum(["tenant", "api_key"]),
    period: z.enum(["day", "month"]),
    limit_usd: z.number(),
    used_usd: z.number().describe("Reserved and spent in the present period."),
    resets_at: z.iso.datetime(),
  })
  .meta({ id: "Budget" });

export const budgetListSchema = z.object({ data: z.array(budgetSchema) }).meta({ id: "BudgetList" });
