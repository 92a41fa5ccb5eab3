import { z } from "zod";

/*
 * fal's output as we read it. Its pages call every key required; its own examples leave most of them out. The picture is
 * paid for by now, so only what is needed to fetch it is required: anything else that is missing or odd is dropped.
 */

function tolerant<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().catch(null);
}

const falImage = z.object({
  /** A URL at fal, or a data URI when `sync_mode` was asked for. */
  url: z.string().min(1),
  width: tolerant(z.int().positive()),
  height: tolerant(z.int().positive()),
  content_type: tolerant(z.string()),
  file_name: tolerant(z.string()),
  file_size: tolerant(z.int().nonnegative()),
});

export type FalImage = z.output<typeof falImage>;

/** Endpoints that make one picture call it `image`; those of an operator's choice may be among them. */
function imageAsList(output: unknown): unknown {
  if (typeof output !== "object" || output === null || "images" in output || !("image" in output)) return output;
  return { ...output, images: [output.image] };
}

export const falOutput = z.preprocess(
  imageAsList,
  z.object({
    images: z.array(falImage),
    /** Not `int()`: fal's random seeds may exceed 2^53, and a rounded one is still worth showing. */
    seed: tolerant(z.number()),
    has_nsfw_concepts: tolerant(z.array(z.boolean().nullable())),
    prompt: tolerant(z.string()),
    timings: z.unknown().optional(),
  }),
);

export type FalOutput = z.output<typeof falOutput>;
