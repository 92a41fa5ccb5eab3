import type { Records } from "../records/gather-records.ts";
import type { AttemptRecord, JobRecord, SpendRecord } from "../records/read-database.ts";
import type { LedgerRecord } from "../records/read-fal.ts";
import { type Round, readRounds } from "./read-rounds.ts";

/** A job with everything that the records say about it. */
export type Case = {
  job: JobRecord;
  rounds: Round[];
  attempts: AttemptRecord[];
  spend: SpendRecord[];
  events: string[];
};

export type Indexed = {
  cases: Case[];
  byJob: Map<string, Case>;
  attemptByToken: Map<string, AttemptRecord>;
  /** What fal accepted under an attempt's own webhook address. */
  acceptedFor: Map<string, LedgerRecord[]>;
  /**
   * Whose result a request at fal became: the attempt that has its id, else the one whose address it carries. They differ where
   * two submits with the same input were lost and found again in fal's listing.
   */
  ownedBy: Map<string, LedgerRecord[]>;
};

export function indexRecords({ database, ledger }: Pick<Records, "database" | "ledger">): Indexed {
  const attempts = groupBy(database.attempts, ({ jobId }) => jobId);
  const timeline = groupBy(database.timeline, ({ jobId }) => jobId);
  const spend = groupBy(database.spend, ({ jobId }) => jobId);
  // Of a start there may be one per attempt: it ends nothing.
  const endings = database.events.filter(({ type }) => type !== "job.started");
  const events = groupBy(endings, ({ jobId }) => jobId ?? undefined);
  const cases = database.jobs.map((job) => ({
    job,
    attempts: attempts.get(job.id) ?? [],
    rounds: readRounds(timeline.get(job.id) ?? []),
    spend: spend.get(job.id) ?? [],
    events: (events.get(job.id) ?? []).map(({ type }) => type),
  }));
  const attemptByToken = new Map(database.attempts.map((attempt) => [attempt.token, attempt]));
  const attemptByRequest = new Map(database.attempts.map((attempt) => [attempt.requestId, attempt]));
  const named = (row: LedgerRecord) => attemptByToken.get(tokenOf(row) ?? "");
  return {
    cases,
    byJob: new Map(cases.map((each) => [each.job.id, each])),
    attemptByToken,
    acceptedFor: groupBy(ledger, (row) => named(row)?.id),
    ownedBy: groupBy(ledger, (row) => (attemptByRequest.get(row.requestId) ?? named(row))?.id),
  };
}

/** The last part of `…/webhooks/fal/{token}`. */
export function tokenOf(row: LedgerRecord): string | null {
  return row.webhookUrl?.slice(row.webhookUrl.lastIndexOf("/") + 1) ?? null;
}

export function groupBy<Item, Key extends string>(
  items: readonly Item[],
  keyOf: (item: Item) => Key | undefined,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
