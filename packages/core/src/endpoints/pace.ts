/**
 * How fast one endpoint may be sent to: its own limits, and what its 429s and timeouts asked for. Pure; the columns of the same
 * names are its row.
 */
export type Pace = {
  ratePerSecond: number | null;
  concurrency: number;
  tokens: number;
  /** When `tokens` was true. */
  tokensAt: Date;
  /** Times the pace is halved. */
  slowness: number;
  slownessAt: Date | null;
  /** It asked to be left alone until then. */
  blockedUntil: Date | null;
};

/** 1/32 of ten at once is one at a time; more halving would change nothing. */
const slownessMax = 5;
/** What was under way together fails together: that is one piece of news. And as gently it recovers. */
const slownessStepMs = 10_000;
/** A 429 that does not say for how long. */
const quietMs = 5_000;
const quietMsMax = 600_000;

export type Allowance = {
  /** Deliveries that may start now, by rate. */
  count: number;
  /** Deliveries that may be under way at once. */
  concurrency: number;
  /** When to ask again, if none may start now. */
  againAt: Date | null;
};

export function allowanceOf(pace: Pace, now: Date): Allowance {
  const concurrency = Math.max(1, pace.concurrency >> pace.slowness);
  if (pace.blockedUntil && pace.blockedUntil > now) return { count: 0, concurrency, againAt: pace.blockedUntil };
  const rate = rateOf(pace);
  if (rate === null) return { count: concurrency, concurrency, againAt: null };
  const tokens = tokensOf(pace, now);
  const againAt = tokens >= 1 ? null : new Date(now.getTime() + Math.ceil(((1 - tokens) / rate) * 1000));
  return { count: Math.floor(tokens), concurrency, againAt };
}

/** So many have started. */
export function take(pace: Pace, count: number, now: Date): Pick<Pace, "tokens" | "tokensAt"> {
  return { tokens: tokensOf(pace, now) - count, tokensAt: now };
}

/** A second's worth may go at once. */
function tokensOf(pace: Pace, now: Date): number {
  const rate = rateOf(pace) ?? 0;
  const elapsedMs = Math.max(0, now.getTime() - pace.tokensAt.getTime());
  return Math.min(Math.max(1, rate), pace.tokens + (elapsedMs / 1000) * rate);
}

function rateOf({ ratePerSecond, slowness }: Pace): number | null {
  return ratePerSecond === null ? null : ratePerSecond / 2 ** slowness;
}

type Slowness = Pick<Pace, "slowness" | "slownessAt" | "blockedUntil">;

/** A 429 or a timeout: half the pace, and after a 429 silence for as long as it asked, within bounds. */
export function slowDown(
  pace: Slowness,
  trouble: { limited: boolean; retryAfterMs: number | null },
  now: Date,
): Slowness {
  const isNews = !pace.slownessAt || now.getTime() - pace.slownessAt.getTime() >= slownessStepMs || pace.slowness === 0;
  const slower = isNews ? { slowness: Math.min(pace.slowness + 1, slownessMax), slownessAt: now } : pace;
  const { slowness, slownessAt } = slower;
  if (!trouble.limited) return { slowness, slownessAt, blockedUntil: pace.blockedUntil };
  const until = now.getTime() + Math.min(trouble.retryAfterMs ?? quietMs, quietMsMax);
  return { slowness, slownessAt, blockedUntil: new Date(Math.max(until, pace.blockedUntil?.getTime() ?? 0)) };
}

/** A success: a step back to full pace, at most one every ten seconds. */
export function speedUp(pace: Slowness, now: Date): Slowness {
  const isEarly = pace.slownessAt && now.getTime() - pace.slownessAt.getTime() < slownessStepMs;
  if (pace.slowness === 0 || isEarly) return { ...pace };
  return { slowness: pace.slowness - 1, slownessAt: now, blockedUntil: pace.blockedUntil };
}
