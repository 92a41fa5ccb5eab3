import { expect, test } from "vitest";
import { formatAgo, formatDuration } from "./times.ts";

test("durations have two units at most, and never round up into the next", () => {
  expect(formatDuration(820)).toBe("820 ms");
  expect(formatDuration(3_210)).toBe("3.2 s");
  expect(formatDuration(9_960)).toBe("10 s");
  expect(formatDuration(59_999)).toBe("59 s");
  expect(formatDuration(250_000)).toBe("4 min 10 s");
  expect(formatDuration(3_600_000)).toBe("1 h");
  expect(formatDuration(7_500_000)).toBe("2 h 5 min");
  expect(formatDuration(273_600_000)).toBe("3 d 4 h");
});

test("how long ago, and in how long", () => {
  const now = Date.parse("2026-01-02T12:00:00Z");
  expect(formatAgo("2026-01-02T11:59:59.500Z", now)).toBe("just now");
  expect(formatAgo("2026-01-02T11:59:20Z", now)).toBe("40 s ago");
  expect(formatAgo("2026-01-02T12:05:00Z", now)).toBe("in 5 min");
  expect(formatAgo("2026-01-01T08:00:00Z", now)).toBe("28 h ago");
  expect(formatAgo("2025-12-01T12:00:00Z", now)).toBe("32 d ago");
});
