import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { oncePerWindow } from "./once-per-window.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("at once, and once more at the end of the window for all that asked meanwhile; keys apart", async () => {
  const done: string[] = [];
  const inWindow = oncePerWindow(20);
  const ask = (key: string) => inWindow(key, async () => void done.push(key));
  await ask("a");
  for (const key of ["a", "b", "a", "a"]) await ask(key);
  expect(done).toEqual(["a", "b"]);
  await vi.advanceTimersByTimeAsync(20);
  expect(done).toEqual(["a", "b", "a"]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(done).toEqual(["a", "b", "a"]);
  await ask("a");
  expect(done).toEqual(["a", "b", "a", "a"]);
});
