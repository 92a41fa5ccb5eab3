/** The colours of charts; tokens.css has them for light and dark. */
export const ink = {
  succeeded: "var(--good-mark)",
  failed: "var(--bad-mark)",
  canceled: "var(--idle-mark)",
  accent: "var(--accent)",
  waiting: "var(--phase-waiting)",
  fal: "var(--phase-fal)",
  copying: "var(--phase-copying)",
  delivering: "var(--phase-delivering)",
} as const;

export const axis = {
  stroke: "var(--line-strong)",
  tick: { fill: "var(--text-3)", fontSize: 11 },
  tickLine: false,
  axisLine: false,
} as const;
