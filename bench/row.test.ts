import { expect, test } from "vitest";
import { makeRow, median } from "./row.ts";

const common = { name: "row", unit: "jobs/s", peerName: "peer" };

test("the ratio is the median of the rounds' ratios, not the ratio of medians", () => {
  const pairs = [
    { ours: 10, peer: 5 },
    { ours: 100, peer: 20 },
    { ours: 30, peer: 10 },
  ];
  const row = makeRow({ ...common, pairs, target: { of: "ratio", least: 3 } });
  expect(row).toMatchObject({
    ours: 30,
    peer: 10,
    ratio: 3,
    spread: [2, 5],
    rounds: 3,
    target: "ratio ≥ 3",
    met: true,
  });
});

test("a peer at which nothing was measured gives no ratio", () => {
  const row = makeRow({ ...common, pairs: [{ ours: 3, peer: 0 }], target: { of: "ratio", below: 1 } });
  expect(row).toMatchObject({ ours: 3, peer: 0, ratio: null, spread: [3, 3], met: false });
});

test("without a peer the spread is that of our own figure", () => {
  const pairs = [20, 30].map((ours) => ({ ours, peer: null }));
  const row = makeRow({ name: "row", unit: "ms", pairs, target: { of: "ours", most: 24 } });
  expect(row).toMatchObject({ ours: 25, peer: null, peer_name: null, ratio: null, spread: [20, 30], met: false });
  expect(row.target).toBe("≤ 24 ms");
});

test("a bound that must stay below is not met by being equal", () => {
  const pairs = [{ ours: 5, peer: 5 }];
  expect(makeRow({ ...common, pairs, target: { of: "ratio", below: 1 } })).toMatchObject({
    target: "ratio < 1",
    met: false,
  });
});

test("a row without a target is neither met nor missed", () => {
  expect(makeRow({ ...common, pairs: [{ ours: 1, peer: 2 }] })).toMatchObject({ target: null, met: null });
});

test("the median of an even number lies between the middle two", () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
});
