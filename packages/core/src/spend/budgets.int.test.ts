import { eventSchema } from "@darkroom/contract/events";
import { jobError } from "@darkroom/contract/job-errors";
import { cloneDatabase, type TestDatabase } from "@darkroom/testing/clone-database";
import { makeEndpoint } from "@darkroom/testing/make-endpoint";
import { makeJob, makeTenant, newJob } from "@darkroom/testing/make-job";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { toWireEvent } from "../events/to-wire.ts";
import { newId } from "../ids.ts";
import { retryJob } from "../jobs/retry-job.ts";
import { endJob } from "../jobs/transition.ts";
import { createLinks } from "../links.ts";
import { createSecrets } from "../secrets.ts";
import { createWithinBudgets } from "./create-within-budgets.ts";
import { listBudgets } from "./list-budgets.ts";
import { lockBudgets } from "./lock-budgets.ts";
import { readUsage } from "./read-usage.ts";
import { retryWithinBudgets } from "./retry-within-budgets.ts";
import { rollUpUsage } from "./roll-up-usage.ts";
import { setBudget } from "./set-budget.ts";

let database: TestDatabase;
let db: Database;
const now = new Date("2026-11-20T10:00:00.000Z");
const secret = "a secret for tests that is long enough";
const links = createLinks({ secret, baseUrl: "http://localhost" });
const secrets = createSecrets(secret);

beforeAll(async () => {
  database = await cloneDatabase();
  db = openDatabase({ url: database.url, poolMax: 20, applicationName: "test" });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

/** A tenant that may spend so much a day; its jobs reserve 5,000 micros each. */
async function tenantWith(limitMicros: number, period: "day" | "month" = "day") {
  const { id: tenantId } = await makeTenant(db);
  const who = { tenantId, apiKeyId: null };
  await setBudget(db, who, { period, limitMicros, now });
  const create = (count = 1, at = now, claim: { key: string } | null = null) => {
    const jobs = Array.from({ length: count }, () => newJob(tenantId, at));
    const full = claim && { tenantId, key: claim.key, fingerprint: Buffer.from("same"), resourceId: jobs[0]!.id };
    return createWithinBudgets(db, { who, jobs, claim: full, now: at });
  };
  const used = async (at = now) => (await listBudgets(db, tenantId, at)).map(({ usedMicros }) => usedMicros);
  return { tenantId, who, create, used };
}

const jobsOf = (tenantId: string) => db.job.count({ where: { tenantId } });

test("200 creates at once against a budget for 50 accept exactly 50", async () => {
  const { tenantId, create, used } = await tenantWith(250_000);
  const results = await Promise.all(Array.from({ length: 200 }, () => create()));
  const accepted = results.filter((result) => result.outcome === "created" && result.jobs.length === 1);
  expect(accepted).toHaveLength(50);
  expect(await jobsOf(tenantId)).toBe(50);
  expect(await used()).toEqual([250_000]);
  const refused = results.find((result) => result.outcome === "created" && result.refused.size > 0);
  expect(refused?.outcome === "created" && [...refused.refused.values()][0]).toEqual({
    budgetId: expect.stringMatching(/^bgt_/),
    scope: "tenant",
    period: "day",
    limitMicros: 250_000,
    usedMicros: 250_000,
    resetsAt: new Date("2026-11-21T00:00:00.000Z"),
  });
});

test("of a batch, those that fit are accepted, in their order", async () => {
  const { create } = await tenantWith(12_000);
  const result = await create(4);
  expect(result.outcome === "created" && [result.jobs.length, result.refused.size]).toEqual([2, 2]);
});

test("what is not spent comes back; what is released comes back whole", async () => {
  const { create, used, tenantId } = await tenantWith(20_000);
  const result = await create(2);
  const [one, two] = result.outcome === "created" ? result.jobs : [];
  await endJob(db, {
    jobId: one!.id,
    ending: { to: "failed", charged: "yes", costMicros: 3_000, error: jobError("copy_failed") },
    now,
  });
  expect(await used()).toEqual([8_000]);
  await endJob(db, { jobId: two!.id, ending: { to: "canceled", charged: "no", error: null }, now });
  expect(await used()).toEqual([3_000]);
  // Opened again for its copy and ended again: settled once, given back once.
  await retryJob(db, { tenantId, jobId: one!.id }, now);
  await endJob(db, {
    jobId: one!.id,
    ending: { to: "failed", charged: "yes", costMicros: 3_000, error: jobError("copy_failed") },
    now,
  });
  expect(await used()).toEqual([3_000]);
});

test("a new day has the whole budget, and late settlements go back to the day of their reservation", async () => {
  const { create, used } = await tenantWith(5_000);
  const result = await create();
  const job = result.outcome === "created" ? result.jobs[0] : undefined;
  const tomorrow = new Date("2026-11-21T00:00:01.000Z");
  expect(await used(tomorrow)).toEqual([0]);
  expect((await create(1, tomorrow)).outcome === "created" && (await used(tomorrow))).toEqual([5_000]);
  await endJob(db, { jobId: job!.id, ending: { to: "canceled", charged: "no", error: null }, now: tomorrow });
  expect(await used()).toEqual([0]);
  expect(await used(tomorrow)).toEqual([5_000]);
});

test("what is made without asking counts all the same, and so does a retry by hand", async () => {
  const { tenantId, used } = await tenantWith(100_000);
  const job = await makeJob(db, tenantId, now);
  expect(await used()).toEqual([5_000]);
  await endJob(db, { jobId: job.id, ending: { to: "canceled", charged: "no", error: null }, now });
  expect(await used()).toEqual([0]);
  await retryJob(db, { tenantId, jobId: job.id }, now);
  expect(await used()).toEqual([5_000]);
});

test("a repeated Idempotency-Key reserves nothing more", async () => {
  const { create, used } = await tenantWith(100_000);
  const results = await Promise.all(Array.from({ length: 10 }, () => create(1, now, { key: "k" })));
  expect(results.filter(({ outcome }) => outcome === "created")).toHaveLength(1);
  expect(await used()).toEqual([5_000]);
});

test("a repeat that comes while the first one takes the last of the budget is answered with its job", async () => {
  const { tenantId, create } = await tenantWith(5_000);
  const results = await Promise.all(Array.from({ length: 8 }, () => create(1, now, { key: "hedged" })));
  expect(results.map(({ outcome }) => outcome).sort()).toEqual(["created", ...Array(7).fill("replayed")]);
  expect(await jobsOf(tenantId)).toBe(1);
});

test("of creates that come together each has its own answer: by its own key, its own repeat, its own budget", async () => {
  const { tenantId, create } = await tenantWith(20_000);
  const [mine, other] = [newId("key"), newId("key")];
  await setBudget(db, { tenantId, apiKeyId: mine }, { period: "day", limitMicros: 5_000, now });
  const by = (apiKeyId: string) => {
    const jobs = [newJob(tenantId, now, { apiKeyId })];
    return createWithinBudgets(db, { who: { tenantId, apiKeyId }, jobs, claim: null, now });
  };
  const repeated = create(1, now, { key: "one" });
  const results = await Promise.all([
    repeated,
    create(1, now, { key: "one" }),
    by(mine),
    by(mine),
    by(other),
    create(2),
  ]);
  const made = results.map((result) => (result.outcome === "created" ? result.jobs.length : result.outcome));
  expect(made).toEqual([1, "replayed", 1, 0, 1, 1]);
  const scopes = results.flatMap((result) => ("refused" in result ? [...result.refused.values()] : []));
  expect(scopes.map(({ scope }) => scope)).toEqual(["api_key", "tenant"]);
});

test("however many wait for a tenant's budget, others keep their connections", async () => {
  const busy = await tenantWith(1_000_000);
  const calm = await tenantWith(5_000);
  const few = openDatabase({ url: database.url, poolMax: 3, applicationName: "test" });
  const create = (who: { tenantId: string; apiKeyId: null }) =>
    createWithinBudgets(few, { who, jobs: [newJob(who.tenantId, now)], claim: null, now });
  try {
    await busy.create();
    const waiting = await db.$transaction(async (tx) => {
      await lockBudgets(tx, [busy.who], now);
      const busyOnes = Array.from({ length: 50 }, () => create(busy.who));
      expect(await create(calm.who)).toMatchObject({ outcome: "created", jobs: [{ tenantId: calm.tenantId }] });
      return { busyOnes };
    });
    expect(await Promise.all(waiting.busyOnes)).toHaveLength(50);
  } finally {
    await few.$disconnect();
  }
});

test("a refused create leaves its Idempotency-Key free", async () => {
  const { create, who } = await tenantWith(1_000);
  const refused = await create(1, now, { key: "later" });
  expect(refused.outcome === "created" && refused.jobs).toEqual([]);
  await setBudget(db, who, { period: "day", limitMicros: 9_000, now });
  const accepted = await create(1, now, { key: "later" });
  expect(accepted.outcome === "created" && accepted.jobs).toHaveLength(1);
});

test("a key's budget binds that key, the tenant's binds all", async () => {
  const { tenantId } = await makeTenant(db).then(({ id }) => ({ tenantId: id }));
  const [mine, other] = [newId("key"), newId("key")];
  await setBudget(db, { tenantId, apiKeyId: mine }, { period: "day", limitMicros: 5_000, now });
  await setBudget(db, { tenantId, apiKeyId: null }, { period: "month", limitMicros: 15_000, now });
  const create = (apiKeyId: string) =>
    createWithinBudgets(db, {
      who: { tenantId, apiKeyId },
      jobs: [newJob(tenantId, now, { apiKeyId })],
      claim: null,
      now,
    });
  const fits = async (apiKeyId: string) => {
    const result = await create(apiKeyId);
    return result.outcome === "created" && result.jobs.length === 1;
  };
  expect([await fits(mine), await fits(mine)]).toEqual([true, false]);
  expect([await fits(other), await fits(other), await fits(other)]).toEqual([true, true, false]);
});

test("a budget set in mid-period counts what was reserved and spent before", async () => {
  const tenant = await makeTenant(db);
  const jobs = [
    await makeJob(db, tenant.id, now),
    await makeJob(db, tenant.id, now),
    await makeJob(db, tenant.id, now),
  ];
  await endJob(db, {
    jobId: jobs[0]!.id,
    ending: { to: "failed", charged: "yes", costMicros: 1_000, error: jobError("copy_failed") },
    now,
  });
  await endJob(db, { jobId: jobs[1]!.id, ending: { to: "canceled", charged: "no", error: null }, now });
  await setBudget(db, { tenantId: tenant.id, apiKeyId: null }, { period: "month", limitMicros: 50_000, now });
  expect((await listBudgets(db, tenant.id, now))[0]?.usedMicros).toBe(6_000);
});

describe("thresholds", () => {
  const percentsOf = (rows: { data?: unknown; detail?: unknown }[]) =>
    rows.map(({ data, detail }) => ((data ?? detail) as { percent: number }).percent);
  const events = (tenantId: string) => db.event.findMany({ where: { tenantId }, orderBy: { id: "asc" } });
  const audits = (tenantId: string) =>
    db.auditEntry.findMany({ where: { tenantId, action: "budget.threshold" }, orderBy: { id: "asc" } });

  test("half, four fifths and all of a budget are told of once each, to the tenant's endpoints and to the operator", async () => {
    const { create, tenantId } = await tenantWith(50_000);
    const endpoint = await makeEndpoint({ db, secrets, clock: { now: () => now } }, tenantId, {
      url: "https://example.com/hook",
    });
    const told: string[] = [];
    for (let index = 0; index < 12; index += 1) {
      const result = await create();
      if (result.outcome === "created") told.push(...result.told);
    }
    expect(told).toEqual([endpoint.id, endpoint.id, endpoint.id]);
    const made = await events(tenantId);
    expect([percentsOf(made), percentsOf(await audits(tenantId))]).toEqual([
      [50, 80, 100],
      [50, 80, 100],
    ]);
    const [first] = made.map((row) => toWireEvent(row, links));
    expect(eventSchema.parse(first)).toMatchObject({
      type: "budget.threshold",
      data: { api_key_id: null, period: "day", percent: 50, limit_usd: 0.05, used_usd: 0.025 },
    });
    expect(await db.delivery.count({ where: { endpointId: endpoint.id, state: "pending" } })).toBe(3);
  });

  test("forty at once tell of none twice; of those that are crossed together, of the highest", async () => {
    const { create, tenantId } = await tenantWith(50_000);
    await Promise.all(Array.from({ length: 40 }, () => create()));
    const percents = percentsOf(await events(tenantId));
    expect(new Set(percents).size).toBe(percents.length);
    expect(percents.at(-1)).toBe(100);
  });

  test("a budget that refuses what does not fit any more is used up; one large job says nothing", async () => {
    const large = await tenantWith(12_000);
    await large.create(1);
    await large.create(2);
    // 5,000 and 5,000 of 12,000: the third did not fit.
    expect(percentsOf(await events(large.tenantId))).toEqual([100]);
    const small = await tenantWith(4_000);
    await small.create();
    expect(await events(small.tenantId)).toEqual([]);
  });

  test("what fails with its transaction is not told of", async () => {
    const { tenantId, who } = await tenantWith(5_000);
    const complete = () => Promise.reject(new Error("the process dies"));
    const failing = createWithinBudgets(db, { who, jobs: [newJob(tenantId, now)], claim: null, now, complete });
    await expect(failing).rejects.toThrow("the process dies");
    expect([await events(tenantId), await audits(tenantId)]).toEqual([[], []]);
  });

  test("begin anew with the period, and with a limit that puts them out of reach", async () => {
    const { create, tenantId, who } = await tenantWith(10_000);
    await create();
    await create(1, new Date("2026-11-21T10:00:00.000Z"));
    expect(percentsOf(await events(tenantId))).toEqual([50, 50]);
    await setBudget(db, who, { period: "day", limitMicros: 20_000, now });
    await create();
    expect(percentsOf(await events(tenantId))).toEqual([50, 50, 50]);
    await setBudget(db, who, { period: "day", limitMicros: 12_000, now });
    expect(percentsOf(await events(tenantId))).toEqual([50, 50, 50, 80]);
  });
});

describe("a retry by hand", () => {
  const cancel = (jobId: string) => endJob(db, { jobId, ending: { to: "canceled", charged: "no", error: null }, now });

  test("of twenty at once against room for three, exactly three are made", async () => {
    const { tenantId, create, used } = await tenantWith(100_000);
    const made = await create(20);
    const jobs = made.outcome === "created" ? made.jobs : [];
    for (const job of jobs) await cancel(job.id);
    await setBudget(db, { tenantId, apiKeyId: null }, { period: "day", limitMicros: 15_000, now });
    const results = await Promise.all(jobs.map((job) => retryWithinBudgets(db, job, 5_000, now)));
    expect(results.filter(({ outcome }) => outcome === "queued")).toHaveLength(3);
    expect(results.filter(({ outcome }) => outcome === "budget_exceeded")).toHaveLength(17);
    expect(await used()).toEqual([15_000]);
    expect(await db.job.count({ where: { tenantId, state: "canceled" } })).toBe(17);
  });

  test("counts against the key the job came with, at the price of today", async () => {
    const { id: tenantId } = await makeTenant(db);
    const apiKeyId = newId("key");
    await setBudget(db, { tenantId, apiKeyId }, { period: "day", limitMicros: 8_000, now });
    const job = await makeJob(db, tenantId, now, { apiKeyId });
    await cancel(job.id);
    expect((await retryWithinBudgets(db, job, 8_001, now)).outcome).toBe("budget_exceeded");
    expect(await retryWithinBudgets(db, job, 8_000, now)).toMatchObject({
      outcome: "queued",
      job: { reservedMicros: 8_000n },
    });
    expect((await listBudgets(db, tenantId, now))[0]?.usedMicros).toBe(8_000);
  });

  test("a copy that is tried again costs nothing and asks no budget", async () => {
    const { tenantId, create, used } = await tenantWith(5_000);
    const made = await create();
    const job = made.outcome === "created" ? made.jobs[0]! : null;
    const ending = { to: "failed", charged: "yes", costMicros: 5_000, error: jobError("copy_failed") } as const;
    await endJob(db, { jobId: job!.id, ending, now });
    expect(await retryJob(db, { tenantId, jobId: job!.id }, now)).toMatchObject({ outcome: "copying" });
    expect(await used()).toEqual([5_000]);
  });
});

describe("usage", () => {
  test("is kept per day, in all and by model, key and tag; nothing is counted twice by two at once", async () => {
    const tenant = await makeTenant(db);
    const key = newId("key");
    const end = (jobId: string, costMicros: number) =>
      endJob(db, { jobId, ending: { to: "failed", charged: "yes", costMicros, error: jobError("copy_failed") }, now });
    for (const [tags, cost] of [
      [["a", "b"], 1_000],
      [["a"], 2_000],
      [[], 4_000],
    ] as const) {
      const job = await makeJob(db, tenant.id, now, { tags: [...tags], apiKeyId: key });
      await end(job.id, cost);
    }
    const free = await makeJob(db, tenant.id, now, { model: "fal-ai/z-image/turbo" });
    await endJob(db, { jobId: free.id, ending: { to: "canceled", charged: "no", error: null }, now });
    await Promise.all(Array.from({ length: 4 }, () => rollUpUsage(db)));
    const read = async (dimension: "total" | "model" | "key" | "tag") =>
      (await readUsage(db, { tenantId: tenant.id, dimension, from: "2026-11-01", to: "2026-11-30" })).map(
        (row) => `${row.day} ${row.value} ${row.succeeded}/${row.failed}/${row.canceled} ${row.costMicros}`,
      );
    expect(await read("total")).toEqual(["2026-11-20  0/3/1 7000"]);
    expect(await read("tag")).toEqual(["2026-11-20 a 0/2/0 3000", "2026-11-20 b 0/1/0 1000"]);
    expect(await read("key")).toEqual([`2026-11-20 ${key} 0/3/0 7000`]);
    expect(await read("model")).toHaveLength(2);
    expect(await rollUpUsage(db)).toBe(0);
  });
});
