import { cloneDatabase, type TestDatabase } from "@darkroom/testing/clone-database";
import { seedJobs } from "@darkroom/testing/seed-jobs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countBulk } from "../bulk/count-bulk.ts";
import { type Database, openDatabase, query, type Sql, sql } from "../db/database.ts";
import { loadModels } from "../models.ts";
import { rollUpUsage } from "../spend/roll-up-usage.ts";
import { rollUpDeliveries } from "../stats/roll-up-deliveries.ts";
import { findJobs, type JobSearch } from "./find-jobs.ts";
import { listDeliveries } from "./list-deliveries.ts";
import { listEndpoints } from "./list-endpoints.ts";
import { listTenants } from "./list-tenants.ts";
import { readJobDetail } from "./read-job-detail.ts";
import { readNow } from "./read-now.ts";
import { readOverview } from "./read-overview.ts";
import { readQueue } from "./read-queue.ts";
import { readSpend } from "./read-spend.ts";
import { readMissed, readTail, startTail } from "./timeline-tail.ts";

/** Enough that Postgres would rather not read a table from end to end. */
const jobs = 20_000;
const now = new Date();
const limits = { slots: 11, perSecondMax: 20, modelSlots: new Map<string, number>() };
let database: TestDatabase;
let db: Database;
let tenantIds: string[];

beforeAll(async () => {
  database = await cloneDatabase();
  db = openDatabase({ url: database.url, poolMax: 8, applicationName: "test" });
  ({ tenantIds } = await seedJobs(database.url, { jobs, tenants: 8, days: 30, now, progress: () => {} }));
}, 120_000);
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

type Plan = {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Index Cond"?: string;
  "Scan Direction"?: string;
  Plans?: Plan[];
};

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** Tables that grow with every job. */
const growing = new Set([
  ...["jobs", "attempts", "fal_receipts", "outputs", "timeline", "spend_entries", "stats", "usage_days"],
  ...["events", "deliveries", "delivery_attempts"],
]);

const isWhole = ({ "Node Type": type, "Relation Name": table = "" }: Plan) => type === "Seq Scan" && growing.has(table);
const isDownTheKey = (node: Plan) =>
  node["Scan Direction"] === "Backward" && node["Index Name"]?.endsWith("_pkey") && !node["Index Cond"];

/** A database that remembers which growing tables its statements read from end to end, or else in a way that is not wanted. */
function watched(scans: string[], isUnwanted: (node: Plan) => boolean | undefined = isWhole): Database {
  const explain = async (statement: Sql) => {
    const [row] = await query<{ "QUERY PLAN": [{ Plan: Plan }] }>(db, sql`explain (format json) ${statement}`);
    const nodes = nodesOf((row as { "QUERY PLAN": [{ Plan: Plan }] })["QUERY PLAN"][0].Plan);
    const found = nodes.filter((node) => isUnwanted(node));
    scans.push(...found.map((node) => `${node["Relation Name"]}: ${statement.text.replace(/\s+/g, " ").slice(0, 80)}`));
    return db.$queryRaw(statement);
  };
  return new Proxy(db, { get: (target, key) => (key === "$queryRaw" ? explain : Reflect.get(target, key)) });
}

const searches: Record<string, (tenantId: string) => JobSearch> = {
  "all jobs": () => ({}),
  failed: () => ({ states: ["failed"] }),
  "failed and canceled": () => ({ states: ["failed", "canceled"] }),
  queued: () => ({ states: ["queued"] }),
  processing: () => ({ states: ["submitting", "submitted", "copying"] }),
  "of a tenant": (tenantId) => ({ tenantId }),
  "of a tenant, failed": (tenantId) => ({ tenantId, states: ["failed"] }),
  "of a model": () => ({ model: "fal-ai/z-image/turbo/lora" }),
  "with a tag": () => ({ tag: "vip" }),
  "with an error": () => ({ errorCode: "copy_failed" }),
  "of a tenant, with an error": (tenantId) => ({ tenantId, errorCode: "copy_failed" }),
  "that cost more than any": () => ({ costMinMicros: 90_000_000 }),
  "with words nobody wrote": () => ({ prompt: "nobody wrote this" }),
  "of a day": () => ({
    createdAfter: new Date(now.getTime() - 172_800_000),
    createdBefore: new Date(now.getTime() - 86_400_000),
  }),
};

test.each(Object.entries(searches))("the list of jobs %s reads no table from end to end", async (_name, searchOf) => {
  const scans: string[] = [];
  await findJobs(watched(scans), { search: searchOf(tenantIds[2] as string), beforeId: null, limit: 50 });
  expect(scans).toEqual([]);
});

const listsOfOne: Record<string, (db: Database, tenantId: string) => Promise<unknown>> = {
  "jobs of a tenant": (on, tenantId) => findJobs(on, { search: { tenantId }, beforeId: null, limit: 50 }),
  "a tenant's failed jobs": (on, tenantId) =>
    findJobs(on, { search: { tenantId, states: ["failed"] }, beforeId: null, limit: 50 }),
  "jobs of a model": (on) => findJobs(on, { search: { model: "fal-ai/z-image/turbo" }, beforeId: null, limit: 50 }),
  "deliveries of a tenant": (on, tenantId) => listDeliveries(on, { search: { tenantId }, beforeId: null, limit: 50 }),
  "a tenant's exhausted deliveries": (on, tenantId) =>
    listDeliveries(on, { search: { tenantId, state: "exhausted" }, beforeId: null, limit: 50 }),
  "exhausted deliveries": (on) => listDeliveries(on, { search: { state: "exhausted" }, beforeId: null, limit: 50 }),
  "deliveries to an endpoint": async (on, tenantId) => {
    const { id } = await db.endpoint.findFirstOrThrow({ where: { tenantId } });
    await listDeliveries(on, { search: { endpointId: id }, beforeId: null, limit: 50 });
  },
};

test.each(Object.entries(listsOfOne))("%s are found without going past everybody else's", async (_name, read) => {
  const scans: string[] = [];
  // The one that has most: Postgres would rather meet its rows on the way, of which there might be none for a million.
  await read(watched(scans, isDownTheKey), tenantIds[0] as string);
  expect(scans).toEqual([]);
});

test("a roll-up takes its batch by the key, though the table was empty when Postgres last counted", async () => {
  await db.$executeRaw`insert into delivery_times (tenant_id, ms, delivered_at) select ${tenantIds[0]}, 100, now() from generate_series(1, 5000)`;
  await db.$executeRaw`insert into usage_entries (tenant_id, model, state, cost_micros, ended_at)
    select ${tenantIds[0]}, 'a model', 'succeeded', 1, now() from generate_series(1, 5000)`;
  await db.$executeRaw`update pg_class set reltuples = 0, relpages = 50 where relname in ('delivery_times', 'usage_entries')`;
  const scans: string[] = [];
  const isScan = ({ "Node Type": type }: Plan) => type === "Seq Scan";
  const counted = [await rollUpDeliveries(watched(scans, isScan)), await rollUpUsage(watched(scans, isScan))];
  expect([counted, scans]).toEqual([[2_000, 2_000], []]);
});

const day = (daysAgo: number) => new Date(now.getTime() - daysAgo * 86_400_000).toISOString().slice(0, 10);
const overview = { limits, queueReachable: true, payloads: true, now };

const pages: Record<string, (db: Database) => Promise<unknown>> = {
  "overview of an hour": (on) => readOverview(on, { range: "1h", tenantId: null, ...overview }),
  "overview of a week": (on) => readOverview(on, { range: "7d", tenantId: null, ...overview }),
  "overview of a tenant's hour": (on) =>
    readOverview(on, { range: "1h", tenantId: tenantIds[0] as string, ...overview }),
  "overview of a tenant": (on) => readOverview(on, { range: "7d", tenantId: tenantIds[0] as string, ...overview }),
  now: (on) => readNow(on, limits, now),
  queue: (on) => readQueue(on, { backend: "redis", bullBoard: true, limits, waiting: new Map(), now }),
  tenants: (on) => listTenants(on, { afterName: null, prefix: null, limit: 100, now }),
  spend: (on) => readSpend(on, { from: day(29), to: day(0), tenantId: null }),
  "spend of a tenant": (on) => readSpend(on, { from: day(29), to: day(0), tenantId: tenantIds[0] as string }),
  deliveries: (on) => listDeliveries(on, { search: {}, beforeId: null, limit: 50 }),
  "deliveries that wait": (on) => listDeliveries(on, { search: { state: "pending" }, beforeId: null, limit: 50 }),
  "deliveries of a tenant": (on) =>
    listDeliveries(on, { search: { tenantId: tenantIds[4], state: "exhausted" }, beforeId: null, limit: 50 }),
  "deliveries of a job": async (on) => {
    const { id } = await db.job.findFirstOrThrow({ where: { state: "succeeded" } });
    await listDeliveries(on, { search: { jobId: id }, beforeId: null, limit: 50 });
  },
  endpoints: (on) => listEndpoints(on, { beforeId: null, limit: 50, now }),
  "a bulk count": (on) => countBulk(on, { states: ["failed", "canceled"] }),
  job: async (on) => {
    const { id } = await db.job.findFirstOrThrow({ where: { state: "failed" } });
    const models = loadModels({ MODELS_EXTRA: undefined, MODEL_PRICES: undefined });
    if (!models.ok) throw new Error("no models");
    await readJobDetail(on, id, { limits, models: models.models, payloads: true, baseUrl: "", now });
  },
  stream: async (on) => {
    const tail = await startTail(on, 0);
    await readTail(on, { ...tail, high: tail.high - 100 }, 0);
    await readMissed(on, tail.high - 100);
  },
};

test.each(Object.entries(pages))("the page %s reads no table from end to end", async (name, read) => {
  const scans: string[] = [];
  await read(watched(scans));
  expect([name, scans]).toEqual([name, []]);
});
