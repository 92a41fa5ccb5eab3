import type { TimelineEntry, TimelineKind } from "@darkroom/contract/timeline";
import { expect, test } from "vitest";
import { toWaterfall } from "./waterfall.ts";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
let seq = 0;
const entry = (second: number, kind: TimelineKind, data: Record<string, unknown> = {}): TimelineEntry => {
  seq += 1;
  return { seq, at: at(second), kind, data };
};

test("bars follow each other, dots end nothing, and what goes on has no end", () => {
  const timeline = [
    entry(0, "job.queued"),
    entry(1, "job.submitting", { attempt: 1 }),
    entry(2, "attempt.unknown", { attempt: 1, reason: "timeout" }),
    entry(5, "attempt.accepted", { attempt: 1, request_id: "r" }),
    entry(9, "attempt.failed", { attempt: 1 }),
    entry(10, "job.submitting", { attempt: 2 }),
    // The webhook came before the reply to the submit.
    entry(12, "job.copying", { attempt: 2, nested: {} }),
    entry(13, "copy.failed"),
  ];
  const spans = toWaterfall({ timeline, receipts: [], deliveries: [], audit: [] });
  const shown = spans.map(({ lane, started_at, ended_at, outcome, attempt }) => [
    lane,
    new Date(started_at).getUTCSeconds(),
    ended_at && new Date(ended_at).getUTCSeconds(),
    outcome,
    attempt,
  ]);
  expect(shown).toEqual([
    ["waiting", 0, 1, "ok", null],
    ["submitting", 1, 5, "ok", 1],
    ["submitting", 2, 2, "unknown", 1],
    ["fal", 5, 9, "failed", 1],
    ["waiting", 9, 10, "ok", 1],
    ["submitting", 10, 12, "ok", 2],
    ["copying", 12, null, "running", 2],
    ["copying", 13, 13, "failed", null],
  ]);
});

test("receipts, deliveries and admin actions stand beside the bars", () => {
  const spans = toWaterfall({
    timeline: [entry(0, "job.queued"), entry(4, "job.canceled")],
    receipts: [
      {
        ...{ id: "rcp_1", attempt: 1, source: "webhook", verdict: "late", ok: true, request_id: "r", seen: 2 },
        received_at: at(5),
      },
    ],
    deliveries: [
      {
        ...{ id: "dlv_1", event_type: "job.canceled", url: "https://example.com", state: "exhausted", attempts: 3 },
        ...{ last_status: 500, created_at: at(4), finished_at: at(9) },
      },
    ],
    audit: [
      {
        ...{ id: "aud_1", at: at(3), actor: { kind: "user", id: "usr_1", name: "ann" }, action: "job.cancel" },
        ...{ outcome: "done", target: null, tenant: null, detail: {}, request_id: null, address: null },
      },
    ],
  });
  expect(spans.map(({ lane, outcome }) => `${lane} ${outcome}`)).toEqual([
    "waiting canceled",
    "admin ok",
    "delivering failed",
    "fal ok",
  ]);
  expect(spans[1]?.label).toBe("cancel by ann");
  expect(spans[3]).toMatchObject({ label: "Webhook received", attempt: 1, detail: { verdict: "late", seen: 2 } });
});
