import { z } from "zod";

/**
 * Every way a job can fail. `blame`: whose fault it is; `retryable`: whether another try can help (Darkroom has then already
 * tried as often as it may). docs/errors.md is compared with this table by a test.
 */
export const jobErrorCatalogue = {
  content_policy: {
    blame: "caller",
    retryable: false,
    meaning: "fal refused the prompt or picture under its content policy.",
  },
  input_refused: {
    blame: "caller",
    retryable: false,
    meaning: "fal's model refused an input field; the message names it.",
  },
  input_unreachable: { blame: "caller", retryable: true, meaning: "fal could not fetch or read the input picture." },
  no_image_generated: { blame: "fal", retryable: true, meaning: "fal answered without an image." },
  fal_error: { blame: "fal", retryable: true, meaning: "fal failed while generating." },
  fal_timeout: { blame: "fal", retryable: true, meaning: "fal gave up on the generation after its own time limit." },
  fal_rate_limited: {
    blame: "account",
    retryable: true,
    meaning: "fal kept refusing the submit because of rate limits.",
  },
  fal_account_locked: {
    blame: "account",
    retryable: true,
    meaning: "The fal account is locked, e.g. its balance is exhausted.",
  },
  fal_key_refused: { blame: "account", retryable: true, meaning: "fal did not accept the operator's FAL_KEY." },
  fal_model_missing: {
    blame: "account",
    retryable: false,
    meaning: "fal does not know this model, or the key may not call it.",
  },
  fal_request_lost: {
    blame: "fal",
    retryable: true,
    meaning: "fal no longer knows the request, or its result has expired.",
  },
  fal_unreadable: { blame: "fal", retryable: true, meaning: "fal's answer was not in the form its model documents." },
  submit_unknown: {
    blame: "fal",
    retryable: true,
    meaning: "The reply to the submit was lost and fal could not be asked what became of it; it may have been charged.",
  },
  copy_failed: {
    blame: "storage",
    retryable: true,
    meaning: "The image was generated but could not be copied to storage; a retry copies, it does not buy again.",
  },
  output_expired: {
    blame: "fal",
    retryable: true,
    meaning: "The image was generated but fal's copy was gone before it could be stored; a retry buys it again.",
  },
  deadline_exceeded: { blame: "caller", retryable: true, meaning: "The job was not finished by its deadline." },
} as const satisfies Record<string, { blame: string; retryable: boolean; meaning: string }>;

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
