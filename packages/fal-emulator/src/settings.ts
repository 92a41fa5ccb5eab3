/** What can be changed while the emulator runs (`PATCH /emulator/settings`). */
export interface Settings {
  /** How many requests of the account may be IN_PROGRESS at once (fal: 2 for new accounts, 10 to 40 for paying ones). */
  concurrency: number;
  /** How long one generation takes; a prompt may say otherwise with `[[generation:50]]`. */
  generationMs: number;
  /** "real" paints a picture per request; "flat" answers one cached picture and reads no source image. */
  pictures: "real" | "flat";
  /** Pads flat pictures to about this size; 0 leaves them as they are. */
  imageBytes: number;
  /** When set, submits answer 403 "User is locked" with this reason. */
  lockReason: string | null;
  /** Files vanish this long after they were made; null keeps them. */
  fileExpiryMs: number | null;
  /** What an expired file answers: 404 or 410. */
  fileExpiryStatus: 404 | 410;
  /** https://fal.ai/docs/documentation/model-apis/inference/webhooks: 15 s for the first attempt, 120 s for each retry, at most 31 retries. */
  webhookFirstTimeoutMs: number;
  webhookRetryTimeoutMs: number;
  webhookRetriesMax: number;
  /** fal only says "increasing backoff": doubling from 1 s up to 5 min is a guess. */
  webhookBackoffMs: number;
  webhookBackoffMaxMs: number;
  /** https://fal.ai/docs/inference-api/queue/result: 1 hour, or 6 minutes from 10 KB on. Also ends webhook retries. */
  resultRetentionMs: number;
  largeResultRetentionMs: number;
  /** Not documented by fal: whether a request cancelled while IN_QUEUE still sends a webhook. */
  webhookOnQueuedCancel: boolean;
  /** Not documented by fal: whether `/models/requests/by-endpoint` lists requests that have not ended. It sorts by end time, hence false. */
  listInFlight: boolean;
  /** Interval of `: ping` comments in event streams. */
  pingMs: number;
}

export const DEFAULT_SETTINGS: Settings = {
  concurrency: 10,
  generationMs: 0,
  pictures: "real",
  imageBytes: 0,
  lockReason: null,
  fileExpiryMs: null,
  fileExpiryStatus: 404,
  webhookFirstTimeoutMs: 15_000,
  webhookRetryTimeoutMs: 120_000,
  webhookRetriesMax: 31,
  webhookBackoffMs: 1_000,
  webhookBackoffMaxMs: 300_000,
  resultRetentionMs: 3_600_000,
  largeResultRetentionMs: 360_000,
  webhookOnQueuedCancel: false,
  listInFlight: false,
  pingMs: 5_000,
};

const atLeast = (least: number) => (value: unknown) =>
  typeof value === "number" && Number.isFinite(value) && value >= least;
const orNull = (check: (value: unknown) => boolean) => (value: unknown) => value === null || check(value);

const CHECKS: { [Name in keyof Settings]: (value: unknown) => boolean } = {
  concurrency: atLeast(0),
  generationMs: atLeast(0),
  pictures: (value) => value === "real" || value === "flat",
  imageBytes: atLeast(0),
  lockReason: orNull((value) => typeof value === "string"),
  fileExpiryMs: orNull(atLeast(0)),
  fileExpiryStatus: (value) => value === 404 || value === 410,
  webhookFirstTimeoutMs: atLeast(1),
  webhookRetryTimeoutMs: atLeast(1),
  webhookRetriesMax: atLeast(0),
  webhookBackoffMs: atLeast(0),
  webhookBackoffMaxMs: atLeast(0),
  resultRetentionMs: atLeast(0),
  largeResultRetentionMs: atLeast(0),
  webhookOnQueuedCancel: (value) => typeof value === "boolean",
  listInFlight: (value) => typeof value === "boolean",
  pingMs: atLeast(1),
};

type SettingsReading = { outcome: "read"; patch: Partial<Settings> } | { outcome: "refused"; detail: string };

/** Checks a settings patch from JSON: unknown names and wrong values are refused, so that a typing error in a test is seen. */
export function readSettings(body: unknown): SettingsReading {
  if (typeof body !== "object" || body === null)
    return { outcome: "refused", detail: "Send a JSON object of settings" };
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(CHECKS, name)) return { outcome: "refused", detail: `Unknown setting "${name}"` };
    if (!CHECKS[name as keyof Settings](value)) return { outcome: "refused", detail: `Bad value for "${name}"` };
  }
  return { outcome: "read", patch: body };
}
