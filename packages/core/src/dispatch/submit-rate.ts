/**
 * How fast submits go to fal, over all workers: a token bucket that slows down when fal says 429 and recovers by itself. Pure;
 * the bucket is a row that only dispatch and slowDown write.
 */
export type Bucket = {
  tokens: number;
  /** When `tokens` was true. */
  at: Date;
  /** Submits per second it has slowed down to; null: full speed. */
  slowedTo: number | null;
  /** fal asked to be left alone until then. */
  blockedUntil: Date | null;
};

/**
 * A quarter of a second's worth may go at once. Jobs that start together end together: forty that begin at once come back as one wave
 * whose results all pass at once while forty slots idle, again and again. Begun within a second, they never meet.
 */
const burstSeconds = 0.25;
/**
 * Recovery: by a tenth every two seconds, so that a limit that is still there is met gently, about every quarter of a minute; and
 * some seconds of 429s, which halve it each second, are made up for in a minute or two.
 */
const recoveryFactor = 1.1;
const recoveryEveryMs = 2_000;
const slowest = 0.5;

/** The bucket as it is at `now`: refilled, and a little recovered. */
export function refill(bucket: Bucket, perSecondMax: number, now: Date): Bucket {
  const elapsedMs = Math.max(0, now.getTime() - bucket.at.getTime());
  const slowed = bucket.slowedTo === null ? null : bucket.slowedTo * recoveryFactor ** (elapsedMs / recoveryEveryMs);
  const slowedTo = slowed === null || slowed >= perSecondMax ? null : slowed;
  const rate = slowedTo ?? perSecondMax;
  const tokens = Math.min(Math.max(1, rate * burstSeconds), bucket.tokens + (elapsedMs / 1000) * rate);
  const blockedUntil = bucket.blockedUntil && bucket.blockedUntil > now ? bucket.blockedUntil : null;
  return { tokens, at: now, slowedTo, blockedUntil };
}

/** Whole submits that may go now from a refilled bucket. */
export function submitsAllowed(bucket: Bucket): number {
  return bucket.blockedUntil ? 0 : Math.floor(bucket.tokens);
}

/** When the next submit may go, if none may now. */
export function nextSubmitAt(bucket: Bucket, perSecondMax: number): Date {
  if (bucket.blockedUntil) return bucket.blockedUntil;
  const missing = Math.max(0, 1 - bucket.tokens);
  return new Date(bucket.at.getTime() + Math.ceil((missing / (bucket.slowedTo ?? perSecondMax)) * 1000));
}

/** Silence after a 429, where fal asks for none: long enough for the answers to what was sent before it. */
const quietMs = 1_000;

/**
 * What a 429 does: half the speed, no tokens saved up, and silence for as long as fal asked. Further 429s within that silence
 * answer submits that were under way already: they say nothing new, and halve nothing.
 */
export function slowDown(bucket: Bucket, perSecondMax: number, now: Date, retryAfterMs: number): Bucket {
  const until = new Date(now.getTime() + Math.max(quietMs, retryAfterMs));
  const { blockedUntil } = bucket;
  if (blockedUntil && blockedUntil > now)
    return { ...bucket, blockedUntil: until > blockedUntil ? until : blockedUntil };
  const rate = (bucket.slowedTo ?? perSecondMax) / 2;
  return { tokens: 0, at: now, slowedTo: Math.max(slowest, rate), blockedUntil: until };
}
