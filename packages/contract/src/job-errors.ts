import { z } from "zod";

/**
 * Every way a job can fail. `blame`: whose fault it is; `retryable`: whether another try can help (Darkroom has then already
 * tried as often as it may); `remedy`: what a person can do. docs/errors.md is compared with this table by a test.
 */
export const jobErrorCatalogue = {
  content_policy: {
    blame: "caller",
    retryable: false,
    meaning: "fal refused the prompt or picture under its content policy.",
    remedy: "Change the prompt or the picture. Sending the same again gives the same answer.",
  },
  input_refused: {
    blame: "caller",
    retryable: false,
    meaning: "fal's model refused an input field; the message names it.",
    remedy: "Mend the field the message names. If Darkroom accepted it, tell the operator: the model has changed.",
  },
  input_unreachable: {
    blame: "caller",
    retryable: true,
    meaning: "fal could not fetch or read the input picture.",
    remedy: "Make the link public, or upload the picture to /v1/files; then retry.",
  },
  no_image_generated: {
    blame: "fal",
    retryable: true,
    meaning: "fal answered without an image.",
    remedy: "Retry; another seed may help. fal may have charged for the try.",
  },
  fal_error: {
    blame: "fal",
    retryable: true,
    meaning: "fal failed while generating.",
    remedy: "Retry. If it stays, look at fal's status page.",
  },
  fal_timeout: {
    blame: "fal",
    retryable: true,
    meaning: "fal gave up on the generation after its own time limit.",
    remedy: "Retry; fewer steps or a smaller picture take less time.",
  },
  fal_rate_limited: {
    blame: "account",
    retryable: true,
    meaning: "fal kept refusing the submit because of rate limits.",
    remedy: "Operator: lower FAL_SUBMITS_PER_SECOND or FAL_MAX_IN_FLIGHT, or ask fal for more. Then retry.",
  },
  fal_account_locked: {
    blame: "account",
    retryable: true,
    meaning: "The fal account is locked, e.g. its balance is exhausted.",
    remedy: "Operator: look at billing in fal's dashboard. Then retry.",
  },
  fal_key_refused: {
    blame: "account",
    retryable: true,
    meaning: "fal did not accept the operator's FAL_KEY.",
    remedy: "Operator: set a FAL_KEY that is valid and has scope API. Then retry.",
  },
  fal_model_missing: {
    blame: "account",
    retryable: false,
    meaning: "fal does not know this model, or the key may not call it.",
    remedy: "Operator: check the model id and what the key may call.",
  },
  fal_request_lost: {
    blame: "fal",
    retryable: true,
    meaning: "fal no longer knows the request, or its result has expired.",
    remedy: "Retry. It may have been charged: compare with fal's usage page.",
  },
  fal_unreadable: {
    blame: "fal",
    retryable: true,
    meaning: "fal's answer was not in the form its model documents.",
    remedy: "Retry if you can bear the price twice; tell the operator, fal's answer is kept in the receipt.",
  },
  submit_unknown: {
    blame: "fal",
    retryable: true,
    meaning: "The reply to the submit was lost and fal could not be asked what became of it; it may have been charged.",
    remedy:
      "Look at fal's usage page for the time of the attempt; retry if it was not generated, or if you can bear the price twice.",
  },
  copy_failed: {
    blame: "storage",
    retryable: true,
    meaning: "The image was generated but could not be copied to storage; a retry copies, it does not buy again.",
    remedy: "Retry: it copies again. Operator: look at the storage named in the message.",
  },
  output_expired: {
    blame: "fal",
    retryable: true,
    meaning: "The image was generated but fal's copy was gone before it could be stored; a retry buys it again.",
    remedy: "Retry if you can bear the price twice. Operator: see why copies took so long.",
  },
  deadline_exceeded: {
    blame: "caller",
    retryable: true,
    meaning: "The job was not finished by its deadline.",
    remedy: "Retry with a longer deadline_seconds, or ask for less work at once.",
  },
} as const satisfies Record<string, { blame: string; retryable: boolean; meaning: string; remedy: string }>;

export type JobErrorCode = keyof typeof jobErrorCatalogue;

export const jobErrorCodes = Object.keys(jobErrorCatalogue) as [JobErrorCode, ...JobErrorCode[]];

export const jobErrorSchema = z
  .object({
    code: z.enum(jobErrorCodes),
    message: z.string(),
    blame: z
      .enum(["caller", "fal", "account", "storage", "darkroom"])
      .describe("Whose fault: yours, fal's, the operator's fal account, storage, or Darkroom."),
    retryable: z.boolean().describe("Whether POST /v1/jobs/{id}/retry can help."),
  })
  .meta({ id: "JobError" });
export type JobError = z.infer<typeof jobErrorSchema>;

/** A job error with the catalogue's blame and retryability, and a message for people. */
export function jobError(code: JobErrorCode, message?: string): JobError {
  const { blame, retryable, meaning } = jobErrorCatalogue[code];
  return { code, message: message ?? meaning, blame, retryable };
}
