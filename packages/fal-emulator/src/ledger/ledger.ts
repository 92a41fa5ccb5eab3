import type { FaultName } from "../faults/fault-names.ts";

/** One try to deliver a webhook, or the note that none was made. */
export interface WebhookTry {
  at: string;
  attempt: number;
  /** HTTP status of the receiver's answer; null when there was none. */
  status: number | null;
  error: string | null;
  ms: number;
}

/** What the emulator itself knows of one accepted request, independent of what it told anybody. */
export interface LedgerRow {
  requestId: string;
  endpointId: string;
  keyId: string;
  via: "queue" | "run";
  webhookUrl: string | null;
  arrivedAt: string;
  startedAt: string | null;
  endedAt: string | null;
  /** "pending" until it ends. */
  outcome: "pending" | "succeeded" | "failed" | "canceled" | "timed_out";
  statusCode: number | null;
  errorType: string | null;
  imageCount: number;
  billableUnits: number;
  billedMicros: number;
  faults: FaultName[];
  webhookTries: WebhookTry[];
  webhookDelivered: boolean;
}

export interface LedgerTotals {
  accepted: number;
  pending: number;
  succeeded: number;
  failed: number;
  canceled: number;
  timedOut: number;
  billedMicros: number;
  webhookTries: number;
  webhooksDelivered: number;
  /** Rows no longer listed because of `ledgerMax`; totals still count them. */
  dropped: number;
}

export interface Ledger {
  rows: LedgerRow[];
  byRequestId: Map<string, LedgerRow>;
  totals: LedgerTotals;
  ledgerMax: number;
}

export function createLedger(ledgerMax: number): Ledger {
  return { rows: [], byRequestId: new Map(), totals: emptyTotals(), ledgerMax };
}

function emptyTotals(): LedgerTotals {
  return {
    accepted: 0,
    pending: 0,
    succeeded: 0,
    failed: 0,
    canceled: 0,
    timedOut: 0,
    billedMicros: 0,
    webhookTries: 0,
    webhooksDelivered: 0,
    dropped: 0,
  };
}

export function clearLedger(ledger: Ledger): void {
  ledger.rows = [];
  ledger.byRequestId.clear();
  ledger.totals = emptyTotals();
}

export function openRow(ledger: Ledger, row: LedgerRow): void {
  ledger.rows.push(row);
  ledger.byRequestId.set(row.requestId, row);
  ledger.totals.accepted += 1;
  ledger.totals.pending += 1;
  // Dropping a tenth at a time keeps the cost per row constant.
  if (ledger.rows.length > ledger.ledgerMax * 1.1 + 10) dropOldest(ledger, ledger.rows.length - ledger.ledgerMax);
}

function dropOldest(ledger: Ledger, count: number): void {
  for (const row of ledger.rows.splice(0, count)) ledger.byRequestId.delete(row.requestId);
  ledger.totals.dropped += count;
}

/** Closes a row: exactly once, when its request ends. */
export function settleRow(
  ledger: Ledger,
  row: LedgerRow,
  end: Pick<
    LedgerRow,
    "outcome" | "statusCode" | "errorType" | "imageCount" | "billableUnits" | "billedMicros" | "endedAt"
  >,
): void {
  Object.assign(row, end);
  ledger.totals.pending -= 1;
  ledger.totals[end.outcome === "timed_out" ? "timedOut" : end.outcome] += 1;
  ledger.totals.billedMicros += end.billedMicros;
}

/** Enough for fal's 31 retries, doubled. */
const WEBHOOK_TRIES_MAX = 64;

export function noteWebhookTry(ledger: Ledger, row: LedgerRow, made: WebhookTry, delivered: boolean): void {
  if (row.webhookTries.length < WEBHOOK_TRIES_MAX) row.webhookTries.push(made);
  ledger.totals.webhookTries += 1;
  if (delivered) ledger.totals.webhooksDelivered += 1;
  if (delivered) row.webhookDelivered = true;
}
