import { z } from "zod";
import { createJobSchema } from "../jobs.ts";
import { adminJobItemSchema } from "./jobs.ts";

/** POST /admin/api/playground/quote (answers quoteSchema) and POST /admin/api/playground/jobs. */
export const playgroundJobSchema = z.strictObject({
  tenant_id: z.string().max(64).describe("Who pays."),
  job: createJobSchema,
});
export type PlaygroundJob = z.infer<typeof playgroundJobSchema>;

/** POST /admin/api/playground/files?tenant_id=…: the picture itself is the body; answers fileSchema. Its id is good for any image field. */
export const playgroundFileQuerySchema = z.strictObject({ tenant_id: z.string().max(64) });

export const playgroundJobCreatedSchema = z.object({ job: adminJobItemSchema }).meta({ id: "PlaygroundJobCreated" });
