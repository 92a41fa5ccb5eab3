import { z } from "zod";

export type Since = { outcome: "read"; since: Date } | { outcome: "invalid"; reason: string };

const unitMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const isoTime = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

/** Reads `--since`: a time ago like 2h, 7d, or an ISO date or time. Left out: now. */
export function readSince(text: string | undefined, now: Date): Since {
  if (text === undefined) return { outcome: "read", since: now };
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (count && unit) return { outcome: "read", since: new Date(now.getTime() - Number(count) * (unitMs[unit] ?? 0)) };
  if (isoTime.safeParse(text).success) return { outcome: "read", since: new Date(text) };
  return { outcome: "invalid", reason: `--since must be like 15m, 2h, 7d or 2026-11-20T10:00:00Z; got ${text}.` };
}
