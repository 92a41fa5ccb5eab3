import { writeFileSync } from "node:fs";
import { cloneDatabase } from "@darkroom/testing/clone-database";
import { seedJobs } from "@darkroom/testing/seed-jobs";
import { afterAll, test } from "vitest";
import { openDatabase, query, sql, type Sql, type Database } from "../db/database.ts";
import { findJobs } from "./find-jobs.ts";
import { readOverview } from "./read-overview.ts";
import { readQueue } from "./read-queue.ts";
import { readNow } from "./read-now.ts";
import { listTenants } from "./list-tenants.ts";
import { readSpend } from "./read-spend.ts";
import { readJobDetail } from "./read-job-detail.ts";
import { listDeliveries } from "./list-deliveries.ts";
import { listEndpoints } from "./list-endpoints.ts";
import { countBulk } from "../bulk/count-bulk.ts";
import { sampleStats } from "../stats/sample-stats.ts";

const database = await cloneDatabase();
const db = openDatabase({ url: database.url, poolMax: 8, applicationName: "test" });
afterAll(async () => { await db.$disconnect(); await database.drop(); });
const JOBS = Number(process.env.SCRATCH_JOBS ?? 50000);
const out: string[] = [];
const say = (t: string) => { out.push(t); writeFileSync("/tmp/scratch-big.out", out.join("\n")); };

type Plan = { "Node Type": string; "Relation Name"?: string; "Actual Rows": number; "Actual Loops": number; "Rows Removed by Filter"?: number; Plans?: Plan[] };
function walkPlan(plan: Plan, see: (plan: Plan) => void) { see(plan); for (const p of plan.Plans ?? []) walkPlan(p, see); }

function explaining(name: string): Database {
  return new Proxy(db, { get: (target, key) => {
    if (key !== "$queryRaw") return (target as never)[key];
    return async (statement: Sql) => {
      const [row] = await query<{ "QUERY PLAN": [{ Plan: Plan; "Execution Time": number; "Planning Time": number }] }>(db, sql`explain (analyze, format json) ${statement}`);
      const info = row!["QUERY PLAN"][0];
      const seq: string[] = [];
      walkPlan(info.Plan, (p) => { if (p["Node Type"] === "Seq Scan" && p["Relation Name"]) seq.push(`${p["Relation Name"]}(${p["Actual Rows"] * p["Actual Loops"]}+${p["Rows Removed by Filter"] ?? 0})`); });
      say(`   ${name}: exec ${info["Execution Time"].toFixed(1)} plan ${info["Planning Time"].toFixed(1)} ms seq: ${seq.join(", ")}  ${statement.text.replace(/\s+/g, " ").slice(0, 60)}`);
      return target.$queryRaw(statement);
    };
  } });
}
async function timed(name: string, act: (d: Database) => Promise<unknown>) {
  const times: number[] = [];
  for (let i = 0; i < 7; i++) { const t = performance.now(); await act(db); times.push(performance.now() - t); }
  times.sort((a, b) => a - b);
  say(`${name}: p50 ${times[3]!.toFixed(1)} max ${times[6]!.toFixed(1)} ms`);
  await act(explaining(name));
}
test("scratch", async () => {
  const now = new Date();
  let t = performance.now();
  const { tenantIds } = await seedJobs(db, { jobs: JOBS, tenants: 12, days: 60, now, progress: () => {} });
  say(`seeded ${JOBS} in ${((performance.now() - t) / 1000).toFixed(1)} s`);
  const sizes = await query<{ t: string; s: string; n: bigint }>(db, sql`select relname as t, pg_size_pretty(pg_total_relation_size(oid)) as s, reltuples::bigint as n from pg_class where relkind='r' and relname in ('jobs','attempts','timeline','events','spend_entries','stats','usage_days','outputs')`);
  say(sizes.map(({ t, s, n }) => `${t} ${n} ${s}`).join("; "));
  const limits = { slots: 11, perSecondMax: 20, modelSlots: new Map() };
  const o = { limits, queueReachable: true, payloads: true, now, tenantId: null };
  for (const range of ["1h", "24h", "7d"] as const) await timed(`overview ${range}`, (d) => readOverview(d, { range, ...o }));
  await timed("overview tenant", (d) => readOverview(d, { range: "7d", ...o, tenantId: tenantIds[0]! }));
  await timed("now", (d) => readNow(d, limits, now));
  await timed("queue", (d) => readQueue(d, { backend: "redis", bullBoard: true, limits, waiting: new Map(), now }));
  await timed("tenants", (d) => listTenants(d, { afterName: null, prefix: null, limit: 100, now }));
  const day = (b: number) => new Date(now.getTime() - b * 86400000).toISOString().slice(0, 10);
  await timed("spend 30d", (d) => readSpend(d, { from: day(29), to: day(0), tenantId: null }));
  await timed("spend tenant", (d) => readSpend(d, { from: day(59), to: day(0), tenantId: tenantIds[0]! }));
  const searches = {
    all: {}, failed: { states: ["failed"] }, badly: { states: ["failed", "canceled"] }, succeeded: { states: ["succeeded"] }, queued: { states: ["queued"] },
    processing: { states: ["submitting", "submitted", "copying"] }, tenant: { tenantId: tenantIds[3] }, "tenant failed": { tenantId: tenantIds[3], states: ["failed"] },
    "tenant all states": { tenantId: tenantIds[3], states: ["queued", "failed", "succeeded", "canceled"] },
    model: { model: "fal-ai/z-image/turbo/lora" }, "no model": { model: "nothing" }, tag: { tag: "vip" }, "rare tag": { tag: "nobody" }, error: { errorCode: "copy_failed" }, "tenant error": { tenantId: tenantIds[3], errorCode: "copy_failed" },
    "cost none": { costMinMicros: 90_000_000 }, "cost": { costMinMicros: 5000 }, "prompt": { prompt: "fox" }, "prompt none": { prompt: "zzzzzz" }, "tenant prompt none": { tenantId: tenantIds[3], prompt: "zzzzzz" },
    time: { createdAfter: new Date(now.getTime() - 31 * 86400000), createdBefore: new Date(now.getTime() - 30 * 86400000) }, "time failed": { states: ["failed"], createdAfter: new Date(now.getTime() - 31 * 86400000), createdBefore: new Date(now.getTime() - 30 * 86400000) },
    "failed model tag": { states: ["failed"], model: "fal-ai/z-image/turbo", tag: "web" }, "mixed": { states: ["failed", "queued"] },
  } as const;
  for (const [name, search] of Object.entries(searches)) await timed(`jobs ${name}`, (d) => findJobs(d, { search: search as never, beforeId: null, limit: 50 }));
  const deep = await query<{ id: string }>(db, sql`select id from jobs order by id offset 5000 limit 1`);
  await timed("jobs deep", (d) => findJobs(d, { search: {}, beforeId: deep[0]!.id, limit: 50 }));
  const job = await db.job.findFirstOrThrow({ where: { state: "failed" } });
  await timed("detail", (d) => readJobDetail(d, job.id, { limits, models: { list: [], find: () => undefined } as never, payloads: true, baseUrl: "", now }));
  await timed("deliveries", (d) => listDeliveries(d, { search: {}, beforeId: null, limit: 50 }));
  await timed("endpoints", (d) => listEndpoints(d, { beforeId: null, limit: 50, now }));
  await timed("bulk count retry", (d) => countBulk(d, { states: ["failed", "canceled"] }));
  await timed("bulk count cancel", (d) => countBulk(d, { states: ["queued", "submitting", "submitted"] }));
  await timed("sample", (d) => d === db ? sampleStats(d, now) : Promise.resolve());
}, 3_600_000);
