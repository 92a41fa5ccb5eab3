import type { MessageKind } from "@darkroom/core/queues/messages";
import { manualClock } from "@darkroom/testing/manual-clock";
import { openTestContext, type TestContext } from "@darkroom/testing/open-test-context";
import { describeOnRedis } from "@darkroom/testing/redis";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { watchConsumption } from "./health.ts";

function runSuite(backend: "redis" | "postgres"): void {
  const clock = manualClock(new Date("2026-11-20T10:00:00Z"));
  let context: TestContext;

  beforeAll(async () => {
    context = await openTestContext({ backend, clock });
  });
  afterAll(() => context.close());

  /** A worker that has opened its consumers and never takes anything, as one does whose connection was lost for good. */
  function watchIdle() {
    const lastAt = new Map<MessageKind, Date>();
    return { lastAt, ...watchConsumption(context, { lastAt }) };
  }
  const pass = async (watch: ReturnType<typeof watchIdle>, seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 5) {
      clock.advance(5_000);
      await watch.look();
    }
  };

  test("with nothing to take it is live for as long as you like", async () => {
    const watch = watchIdle();
    await pass(watch, 300);
    expect(watch.health()).toEqual({ live: true, reasons: [] });
  });

  test("with messages that wait while it takes none, it is dead after 45 s; the first one taken revives it", async () => {
    const watch = watchIdle();
    await context.doorbell.ring([{ kind: "copy-output", id: "job_x", dueAt: clock.now() }]);
    await waitFor("the message", async () => (await context.doorbell.waiting("copy-output")) === 1);
    await pass(watch, 45);
    expect(watch.health().live).toBe(true);
    await pass(watch, 5);
    expect(watch.health()).toEqual({ live: false, reasons: ["copy-output: nothing consumed for 45 s"] });
    watch.lastAt.set("copy-output", clock.now());
    expect(watch.health().live).toBe(true);
  });

  test("a queue that cannot be seen is as bad as one that is not emptied", async () => {
    const doorbell = { ...context.doorbell, waiting: () => Promise.reject(new Error("connection is closed")) };
    const watch = watchConsumption({ ...context, doorbell }, { lastAt: new Map() });
    clock.advance(46_000);
    await watch.look();
    expect(watch.health().live).toBe(false);
  });
}

describe("on Postgres", () => runSuite("postgres"));
describeOnRedis("on Redis", () => runSuite("redis"));
