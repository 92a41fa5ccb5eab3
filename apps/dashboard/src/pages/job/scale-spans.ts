import type { Span } from "@darkroom/contract/admin/job-detail";

export type Bar = { span: Span; leftShare: number; widthShare: number; ms: number };

/** Where each span lies between the first start and the last end; what goes on ends now. */
export function scaleSpans(spans: readonly Span[], now: number): { bars: Bar[]; totalMs: number; startMs: number } {
  const times = spans.map((span) => ({
    span,
    from: Date.parse(span.started_at),
    to: span.ended_at ? Date.parse(span.ended_at) : Math.max(now, Date.parse(span.started_at)),
  }));
  const startMs = Math.min(...times.map(({ from }) => from));
  const totalMs = Math.max(1, Math.max(...times.map(({ to }) => to)) - startMs);
  const bars = times.map(({ span, from, to }) => ({
    span,
    leftShare: (from - startMs) / totalMs,
    widthShare: (to - from) / totalMs,
    ms: to - from,
  }));
  return { bars, totalMs: spans.length === 0 ? 0 : totalMs, startMs };
}

/** Five round marks on the scale. */
export function scaleMarks(totalMs: number): number[] {
  const rough = totalMs / 5;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const marks: number[] = [];
  for (let at = 0; at <= totalMs; at += step) marks.push(at);
  return marks;
}
