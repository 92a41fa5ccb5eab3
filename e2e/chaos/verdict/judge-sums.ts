import type { Records } from "../records/gather-records.ts";
import type { SpendRecord, UsageRecord } from "../records/read-database.ts";
import { groupBy, type Indexed } from "./index-records.ts";
import type { Violation } from "./violation.ts";

/** Whatever is kept in sums beside the ledger must be the ledger's: budgets, and usage by tenant, model and key. */
export function judgeSums(records: Records, indexed: Indexed): Violation[] {
  return [...unconserved(records), ...judgeBudgets(records), ...judgeUsage(records, indexed)];
}

/** What was reserved is spent, given back or still open, and nothing else: in all, so that nothing hides between the rounds. */
function unconserved({ database: { spend } }: Records): Violation[] {
  const rounds = [...groupBy(spend, ({ jobId, round }) => `${jobId} ${round}`).values()];
  return rounds.flatMap((entries) => {
    const sum = (kind: SpendRecord["kind"]) => sumOf(entries.filter((entry) => entry.kind === kind));
    const released = entries.some(({ kind }) => kind === "release");
    const isOff = released ? sum("release") !== sum("reserve") : spentIn(entries) < 0;
    return isOff
      ? [mismatch("a round gives back another amount than it reserved", { entries }, entries[0]?.jobId)]
      : [];
  });
}

/** A budget's counter is what its jobs have reserved in that period and not given back; and never more than its limit. */
function judgeBudgets({ database }: Records): Violation[] {
  const { budgets, budgetUses, spend } = database;
  return budgetUses.flatMap((use) => {
    const budget = budgets.find(({ id }) => id === use.budgetId);
    if (!budget) return [];
    const mine = spend.filter(
      ({ apiKeyId, tenantId }) =>
        tenantId === budget.tenantId && (budget.apiKeyId === null || apiKeyId === budget.apiKeyId),
    );
    const ledgerMicros = usedSince(mine, budget.period, use.startsAt);
    const detail = { budget, use, ledgerMicros };
    const found =
      ledgerMicros === use.usedMicros ? [] : [mismatch("a budget counts another sum than the ledger", detail)];
    return use.usedMicros > budget.limitMicros ? [...found, mismatch("a budget was overrun", detail)] : found;
  });
}

/** What of these rounds counts in the period that began then: spent, or still reserved. */
export function usedSince(spend: readonly SpendRecord[], period: "day" | "month", startsAt: string): number {
  // UTC: the first characters of a timestamp are its day, and its month.
  const place = new Date(startsAt).toISOString().slice(0, period === "day" ? 10 : 7);
  const rounds = [...groupBy(spend, ({ jobId, round }) => `${jobId} ${round}`).values()];
  return rounds.reduce((sum, entries) => {
    const reserved = entries.find(({ kind }) => kind === "reserve");
    const isThen = reserved && new Date(reserved.at).toISOString().startsWith(place);
    if (!isThen) return sum;
    return sum + (entries.length === 1 ? reserved.micros : spentIn(entries));
  }, 0);
}

/** By tenant: what was spent, and how many ended how. By model and by key: the same in all. */
function judgeUsage({ database }: Records, { cases }: Indexed): Violation[] {
  const usage = groupBy(database.usage, ({ tenantId }) => tenantId);
  const spend = groupBy(database.spend, ({ tenantId }) => tenantId);
  const ofTenant = groupBy(cases, ({ job }) => job.tenantId);
  return [...ofTenant].flatMap(([tenantId, mine]) => {
    const endings = mine.flatMap(({ rounds }) => rounds.flatMap((round) => round.endings));
    const count = (state: string) => endings.filter(({ to }) => to === state).length;
    const counts = { succeeded: count("succeeded"), failed: count("failed"), canceled: count("canceled") };
    const ledger = { ...counts, costMicros: spentIn(spend.get(tenantId) ?? []) };
    const rows = usage.get(tenantId) ?? [];
    return (["total", "model", "key"] as const).flatMap((dimension) => {
      const kept = addUp(rows.filter((row) => row.dimension === dimension));
      const isSame = JSON.stringify(kept) === JSON.stringify(ledger);
      return isSame
        ? []
        : [mismatch(`the usage report's ${dimension} is not what the ledger says`, { tenantId, kept, ledger })];
    });
  });
}

function addUp(rows: readonly UsageRecord[]) {
  const sum = (of: (row: UsageRecord) => number) => rows.reduce((total, row) => total + of(row), 0);
  return {
    succeeded: sum((row) => row.succeeded),
    failed: sum((row) => row.failed),
    canceled: sum((row) => row.canceled),
    costMicros: sum((row) => row.costMicros),
  };
}

/** Settled, and corrected by. */
export function spentIn(entries: readonly Pick<SpendRecord, "kind" | "micros">[]): number {
  return sumOf(entries.filter(({ kind }) => kind === "settle" || kind === "correct"));
}

function sumOf(entries: readonly Pick<SpendRecord, "micros">[]): number {
  return entries.reduce((sum, { micros }) => sum + micros, 0);
}

function mismatch(what: string, detail: Record<string, unknown>, jobId: string | null = null): Violation {
  return { rule: "ledger_mismatch", what, jobId, detail };
}
