import { expect, test } from "vitest";
import { type Circuit, closedCircuit, failed, stateOf } from "./circuit.ts";

const now = new Date("2026-11-20T10:00:00Z");
const after = (ms: number) => new Date(now.getTime() + ms);
const boom = { reason: "503", decisive: false, sentAt: after(1) };
const times = (count: number): Circuit =>
  Array.from({ length: count }).reduce((circuit: Circuit) => failed(circuit, boom, now), closedCircuit);

test("four failures in a row leave it closed, the fifth opens it", () => {
  expect(stateOf(times(4), now)).toBe("closed");
  expect(stateOf(times(5), now)).toBe("open");
});

test("one decisive failure opens it", () => {
  const locked = failed(closedCircuit, { ...boom, reason: "User is locked", decisive: true }, now);
  expect(stateOf(locked, now)).toBe("open");
  expect(locked.reason).toBe("User is locked");
});

test("it is tried again after 10 s, then ever later, up to five minutes", () => {
  expect(times(5).probeAt).toEqual(after(10_000));
  expect(stateOf(times(5), after(10_000))).toBe("half_open");
  expect(times(6).probeAt).toEqual(after(20_000));
  expect(times(7).probeAt).toEqual(after(40_000));
  expect(times(30).probeAt).toEqual(after(300_000));
});

test("it remembers since when it has been open", () => {
  const again = failed(times(5), boom, after(60_000));
  expect(again.openedAt).toEqual(now);
});

test("what was sent before it opened and fails after is the same trouble, not a longer one", () => {
  const opened = times(5);
  const echoes = Array.from({ length: 40 }).reduce(
    (circuit: Circuit) => failed(circuit, { ...boom, sentAt: after(-50) }, after(100)),
    opened,
  );
  expect(echoes).toEqual(opened);
  expect(failed(opened, { ...boom, sentAt: null }, after(100))).toEqual(opened);
  expect(failed(opened, { ...boom, sentAt: after(10_000) }, after(10_100)).probeAt).toEqual(after(30_100));
});
