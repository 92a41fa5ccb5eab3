import { z } from "zod";
import { day } from "./paging.ts";

/** GET /admin/api/spend: from kept sums, some seconds behind at most. Days are UTC. */
export const spendQuerySchema = z.strictObject({
  from: day.optional().describe("29 days before `to` if left out."),
  to: day.optional().describe("Today if left out. At most 366 days."),
  tenant_id: z.string().max(64).optional().describe("Of one tenant; then by_tenant has one row."),
});

const sums = {
  succeeded: z.int(),
  failed: z.int(),
  canceled: z.int(),
  settled_usd: z.number().describe("What jobs that ended then cost."),
};

export const spendReportSchema = z
  .object({
    from: day,
    to: day,
    total: z.object({
      ...sums,
      reserved_usd: z.number().describe("What jobs accepted (or opened again) then were expected to cost at most."),
      released_usd: z.number().describe("Of reservations closed then, what was not spent."),
    }),
    open_usd: z.number().describe("Reserved by jobs that are not final, now."),
    by_day: z.array(z.object({ day, ...sums, reserved_usd: z.number(), released_usd: z.number() })),
    by_model: z.array(z.object({ model: z.string(), ...sums })).describe("Dearest first."),
    by_tenant: z
      .array(z.object({ tenant_id: z.string(), name: z.string(), ...sums }))
      .describe("Dearest first; at most 100."),
  })
  .meta({ id: "SpendReport" });
export type SpendReport = z.infer<typeof spendReportSchema>;
