import { openDatabase } from "@darkroom/core/db/database";
import { isId } from "@darkroom/core/ids";
import { idAt } from "@darkroom/core/ids-at";
import { afterAll, expect, test } from "vitest";
import { cloneDatabase } from "./clone-database.ts";
import { seedJobs } from "./seed-jobs.ts";

const database = await cloneDatabase();
const db = openDatabase({ url: database.url, poolMax: 3, applicationName: "test" });
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

test("seeded jobs are as real ones are, and the kept sums agree with them", async () => {
  const now = new Date();
  const { tenantIds } = await seedJobs(database.url, { jobs: 1_000, tenants: 4, days: 10, now, progress: () => {} });
  expect(await db.job.count()).toBe(1_000);
  const job = await db.job.findFirstOrThrow({
    where: { state: "succeeded" },
    include: { outputs: true, attempts: true },
  });
  expect(isId("job", job.id)).toBe(true);
  expect(job.id.slice(0, 14)).toBe(idAt("job", job.createdAt).slice(0, 14));
  expect([job.outputs.length, job.attempts.length]).toEqual([1, 1]);
  const [receipts, deliveries] = await Promise.all([
    db.falReceipt.findMany({ where: { attemptId: job.attempts[0]?.id ?? "" } }),
    db.delivery.findMany({ where: { tenantId: job.tenantId, type: "job.succeeded" } }),
  ]);
  expect(receipts).toMatchObject([{ ok: true, verdict: "applied", requestId: job.attempts[0]?.requestId }]);
  expect(new Set(deliveries.map(({ state }) => state))).toEqual(new Set(["delivered", "exhausted"]));
  expect(await db.delivery.count({ where: { finishedAt: { gt: new Date() } } })).toBe(0);
  expect(await db.deliveryAttempt.count()).toBe(await db.delivery.count());
  expect(await db.job.groupBy({ by: ["tenantId"], where: { state: "queued" } })).toEqual([
    { tenantId: tenantIds.at(-1) },
  ]);
  expect(await db.usageEntry.count()).toBe(0);
  expect(await db.deliveryTime.count()).toBe(0);
  for (const state of ["succeeded", "failed", "canceled"] as const) {
    const kept = await db.stat.aggregate({ where: { grain: "hour", dimension: "total" }, _sum: { [state]: true } });
    expect((kept._sum as unknown as Record<string, number>)[state]).toBe(await db.job.count({ where: { state } }));
  }
  const open = await db.job.aggregate({ where: { state: "queued" }, _sum: { reservedMicros: true } });
  const days = await db.stat.aggregate({
    where: { grain: "day", dimension: "total" },
    _sum: { reservedMicros: true, freedMicros: true },
  });
  expect(Number(days._sum.reservedMicros) - Number(days._sum.freedMicros)).toBe(Number(open._sum.reservedMicros));
});
