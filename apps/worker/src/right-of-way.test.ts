import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRightOfWay } from "./right-of-way.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Work that goes first, and its end. */
function begin(way: ReturnType<typeof createRightOfWay>) {
  let end = () => {};
  const done = way.hold(
    () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  );
  return () => {
    end();
    return done;
  };
}

/** Whether other work may begin, told as it happens. */
function watch(way: ReturnType<typeof createRightOfWay>) {
  const seen = { began: false };
  void way.clear().then(() => {
    seen.began = true;
  });
  return seen;
}

test("other work begins at once where none goes first, and else when the last of it has ended", async () => {
  const way = createRightOfWay();
  await way.clear();
  const [endOne, endOther] = [begin(way), begin(way)];
  const copy = watch(way);
  await endOne();
  expect(copy.began).toBe(false);
  await endOther();
  await way.clear();
  expect(copy.began).toBe(true);
});

test("work that never ends holds the other up once, for half a second", async () => {
  const way = createRightOfWay();
  const end = begin(way);
  const copy = watch(way);
  await vi.advanceTimersByTimeAsync(499);
  expect(copy.began).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(copy.began).toBe(true);
  begin(way);
  await way.clear();
  await end();
});

test("what fails lets go too", async () => {
  const way = createRightOfWay();
  await expect(way.hold(() => Promise.reject(new Error("boom")))).rejects.toThrow("boom");
  await way.clear();
});
