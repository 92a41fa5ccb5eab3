import type { Span } from "@darkroom/contract/admin/job-detail";
import { expect, test } from "vitest";
import { scaleMarks, scaleSpans } from "./scale-spans.ts";

function span(started_at: string, ended_at: string | null): Span {
  return { id: started_at, lane: "fal", label: "", started_at, ended_at, outcome: "ok", attempt: 1, detail: {} };
}

test("spans lie between the first start and the last end", () => {
  const spans = [
    span("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:05.000Z"),
    span("2026-01-01T00:00:05.000Z", "2026-01-01T00:00:10.000Z"),
  ];
  const { bars, totalMs } = scaleSpans(spans, 0);
  expect(totalMs).toBe(10_000);
  expect(bars.map(({ leftShare, widthShare, ms }) => [leftShare, widthShare, ms])).toEqual([
    [0, 0.5, 5_000],
    [0.5, 0.5, 5_000],
  ]);
});

test("a delivery that takes days leaves half of the scale to what came before", () => {
  const spans = [
    span("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:05.000Z"),
    { ...span("2026-01-01T00:00:05.000Z", "2026-01-04T00:00:00.000Z"), lane: "delivering" as const },
  ];
  const { bars, totalMs } = scaleSpans(spans, 0);
  expect(totalMs).toBe(10_000);
  expect(bars.map(({ leftShare, widthShare, isCut }) => [leftShare, widthShare, isCut])).toEqual([
    [0, 0.5, false],
    [0.5, 0.5, true],
  ]);
  expect(bars[1]?.ms).toBe(3 * 86_400_000 - 5_000);
});

test("what goes on ends now", () => {
  const { bars } = scaleSpans([span("2026-01-01T00:00:00.000Z", null)], Date.parse("2026-01-01T00:00:03.000Z"));
  expect(bars[0]).toMatchObject({ ms: 3_000, widthShare: 1 });
});

test("marks are round and few", () => {
  expect(scaleMarks(10_000)).toEqual([0, 2_000, 4_000, 6_000, 8_000, 10_000]);
  expect(scaleMarks(730)).toEqual([0, 200, 400, 600]);
});
