import type { BoundedCount } from "@darkroom/contract/admin/paging";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

export function formatCount(value: number): string {
  return whole.format(value);
}

/** For axes, where a rounded number is expected. */
export function formatCompact(value: number): string {
  return compact.format(value);
}

/** "≥ 1,000" where counting stopped. */
export function formatBounded({ count, capped }: BoundedCount): string {
  return capped ? `≥ ${formatCount(count)}` : formatCount(count);
}

/** One decimal at most, and rounded away from 0 % and 100 %: only all is all, only none is none. */
export function formatPercent(share: number): string {
  if (share === 0 || share === 1) return `${share * 100}%`;
  const tenths = Math.min(999, Math.max(1, Math.round(share * 1_000)));
  return `${tenths / 10}%`;
}

/** Two decimals; below a dollar four, and below a tenth of a cent six: pictures cost fractions of a cent. */
export function formatUsd(value: number): string {
  const size = Math.abs(value);
  const digits = size === 0 || size >= 1 ? 2 : size >= 0.001 ? 4 : 6;
  const format = new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(value);
}

/** Sums of many jobs, which stand below each other: two decimals throughout. */
export function formatUsdSum(value: number): string {
  return value > 0 && value < 0.005 ? "< $0.01" : cents.format(value);
}

const cents = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

const exact = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 6 });

/** For axes: cents at least, and never rounded to what the mark is not. */
export function formatUsdMark(value: number): string {
  return Number.isInteger(value) ? `$${formatCompact(value)}` : exact.format(value);
}

/** "3.4 / min" for a rate; small rates keep a digit that says something. */
export function formatRate(perMinute: number): string {
  if (perMinute === 0) return "0";
  if (perMinute < 0.1) return "< 0.1";
  return perMinute < 100 ? String(Math.round(perMinute * 10) / 10) : formatCount(perMinute);
}

const units = ["B", "kB", "MB", "GB", "TB"];

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${units[unit]}`;
}

/** "1 job", "2 jobs". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
