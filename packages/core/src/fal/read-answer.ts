import { falOutput } from "@darkroom/contract/models/output";
import { z } from "zod";
import type { AttemptFailure } from "../jobs/decide-retry.ts";
import { classifyFailure } from "./classify-failure.ts";
import { requestIdSchema } from "./submit-request.ts";

/** fal's answer, understood; prices and jobs are the caller's business. */
export type ReadAnswer =
  | { kind: "images"; images: AnsweredImage[]; seed: number | null }
  | { kind: "incomplete" }
  | { kind: "failure"; failure: AttemptFailure & { httpStatus: number | null } };

/** `url` is null for a picture that came as a data URI: it is read from the receipt. */
export type AnsweredImage = { url: string | null; width: number | null; height: number | null; nsfw: boolean | null };

/** fal: webhooks page. Optional members come and go between its ages, and may be null. */
export const falWebhookSchema = z.object({
  request_id: requestIdSchema,
  gateway_request_id: z.string().nullish(),
  status: z.enum(["OK", "ERROR"]),
  payload: z.unknown().optional(),
  payload_error: z.string().nullish(),
  error: z.string().nullish(),
});
export type FalWebhook = z.infer<typeof falWebhookSchema>;

/** Understands a verified webhook body. */
export function readWebhook(webhook: FalWebhook): ReadAnswer {
  const empty = webhook.payload === null || webhook.payload === undefined;
  // Success or not, fal could not put its result into the webhook: it has to be fetched.
  if (empty && webhook.payload_error) return { kind: "incomplete" };
  if (webhook.status === "OK") return readOutput(webhook.payload);
  const status = statusIn(webhook.error);
  return failureOf(classifyFailure({ status, body: webhook.payload ?? { detail: webhook.error } }), status);
}

/** Understands the output of a finished request. */
export function readOutput(output: unknown): ReadAnswer {
  const parsed = falOutput.safeParse(output);
  if (!parsed.success) return failureOf(unreadable, null);
  if (parsed.data.images.length === 0) return failureOf(noImage, null);
  const { images, seed, has_nsfw_concepts: nsfw } = parsed.data;
  return {
    kind: "images",
    seed: seed !== null && seed !== undefined && Number.isSafeInteger(seed) ? seed : null,
    images: images.map((image, index) => ({
      url: image.url.startsWith("data:") ? null : image.url,
      width: image.width ?? null,
      height: image.height ?? null,
      nsfw: nsfw?.[index] ?? null,
    })),
  };
}

/** fal has done the work, so it may bill it; buying it again would not make us read it better. */
const unreadable: AttemptFailure = {
  code: "fal_unreadable",
  message: "fal's answer has no list of images with URLs.",
  retryable: false,
  charged: "unknown",
};
const noImage: AttemptFailure = {
  code: "no_image_generated",
  message: "fal's answer has no image.",
  retryable: false,
  charged: "unknown",
};

function failureOf(failure: AttemptFailure, httpStatus: number | null): ReadAnswer {
  return { kind: "failure", failure: { ...failure, httpStatus } };
}

/** fal words it "Invalid status code: 422". */
function statusIn(error: string | null | undefined): number | null {
  const digits = error?.match(/status code:? (\d{3})/i)?.[1];
  return digits ? Number(digits) : null;
}
