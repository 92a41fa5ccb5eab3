import { z } from "zod";

/** A model as GET /v1/models shows it. */
export const modelInfoSchema = z
  .object({
    id: z.string().describe("What `model` of a job names."),
    title: z.string(),
    summary: z.string(),
    category: z.enum(["text-to-image", "image-to-image", "other"]),
    available: z.boolean().describe("False while the operator has set no price: then its jobs are refused."),
    price: z
      .object({
        unit: z.enum(["megapixel", "image", "request"]),
        usd: z.number().describe("Of one unit."),
        prompt_expansion_usd: z.number().describe("Added once per request with `enable_prompt_expansion`."),
      })
      .nullable(),
    image_fields: z
      .array(z.string())
      .describe("Fields of `input` that take a picture: an https URL, a data URI, or the id or url of a file."),
    expected_ms: z.int().describe("Roughly how long fal computes one request."),
    docs_url: z.url(),
    input_schema: z.record(z.string(), z.unknown()).describe("JSON Schema (2020-12) of `input`."),
    example: z.record(z.string(), z.unknown()).describe("An input that is accepted as it stands."),
  })
  .meta({ id: "Model" });
export type ModelInfo = z.infer<typeof modelInfoSchema>;

export const modelListSchema = z.object({ data: z.array(modelInfoSchema) }).meta({ id: "ModelList" });
