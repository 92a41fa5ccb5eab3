import { z } from "zod";

export const fileSchema = z
  .object({
    id: z.string().describe("Usable as any image field of a job's input."),
    url: z.url().describe("Stable link to the picture; also usable as an image field."),
    content_type: z.string(),
    bytes: z.int(),
    sha256: z.string(),
    width: z.int(),
    height: z.int(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: "File" });
export type File = z.infer<typeof fileSchema>;
