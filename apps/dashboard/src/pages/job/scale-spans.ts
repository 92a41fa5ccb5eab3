import type { Span } from "@darkroom/contract/admin/job-detail";

export type Bar = {
  span: Span;
  leftShare: number;
  widthShare: number;
  ms: number;
  /** It reaches beyond the scale. */
  isCut: boolean;
};

/**
 * Where each span lies between the first start and the last end; what goes on ends now. Deliveries are tried for days: they have half of
 * the scale at most, so that what came before them stays to be seen.
 */
export function scaleSpans(spans: readonly Span[], now: number): { bars: Bar[]; totalMs: number; startMs: number } {
  const times = spans.map((span) => ({
    span,
    from: Date.parse(span.started_at),
    to: span.ended_at ? Date.parse(span.ended_at) : Math.max(now, Date.parse(span.started_at)),
  }));
  const startMs = Math.min(...times.map(({ from }) => from));
  const lastEnd = (some: typeof times) => Math.max(startMs, ...some.map(({ to }) => to)) - startMs;
  const ownMs = lastEnd(times.filter(({ span }) => span.lane !== "delivering"));
  const allMs = lastEnd(times);
  const totalMs = Math.max(1, ownMs > 0 ? Math.min(allMs, 2 * ownMs) : allMs);
  const bars = times.map(({ span, from, to }) => {
    const leftShare = Math.min(1, (from - startMs) / totalMs);
    const widthShare = Math.min(1 - leftShare, (to - from) / totalMs);
    return { span, leftShare, widthShare, ms: to - from, isCut: to - startMs > totalMs };
  });
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
