/** How a run ended, as the result URL will tell it. */
export interface RunOutcome {
  status: number;
  body: unknown;
  /** `error_type` of https://fal.ai/docs/documentation/model-apis/request-errors; only platform errors have one. */
  errorType: string | null;
  headers: Record<string, string>;
  /** Megapixels made; 0 unless the run succeeded. */
  billableUnits: number;
  billedMicros: number;
  imageCount: number;
}

const NOTHING_BILLED = { billableUnits: 0, billedMicros: 0, imageCount: 0 };

/** A failure of the platform or the runner: `{detail, error_type}` and X-Fal-Error-Type. */
export function platformFailure(status: number, detail: string, errorType: string): RunOutcome {
  const headers = { "X-Fal-Error-Type": errorType, "X-Fal-Needs-Retry": status >= 500 ? "1" : "0" };
  return { status, body: { detail, error_type: errorType }, errorType, headers, ...NOTHING_BILLED };
}

/** The caller's X-Fal-Request-Timeout ran out before a runner took the request. */
export function startTimeoutFailure(): RunOutcome {
  const failure = platformFailure(504, "Request timed out", "request_timeout");
  return {
    ...failure,
    headers: { ...failure.headers, "X-Fal-Request-Timeout-Type": "user", "X-Fal-Needs-Retry": "0" },
  };
}

/** A failure told by the model itself: a FastAPI `detail`. */
export function modelFailure(status: number, detail: unknown, needsRetry = false): RunOutcome {
  const headers = { "X-Fal-Needs-Retry": needsRetry ? "1" : "0" };
  return { status, body: { detail }, errorType: null, headers, ...NOTHING_BILLED };
}
