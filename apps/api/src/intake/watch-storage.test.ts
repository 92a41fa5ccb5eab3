import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { StorageSilentError, watchStorage } from "./watch-storage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a caller may take their time, and storage as well as long as it goes on", async () => {
  const watch = watchStorage(1_000);
  const done = watch.within(new Promise((resolve) => setTimeout(resolve, 60_000, "stored")));
  for (let chunk = 0; chunk < 20; chunk += 1) {
    watch.start();
    await vi.advanceTimersByTimeAsync(900);
    watch.stop();
    await vi.advanceTimersByTimeAsync(5_000);
  }
  expect(await done).toBe("stored");
  expect(watch.signal.aborted).toBe(false);
});

test("storage that is silent at a stretch is given up, and what was being sent is stopped", async () => {
  const watch = watchStorage(1_000);
  const done = watch.within(new Promise(() => {})).catch((error: Error) => error);
  watch.start();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await done).toBeInstanceOf(StorageSilentError);
  expect(watch.signal.aborted).toBe(true);
});
