/** Longest wait: common proxies end a silent request after a minute. */
export const waitSecondsMax = 60;

/** Seconds of `Prefer: wait=n` (RFC 7240 §4.3), cut to what we do; null without it, or if it is unreadable: a preference is no demand. */
export function readWait(prefer: string | undefined): number | null {
  const digits = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?(?=$|[,;\s])/i.exec(prefer ?? "")?.[1];
  return digits ? Math.min(Number(digits), waitSecondsMax) : null;
}
