import { z } from "zod";

export type Expiry = { outcome: "read"; expiresAt: Date | null } | { outcome: "invalid"; reason: string };

const unitMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const isoTime = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

/** Reads `--expires`: a time from now like 30d, 12h, 15m, or an ISO date or time. */
export function readExpiry(text: string | undefined, now: Date): Expiry {
  if (text === undefined) return { outcome: "read", expiresAt: null };
  const expiresAt = readSpan(text, now) ?? readTime(text);
  if (!expiresAt) return invalid(`--expires must be like 30d, 12h, 15m or 2027-01-31T00:00:00Z; got ${text}.`);
  if (expiresAt <= now) return invalid(`--expires must be in the future; got ${text}.`);
  return { outcome: "read", expiresAt };
}

function readSpan(text: string, now: Date): Date | null {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  return count && unit ? new Date(now.getTime() + Number(count) * (unitMs[unit] ?? 0)) : null;
}

function readTime(text: string): Date | null {
  return isoTime.safeParse(text).success ? new Date(text) : null;
}

function invalid(reason: string): Expiry {
  return { outcome: "invalid", reason };
}
