import type { z } from "zod";
import type { ModelPrice } from "./price.ts";

export type ModelCategory = "text-to-image" | "image-to-image" | "other";

/** One fal endpoint that jobs may name. */
export type Model = {
  /** fal's endpoint id, e.g. `fal-ai/z-image/turbo`. */
  id: string;
  title: string;
  summary: string;
  category: ModelCategory;
  /** What a job's `input` must be. After parsing, every field with a default is present. */
  input: z.ZodObject;
  /** The fields of `input` that carry pictures. */
  imageFields: readonly string[];
  /** null: fal's price is not known to us. The model is listed, and its jobs refused until an operator prices it. */
  price: ModelPrice | null;
  /** Roughly how long fal computes one request; decides when to ask fal about it. Our estimate, not a promise. */
  expectedMs: number;
  docsUrl: string;
  /** An input that is accepted as it stands. */
  example: Record<string, unknown>;
};

/** fal's page of an endpoint. */
export function falDocsUrl(id: string): string {
  return `https://fal.ai/models/${id}`;
}
