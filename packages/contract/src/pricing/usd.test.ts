import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { microsToUsd, usdToMicros } from "./usd.ts";

describe("dollars and micro-dollars", () => {
  it.each([
    [0, 0],
    [1, 0.000001],
    [2_500, 0.0025],
    [8_500, 0.0085],
    [1_000_001, 1.000001],
  ])("%d micros are $%d", (micros, usd) => {
    expect(microsToUsd(micros)).toBe(usd);
    expect(usdToMicros(usd)).toBe(micros);
  });

  it("refuses what has more than six decimals", () => {
    expect(usdToMicros(0.0000001)).toBeNull();
    expect(usdToMicros(1.0000005)).toBeNull();
  });

  it("come back unchanged and print with at most six decimals", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (micros) => {
        const usd = microsToUsd(micros);
        expect(usdToMicros(usd)).toBe(micros);
        expect(usd).toBe(Number(usd.toFixed(6)));
      }),
    );
  });
});
