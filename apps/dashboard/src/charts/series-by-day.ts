/** Colours that can be told apart in light and dark, also by most who see colours differently. */
export const seriesColors = ["#5b6ee8", "#22a6a1", "#d98a2b", "#b0569c", "#7a9a3a", "#8a8f9c"];
const otherName = "other";

export type DayRow = { day: string; cost: Record<string, number> };
type Entry = { day: string; value: string; cost_usd: number };

/** One row per day, also the empty ones; the dearest values by themselves and the rest together. */
export function seriesByDay(from: string, to: string, entries: readonly Entry[]) {
  const sums = new Map<string, number>();
  for (const { value, cost_usd } of entries) sums.set(value, (sums.get(value) ?? 0) + cost_usd);
  const dearest = [...sums].sort((a, b) => b[1] - a[1]).map(([value]) => value);
  const shown = dearest.length <= seriesColors.length ? dearest : dearest.slice(0, seriesColors.length - 1);
  const values = shown.length < dearest.length ? [...shown, otherName] : shown;
  const rows = daysBetween(from, to).map((day): DayRow => ({ day, cost: {} }));
  const byDay = new Map(rows.map((row) => [row.day, row]));
  for (const { day, value, cost_usd } of entries) {
    const cost = byDay.get(day)?.cost;
    const name = shown.includes(value) ? value : otherName;
    if (cost) cost[name] = (cost[name] ?? 0) + cost_usd;
  }
  const keys = values.map((value, index) => ({ value, color: seriesColors[index] ?? "var(--idle-mark)" }));
  return { rows, keys };
}

const dayMs = 86_400_000;

function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += dayMs) days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}
