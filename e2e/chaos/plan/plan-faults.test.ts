import { expect, test } from "vitest";
import { type Backend, nameFault, planFaults } from "./plan-faults.ts";

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
const backends: Backend[] = ["redis", "postgres"];

test("the same seed makes the same plan, another seed another one", () => {
  const plan = (seed: number) => planFaults({ seed, seconds: 120, backend: "redis" });
  expect(plan(7)).toEqual(plan(7));
  expect(plan(7)).not.toEqual(plan(8));
});

test.each(backends)("every fault lies within the run, in order (%s)", (backend) => {
  for (const seed of seeds) {
    const plan = planFaults({ seed, seconds: 30, backend });
    expect(plan.length).toBeGreaterThan(8);
    expect(plan.map((fault) => fault.atMs)).toEqual(plan.map((fault) => fault.atMs).sort((a, b) => a - b));
    for (const { atMs, forMs } of plan) {
      expect(atMs).toBeGreaterThan(0);
      expect(forMs).toBeGreaterThanOrEqual(0);
      expect(atMs + forMs).toBeLessThanOrEqual(30_001);
    }
  }
});

test("faults overlap: several are about at the same time", () => {
  const plan = planFaults({ seed: 1, seconds: 120, backend: "redis" });
  const together = plan.map(
    ({ atMs }) => plan.filter((other) => other.atMs <= atMs && other.atMs + other.forMs >= atMs).length,
  );
  expect(Math.max(...together)).toBeGreaterThan(2);
});

test("over some seeds every kind of fault comes up, and Redis only where there is one", () => {
  const names = (backend: Backend) =>
    new Set(seeds.flatMap((seed) => planFaults({ seed, seconds: 120, backend }).map(nameFault)));
  const onRedis = [...names("redis")];
  expect(onRedis).toEqual(
    expect.arrayContaining([
      ...["api_kill", "worker_kill", "api_rolling_restart", "worker_rolling_restart", "clock_skew"],
      ...["redis_flushall", "redis_kill", "redis_refuse", "redis_stall"],
      ...["postgres_kill", "postgres_refuse", "postgres_reset", "postgres_stall", "postgres_slow", "postgres_swallow"],
      ...["s3_answer_503", "s3_refuse", "s3_reset", "s3_slow", "s3_stall"],
      ...[
        "fal_wave_submit_429",
        "fal_wave_submit_500",
        "fal_wave_submit_503",
        "fal_refuse",
        "fal_swallow",
        "webhooks_cut",
      ],
      "fal_keys_rotated",
      ...["customers_refuse", "customers_reset", "customers_stall", "customers_slow", "customers_swallow"],
    ]),
  );
  expect([...names("postgres")].filter((name) => name.startsWith("redis"))).toEqual([]);
  expect(names("postgres")).toContain("queue_emptied");
});
