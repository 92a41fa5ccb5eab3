import { expect, test } from "vitest";
import { keysPerTenant, planIntents, tenantCount } from "./plan-intents.ts";

const plan = (seed: number) => planIntents({ seed, seconds: 30, jobs: 2_000 });
const acceptable = (seed: number) => plan(seed).filter((intent) => intent.expect === "accepted");

test("the same seed makes the same wishes, another seed others", () => {
  expect(plan(7)).toEqual(plan(7));
  expect(plan(7)).not.toEqual(plan(8));
});

test("so many jobs are wished for as were ordered, each by its own name and key", () => {
  const intents = acceptable(3);
  const names = intents.flatMap(({ jobs }) => jobs.map(({ name }) => name));
  expect(names).toHaveLength(2_000);
  expect(new Set(names).size).toBe(2_000);
  expect(new Set(plan(3).map(({ key }) => key)).size).toBe(plan(3).length);
});

test("wishes come from all tenants and keys, while the run lasts", () => {
  const intents = plan(5);
  expect(new Set(intents.map(({ tenant, apiKey }) => `${tenant}/${apiKey}`)).size).toBe(tenantCount * keysPerTenant);
  for (const { atMs } of intents) expect(atMs).toBeLessThan(30_000);
});

test("they are of every kind", () => {
  const intents = plan(5);
  const jobs = intents.flatMap((intent) => intent.jobs);
  expect(intents.some(({ kind }) => kind === "batch")).toBe(true);
  expect(intents.some(({ expect: end }) => end === "refused")).toBe(true);
  expect(new Set(jobs.map(({ picture }) => picture))).toEqual(new Set(["none", "data_uri", "file", "url"]));
  for (const wanted of ["webhook_lost", "submit_reply_lost", "media_truncated", "stuck", "content_policy", "twin"]) {
    expect(
      jobs.some(({ input }) => String(input.prompt).includes(wanted)),
      wanted,
    ).toBe(true);
  }
  expect(jobs.some(({ cancelAfterMs }) => cancelAfterMs !== null)).toBe(true);
  expect(jobs.some(({ retriesMax }) => retriesMax > 0)).toBe(true);
  expect(jobs.some(({ input }) => input.sync_mode === true)).toBe(true);
  expect(jobs.some(({ ownUrl }) => ownUrl)).toBe(true);
  expect(jobs.some(({ reuse }) => reuse)).toBe(true);
  expect(new Set(jobs.map(({ maxCostUsd }) => maxCostUsd))).toEqual(new Set([null, 1, 0.000001]));
});
