import type { AuditEntry } from "@darkroom/contract/admin/audit";
import type { Span } from "@darkroom/contract/admin/job-detail";
import type { TimelineEntry, TimelineKind } from "@darkroom/contract/timeline";

/** A customer delivery, as far as the waterfall shows it. */
export type DeliverySpan = {
  id: string;
  event_type: string;
  url: string;
  state: "pending" | "delivered" | "exhausted" | "canceled";
  attempts: number;
  last_status: number | null;
  created_at: string;
  finished_at: string | null;
};

/** What fal said of an attempt, as far as the waterfall shows it. */
export type ReceiptSpan = {
  id: string;
  attempt: number;
  source: "webhook" | "poll";
  verdict: string;
  ok: boolean;
  request_id: string;
  received_at: string;
  seen: number;
};

export type Happened = {
  timeline: readonly TimelineEntry[];
  receipts: readonly ReceiptSpan[];
  deliveries: readonly DeliverySpan[];
  audit: readonly AuditEntry[];
};

/** Everything that happened to a job as bars and dots, in order of their start. Pure. */
export function toWaterfall({ timeline, receipts, deliveries, audit }: Happened): Span[] {
  const spans = [
    ...fromTimeline(timeline),
    ...receipts.map(fromReceipt),
    ...deliveries.map(fromDelivery),
    ...audit.map(fromAudit),
  ];
  return spans.sort((a, b) => a.started_at.localeCompare(b.started_at));
}

type Lane = Span["lane"];
type Open = { lane: Lane; label: string };

/** Which bar begins with an entry; entries that are not here begin none. */
const opens: Partial<Record<TimelineKind, Open>> = {
  "job.queued": { lane: "waiting", label: "In line" },
  "job.submitting": { lane: "submitting", label: "On its way to fal" },
  "attempt.accepted": { lane: "fal", label: "At fal" },
  "attempt.rejected": { lane: "waiting", label: "Back in line" },
  "attempt.not_sent": { lane: "waiting", label: "Back in line" },
  "attempt.failed": { lane: "waiting", label: "Back in line" },
  "job.copying": { lane: "copying", label: "Into storage" },
};

/** How the bar before ended, told by the entry that ended it. */
const endings: Partial<Record<TimelineKind, Span["outcome"]>> = {
  "attempt.rejected": "failed",
  "attempt.not_sent": "failed",
  "attempt.failed": "failed",
  "job.failed": "failed",
  "job.canceled": "canceled",
};

/** Entries that are a dot, and end nothing. */
const dots: Partial<Record<TimelineKind, { lane: Lane; label: string; outcome: Span["outcome"] }>> = {
  "attempt.unknown": { lane: "submitting", label: "Reply lost", outcome: "unknown" },
  "copy.failed": { lane: "copying", label: "Copy failed", outcome: "failed" },
  "job.cancel_requested": { lane: "admin", label: "Cancel asked for", outcome: "ok" },
  "job.charge_corrected": { lane: "admin", label: "Charge corrected", outcome: "ok" },
  "job.erased": { lane: "admin", label: "Erased", outcome: "ok" },
};

function fromTimeline(timeline: readonly TimelineEntry[]): Span[] {
  const spans: Span[] = [];
  let open: Span | null = null;
  for (const entry of timeline) {
    const dot = dots[entry.kind];
    if (dot) {
      spans.push({ ...spanOf(entry, dot), ended_at: entry.at, outcome: dot.outcome });
      continue;
    }
    if (open) {
      open.ended_at = entry.at;
      open.outcome = endings[entry.kind] ?? "ok";
    }
    const next = opens[entry.kind];
    open = next ? spanOf(entry, next) : null;
    if (open) spans.push(open);
  }
  return spans;
}

function spanOf(entry: TimelineEntry, { lane, label }: Open): Span {
  const { attempt } = entry.data;
  return {
    id: `t${entry.seq}`,
    lane,
    label,
    started_at: entry.at,
    ended_at: null,
    outcome: "running",
    attempt: typeof attempt === "number" ? attempt : null,
    detail: scalarsOf(entry.data),
  };
}

const sourceWords = { webhook: "Webhook received", poll: "Answer fetched" } as const;

function fromReceipt({ id, attempt, source, ok, received_at, ...detail }: ReceiptSpan): Span {
  return {
    ...{ id, lane: "fal", label: sourceWords[source], started_at: received_at, ended_at: received_at },
    ...{ outcome: ok ? "ok" : "failed", attempt, detail },
  };
}

const deliveryOutcomes = { pending: "running", delivered: "ok", exhausted: "failed", canceled: "canceled" } as const;

function fromDelivery(delivery: DeliverySpan): Span {
  const { id, event_type, url, state, attempts, last_status } = delivery;
  return {
    id,
    lane: "delivering",
    label: attempts > 1 ? `${event_type}, ${attempts} tries` : event_type,
    started_at: delivery.created_at,
    ended_at: delivery.finished_at,
    outcome: deliveryOutcomes[state],
    attempt: null,
    detail: { url, attempts, last_status },
  };
}

function fromAudit(entry: AuditEntry): Span {
  return {
    id: entry.id,
    lane: "admin",
    label: `${entry.action.slice(entry.action.indexOf(".") + 1)} by ${entry.actor.name}`,
    started_at: entry.at,
    ended_at: entry.at,
    outcome: entry.outcome === "done" ? "ok" : "failed",
    attempt: null,
    detail: { outcome: entry.outcome },
  };
}

function scalarsOf(data: Record<string, unknown>): Span["detail"] {
  const entries = Object.entries(data).filter(
    (entry): entry is [string, string | number | boolean | null] => entry[1] === null || typeof entry[1] !== "object",
  );
  return Object.fromEntries(entries);
}
