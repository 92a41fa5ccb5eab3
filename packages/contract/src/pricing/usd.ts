/** Micro-dollars in a dollar. All money is counted in whole micro-dollars; dollars appear only on the wire. */
const MICROS_PER_USD = 1_000_000;

/** Micro-dollars as dollars. One division of whole numbers, so the result prints exactly, with at most 6 decimals. */
export function microsToUsd(micros: number): number {
  return micros / MICROS_PER_USD;
}

/** Dollars as whole micro-dollars, or null for an amount that has more than 6 decimals. */
export function usdToMicros(usd: number): number | null {
  const micros = Math.round(usd * MICROS_PER_USD);
  return microsToUsd(micros) === usd ? micros : null;
}
