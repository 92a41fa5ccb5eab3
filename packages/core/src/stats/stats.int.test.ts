import { jobError } from "@darkroom/contract/job-errors";
import { cloneDatabase, type TestDatabase } from "@darkroom/testing/clone-database";
import { makeJob, makeTenant } from "@darkroom/testing/make-job";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readOverview } from "../admin/read-overview.ts";
import { readSpend } from "../admin/read-spend.ts";
import { readStats } from "../admin/read-stats.ts";
import { stepsOf } from "../admin/stats-range.ts";
import { type Database, openDatabase, query, sql } from "../db/database.ts";
import { cancelJob } from "../jobs/cancel-job.ts";
import { retryJob } from "../jobs/retry-job.ts";
import { endJob } from "../jobs/transition.ts";
import { rollUpUsage } from "../spend/roll-up-usage.ts";
import { rollUpDeliveries } from "./roll-up-deliveries.ts";
import { rollUpReservations } from "./roll-up-reservations.ts";
import { sampleStats } from "./sample-stats.ts";

let database: TestDatabase;
let db: Database;
const now = new Date("2026-11-20T12:30:00.000Z");

beforeAll(async () => {
  database = await cloneDatabase();
  db = openDatabase({ url: database.url, poolMax: 8, applicationName: "test" });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(Math.random() * values.length)] as Value;
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

/** A job with times of its own, ended as `fate` says. */
async function makeEnded(tenantId: string): Promise<void> {
  const createdAt = minutesAgo(20 + Math.random() * 600);
  const model = pick(["fal-ai/z-image/turbo", "fal-ai/z-image/turbo/lora"]);
  const { id } = await makeJob(db, tenantId, createdAt, { model });
  const later = (ms: number) => new Date(createdAt.getTime() + ms);
  const [waited, ran, copied] = [Math.random() * 60_000, Math.random() * 9_000, Math.random() * 900];
  await db.job.update({
    where: { id },
    data: {
      state: "copying",
      dueAt: createdAt,
      queueAt: null,
      sentAt: later(waited),
      generatedAt: later(waited + ran),
    },
  });
  const end = later(waited + ran + copied);
  const costMicros = Math.floor(Math.random() * 9_000);
  const fate = pick(["succeeded", "succeeded", "failed", "failed"] as const);
  const code = pick(["copy_failed", "output_expired"] as const);
  const ending =
    fate === "succeeded"
      ? ({ to: fate, charged: "yes", costMicros } as const)
      : ({ to: fate, charged: "yes", costMicros, error: jobError(code) } as const);
  await endJob(db, { jobId: id, from: ["copying"], ending, now: end });
}

describe("the kept sums", () => {
  test("agree with what counting the jobs gives, for random jobs rolled up in several goes at once", async () => {
    const tenants = await Promise.all(Array.from({ length: 3 }, () => makeTenant(db)));
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(Array.from({ length: 40 }, () => makeEnded(pick(tenants).id)));
      await Promise.all([rollUpUsage(db, { max: 7 }), rollUpUsage(db), rollUpUsage(db, { max: 30 })]);
    }
    while ((await rollUpUsage(db)) > 0);

    for (const grain of ["minute", "hour", "day"] as const) {
      const counted = await query(db, brute(grain));
      const kept = await query(
        db,
        sql`select at, dimension, value, succeeded, failed, canceled, cost_micros as cost from stats
            where grain = ${grain}::stats_grain and (succeeded + failed + canceled) > 0 order by dimension, at, value`,
      );
      expect(kept).toEqual(counted);
    }
  });

  test("give percentiles within 13 % of the true ones", async () => {
    const steps = stepsOf("24h", now);
    const { phases, totals, series } = await readStats(db, steps, null);
    expect(totals.succeeded + totals.failed).toBe(await db.job.count());
    expect(series.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(totals.succeeded);
    expect(series).toHaveLength(24);
    const [exact] = await query<{ wait: number; fal: number }>(
      db,
      sql`select percentile_disc(0.95) within group (order by extract(epoch from sent_at - created_at) * 1000)::float8 as wait,
                 percentile_disc(0.5) within group (order by extract(epoch from generated_at - sent_at) * 1000)::float8 as fal from jobs`,
    );
    const p95 = phases.find(({ phase }) => phase === "waiting")?.p95_ms ?? 0;
    const p50 = phases.find(({ phase }) => phase === "fal")?.p50_ms ?? 0;
    expect(Math.abs(p95 / (exact?.wait ?? 0) - 1)).toBeLessThan(0.13);
    expect(Math.abs(p50 / (exact?.fal ?? 0) - 1)).toBeLessThan(0.13);
  });

  test("of a job that was settled, opened again and ended again have its cost once", async () => {
    const before = (await readSpendToday()).total;
    const tenant = await makeTenant(db);
    const job = await makeJob(db, tenant.id, now);
    await cancelJob(db, { tenantId: tenant.id, jobId: job.id }, now);
    await retryJob(db, { tenantId: tenant.id, jobId: job.id }, now);
    await cancelJob(db, { tenantId: tenant.id, jobId: job.id }, now);
    while ((await rollUpUsage(db)) > 0);
    const { total } = await readSpendToday();
    expect([total.canceled - before.canceled, total.settled_usd]).toEqual([2, before.settled_usd]);
  });
});

test("a phase is only of jobs that came to it", async () => {
  const tenant = await makeTenant(db);
  const never = await makeJob(db, tenant.id, now);
  await cancelJob(db, { tenantId: tenant.id, jobId: never.id }, now);
  await makeEnded(tenant.id);
  while ((await rollUpUsage(db)) > 0);
  const { phases } = await readStats(db, stepsOf("24h", now), tenant.id);
  expect(phases.map(({ phase, count }) => `${phase} ${count}`)).toEqual([
    "waiting 1",
    "fal 1",
    "copying 1",
    "delivering 0",
  ]);
});

const readSpendToday = () => readSpend(db, { from: "2026-11-20", to: "2026-11-20", tenantId: null });

function brute(grain: string) {
  return sql`select date_trunc(${grain}, j.finished_at, 'UTC') as at, d.dimension, d.value,
      count(*) filter (where state = 'succeeded')::int as succeeded, count(*) filter (where state = 'failed')::int as failed,
      count(*) filter (where state = 'canceled')::int as canceled, sum(cost_micros)::bigint as cost
    from jobs j cross join lateral (values ('total', ''), ('model', j.model), ('error', j.error_code), ('tenant', j.tenant_id),
      ('tenant_model', j.tenant_id || ' ' || j.model), ('tenant_error', j.tenant_id || ' ' || j.error_code)) d(dimension, value)
    where j.finished_at is not null and d.value is not null and not (d.dimension like 'tenant\\_%' and ${grain} = 'day')
    group by 1, 2, 3 order by 2, 1, 3`;
}

describe("reservations", () => {
  test("are counted once, and what is open follows, also when ledger entries are committed out of order", async () => {
    const tenant = await makeTenant(db);
    const openUsd = async () =>
      (await readSpend(db, { from: "2026-11-20", to: "2026-11-20", tenantId: tenant.id })).open_usd;
    const settle = async () => {
      await rollUpReservations(db);
      while (await rollUpReservations(db));
    };
    await settle();
    const other = openDatabase({ url: database.url, poolMax: 2, applicationName: "test" });
    let commit: () => void = () => {};
    let begun: () => void = () => {};
    const started = new Promise<void>((resolve) => (begun = resolve));
    const late = other.$transaction(async (tx) => {
      await makeJob(tx as Database, tenant.id, now);
      begun();
      await new Promise<void>((resolve) => (commit = resolve));
    });
    await started;
    // Has a higher id in the ledger, and is committed first.
    const job = await makeJob(db, tenant.id, now);
    await settle();
    expect(await openUsd()).toBe(0);
    commit();
    await late;
    await settle();
    await settle();
    expect(await openUsd()).toBe(0.01);
    await cancelJob(db, { tenantId: tenant.id, jobId: job.id }, now);
    await settle();
    await Promise.all([settle(), settle()]);
    const report = await readSpend(db, { from: "2026-11-20", to: "2026-11-20", tenantId: tenant.id });
    expect(report).toMatchObject({ open_usd: 0.005, total: { reserved_usd: 0.01, released_usd: 0.005 } });
    await other.$disconnect();
  });
});

test("deliveries' times are counted once, in all and by tenant", async () => {
  const tenants = await Promise.all([makeTenant(db), makeTenant(db)]);
  const times = Array.from({ length: 60 }, () => Math.round(20 + Math.random() * 5_000));
  await db.deliveryTime.createMany({
    data: times.map((ms, index) => ({
      tenantId: tenants[index % 2]?.id ?? "",
      ms: BigInt(ms),
      deliveredAt: minutesAgo(index % 50),
    })),
  });
  await Promise.all([rollUpDeliveries(db, { max: 7 }), rollUpDeliveries(db), rollUpDeliveries(db, { max: 20 })]);
  while ((await rollUpDeliveries(db)) > 0);
  const phaseOf = async (range: "1h" | "24h", tenantId: string | null) =>
    (await readStats(db, stepsOf(range, now), tenantId)).phases.find(({ phase }) => phase === "delivering");
  const exact = [...times].sort((a, b) => a - b)[Math.ceil(60 * 0.95) - 1] ?? 0;
  for (const range of ["1h", "24h"] as const) {
    const all = await phaseOf(range, null);
    expect(all?.count).toBe(60);
    expect(Math.abs((all?.p95_ms ?? 0) / exact - 1)).toBeLessThan(0.13);
    expect((await phaseOf(range, tenants[0].id))?.count).toBe(30);
  }
  expect(await db.deliveryTime.count()).toBe(0);
});

test("of a tenant there are its own models and failures, in every range", async () => {
  const limits = { slots: 11, perSecondMax: 20, modelSlots: new Map<string, number>() };
  const tenants = await db.tenant.findMany({ where: { id: { in: await tenantsWithFailures() } } });
  expect(tenants.length).toBeGreaterThan(1);
  for (const { id: tenantId } of tenants) {
    const options = { range: "24h", tenantId, limits, queueReachable: true, payloads: false, now } as const;
    const { by_model, failures, totals } = await readOverview(db, options);
    const mine = { tenantId };
    expect(by_model.reduce((sum, { succeeded, failed }) => sum + succeeded + failed, 0)).toBe(
      totals.succeeded + totals.failed,
    );
    expect(totals.failed).toBe(await db.job.count({ where: { ...mine, state: "failed" } }));
    expect(failures.reduce((sum, { count }) => sum + count, 0)).toBe(totals.failed);
    expect(failures.flatMap(({ examples }) => examples.map(({ tenant }) => tenant.id))).not.toContainEqual(
      expect.not.stringMatching(tenantId),
    );
  }
});

async function tenantsWithFailures(): Promise<string[]> {
  const rows = await db.job.groupBy({ by: ["tenantId"], where: { state: "failed" } });
  return rows.map(({ tenantId }) => tenantId);
}

test("samples keep the most that was seen in a minute", async () => {
  const tenant = await makeTenant(db);
  const at = new Date("2026-11-20T12:29:10.000Z");
  await makeJob(db, tenant.id, at);
  await sampleStats(db, at);
  const { series } = await readStats(db, stepsOf("1h", now), null);
  const point = series.find((step) => step.at === "2026-11-20T12:29:00.000Z");
  const waiting = await db.job.count({ where: { state: "queued" } });
  expect(point).toMatchObject({ waiting, in_flight: 0 });
  await sampleStats(db, new Date(at.getTime() + 4 * 86_400_000));
  expect(await db.stat.count({ where: { grain: "minute", at: { lt: at } } })).toBe(0);
});

test("the overview is made of them", async () => {
  const limits = { slots: 11, perSecondMax: 20, modelSlots: new Map<string, number>() };
  const options = { range: "24h", tenantId: null, limits, queueReachable: true, payloads: false, now } as const;
  const overview = await readOverview(db, options);
  const failed = await db.job.count({ where: { state: "failed" } });
  expect(overview.failures.reduce((sum, { count }) => sum + count, 0)).toBe(failed);
  expect(overview.failures[0]?.examples[0]?.message).toBe(overview.failures[0]?.meaning);
  expect(overview.now).toMatchObject({ in_flight: 0, slots: 11, workers_alive: 0, waiting: { capped: false } });
  expect(overview.health).toMatchObject({ verdict: "down" });
  expect(overview.health.findings[0]?.code).toBe("no_worker");
});
