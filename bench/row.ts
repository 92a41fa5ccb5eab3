/** One line of the table and of `results/latest.json`. */
export type Row = {
  name: string;
  unit: string;
  /** Medians over the rounds. */
  ours: number;
  peer: number | null;
  peer_name: string | null;
  /** Median of ours / peer, taken pair by pair. */
  ratio: number | null;
  target: string | null;
  met: boolean | null;
  rounds: number;
  /** Least and greatest ratio of a round; of ours where there is no peer. */
  spread: [number, number];
};

/** What one round measured on both sides, a moment apart. */
export type Pair = { ours: number; peer: number | null };

/** A bound on the ratio, or on our own figure. */
export type Target = { of: "ratio" | "ours"; least?: number; most?: number; below?: number };

export type RowOptions = { name: string; unit: string; pairs: readonly Pair[]; peerName?: string; target?: Target };

/**
 * Ratios are taken within a round, where both sides met the same machine, and only then is their median taken. A peer that did nothing
 * one could measure (a tiny run, less what idles) gives none.
 */
export function makeRow({ name, unit, pairs, peerName, target }: RowOptions): Row {
  const ratios = pairs.flatMap(({ ours, peer }) => (peer ? [ours / peer] : []));
  const ours = median(pairs.map((pair) => pair.ours));
  const peers = pairs.flatMap(({ peer }) => peer ?? []);
  const ratio = ratios.length > 0 ? median(ratios) : null;
  const spreadOf = ratio === null ? pairs.map((pair) => pair.ours) : ratios;
  return {
    name,
    unit,
    ours: round(ours),
    peer: peers.length > 0 ? round(median(peers)) : null,
    peer_name: peerName ?? null,
    ratio: ratio === null ? null : round(ratio),
    target: target ? describe(target, unit) : null,
    met: target ? isMet(target, target.of === "ratio" ? ratio : ours) : null,
    rounds: pairs.length,
    spread: [round(Math.min(...spreadOf)), round(Math.max(...spreadOf))],
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function isMet({ least, most, below }: Target, value: number | null): boolean {
  if (value === null) return false;
  return value >= (least ?? -Infinity) && value <= (most ?? Infinity) && value < (below ?? Infinity);
}

function describe({ of, least, most, below }: Target, unit: string): string {
  const [sign, bound] = least !== undefined ? ["≥", least] : most !== undefined ? ["≤", most] : ["<", below];
  return of === "ratio" ? `ratio ${sign} ${bound}` : `${sign} ${bound} ${unit}`;
}

/** Four significant digits: more would claim what no run can know. */
function round(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : value;
}
