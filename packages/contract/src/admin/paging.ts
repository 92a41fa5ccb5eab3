import { z } from "zod";

/** Every list comes in pages by key, newest first: `next_cursor` is where the next page begins, null at the end. No totals. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable() });
}

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
};

/** A count that stops: `capped` says that there are at least so many. Shown as "1,000+". */
export const boundedCountSchema = z.object({ count: z.int(), capped: z.boolean() }).meta({ id: "BoundedCount" });
export type BoundedCount = z.infer<typeof boundedCountSchema>;

export const time = z.iso.datetime().describe("UTC");
export const day = z.iso.date();

/** Who pays, as every admin list names it. */
export const tenantRefSchema = z.object({ id: z.string(), name: z.string() }).meta({ id: "TenantRef" });
export type TenantRef = z.infer<typeof tenantRefSchema>;
