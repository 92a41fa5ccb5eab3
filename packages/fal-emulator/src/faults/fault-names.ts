/** Every switchable fault, with what it does. Numbers in brackets are defaults of parameters. */
export const FAULTS = {
  submit_429: "submit answers 429 and accepts nothing; `retryAfterSeconds` adds Retry-After",
  submit_500: "submit answers 500 and accepts nothing",
  submit_503: "submit answers 503 and accepts nothing",
  submit_reset: "the connection is cut before anything is accepted",
  submit_stall: "submit says nothing for `ms` (60000), then goes on; a caller that has left by then is not accepted",
  submit_stall_accepted: "submit accepts at once, but answers only after `ms` (60000)",
  submit_reply_lost: "submit accepts, then the connection is cut without a reply",
  submit_500_accepted: "submit accepts, then answers 500",
  submit_503_accepted: "submit accepts, then answers 503",
  account_locked: "submit answers 403 User is locked",
  content_policy: "the run ends in 422 content_policy_violation",
  run_500: "the run ends in 500 runner_server_error",
  run_503: "the run ends in 503 runner_connection_error",
  run_504: "the run ends in 504 request_timeout (not the caller's own timeout)",
  run_downstream: "the run ends in 500 downstream_service_error, in the shape of a model error",
  run_slow: "the generation takes `ms` (5000)",
  run_retried: "fal retried inside: gateway_request_id differs from request_id",
  stuck: "the request stays IN_PROGRESS until cancelled or finished by control",
  nsfw: "has_nsfw_concepts is true",
  cancel_ignored: "cancel answers 202, the run completes all the same",
  status_500: "status answers 500",
  status_503: "status answers 503",
  result_500: "result answers 500 although the run succeeded",
  result_503: "result answers 503 although the run succeeded",
  webhook_lost: "no webhook is sent",
  webhook_doubled: "the webhook is sent twice at the same time",
  webhook_late: "the webhook is sent `ms` (2000) later",
  webhook_early: "the webhook is sent before the submit reply",
  webhook_out_of_order: "the webhook waits until another request's webhook was sent, at most `ms` (2000)",
  webhook_bad_signature: "the signature fits no key",
  webhook_stale_timestamp: "the timestamp is 10 minutes old, rightly signed",
  webhook_payload_error: "payload is null, payload_error says to fetch the result",
  webhook_contradiction: "after the true webhook comes one that says the opposite",
  media_slow: "the file dribbles out over `ms` (3000)",
  media_truncated: "half the file is sent, then the connection is cut",
  media_404: "the first `failures` (1) reads of the file answer 404",
  media_503: "the first `failures` (1) reads of the file answer 503",
  media_expired: "the file is gone for good",
  media_wrong_length: "Content-Length and body are 100 bytes short of the file: whole to HTTP, broken as a picture",
} as const satisfies Record<string, string>;

export type FaultName = keyof typeof FAULTS;

export function isFaultName(text: string): text is FaultName {
  return Object.hasOwn(FAULTS, text);
}

/** What a fault can be told. */
export interface FaultParams {
  ms?: number;
  retryAfterSeconds?: number;
  failures?: number;
}
