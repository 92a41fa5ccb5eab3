import { createAdminKey } from "@darkroom/core/access/create-admin-key";
import { createAdminUser } from "@darkroom/core/access/create-admin-user";
import { type Database, openDatabase } from "@darkroom/core/db/database";
import { findChromium } from "@darkroom/testing/browser";
import { seedJobs } from "@darkroom/testing/seed-jobs";
import { type Bed, sized } from "../bed.ts";
import { percentile } from "../load/percentile.ts";
import { sendClosed } from "../load/send-load.ts";
import { makeRow, median, type Pair, type Row } from "../row.ts";
import { createDatabase, prepareDatabase } from "../stack/databases.ts";
import { openPages, type Pages } from "../stack/open-pages.ts";
import { type Darkroom, startDarkroom } from "../stack/start-darkroom.ts";
import { type Bench, inTurns } from "./bench.ts";

/** What a question may name. */
type Known = { tenantId: string; endpointId: string; jobId: string };

/** Every list and every chart of the admin API: what the dashboard's pages ask when they are opened, and what their filters ask. */
const questions: Record<string, (known: Known) => string> = {
  "overview-hour": () => "overview?range=1h",
  "overview-day": () => "overview?range=24h",
  "overview-week": () => "overview?range=7d",
  "overview-tenant": ({ tenantId }) => `overview?range=7d&tenant_id=${tenantId}`,
  jobs: () => "jobs?limit=50",
  "jobs-failed": () => "jobs?limit=50&status=failed",
  "jobs-queued": () => "jobs?limit=50&status=queued",
  "jobs-tenant": ({ tenantId }) => `jobs?limit=50&tenant_id=${tenantId}`,
  "jobs-tenant-failed": ({ tenantId }) => `jobs?limit=50&status=failed&tenant_id=${tenantId}`,
  "jobs-model": () => "jobs?limit=50&model=fal-ai/z-image/turbo/lora",
  "jobs-tag": () => "jobs?limit=50&tag=vip",
  "jobs-error": () => "jobs?limit=50&error_code=copy_failed",
  "jobs-cost-none": () => "jobs?limit=50&cost_min_usd=90",
  "jobs-text": () => "jobs?limit=50&q=greenhouse",
  "jobs-text-none": () => "jobs?limit=50&q=nobody%20wrote%20this",
  job: ({ jobId }) => `jobs/${jobId}`,
  tenants: () => "tenants",
  "tenant-usage": ({ tenantId }) => `tenants/${tenantId}/usage?by=model&days=30`,
  endpoints: () => "endpoints",
  endpoint: ({ endpointId }) => `endpoints/${endpointId}`,
  deliveries: () => "deliveries",
  "deliveries-exhausted": () => "deliveries?state=exhausted",
  "deliveries-tenant": ({ tenantId }) => `deliveries?tenant_id=${tenantId}`,
  "deliveries-endpoint": ({ endpointId }) => `deliveries?endpoint_id=${endpointId}`,
  queue: () => "queue",
  spend: () => "spend",
  "spend-tenant": ({ tenantId }) => `spend?tenant_id=${tenantId}`,
  audit: () => "audit",
};

const pageRows = ["page-first-paint", "page-overview-shown"];

/** The dashboard's questions, and its first page in a browser, with ten thousand jobs and with a million. */
export const dashboard: Bench = {
  name: "dashboard",
  rows: [...Object.keys(questions).map((name) => `admin-${name}-growth`), "admin-slowest", ...pageRows],
  backends: "first",
  run: async (bed) => {
    const young = await openAge(bed, sized(bed, { tiny: 60, quick: 10_000, full: 10_000 }));
    const old = await openAge(bed, sized(bed, { tiny: 200, quick: 100_000, full: 1_000_000 }));
    const rows = [...(await compareQuestions(bed, young, old)), ...(await comparePages(bed, young, old))];
    await Promise.all([young.db.$disconnect(), old.db.$disconnect()]);
    return rows;
  },
};

type Age = { jobs: number; darkroom: Darkroom; db: Database; key: string; known: Known };

const login = { email: "bench@example.com", password: "a password of the bench" };

async function openAge(bed: Bed, jobs: number): Promise<Age> {
  const url = await createDatabase(bed.servers, "dashboard");
  const tenant = await prepareDatabase(url);
  const db = openDatabase({ url, poolMax: 2, applicationName: "bench" });
  const startedAt = performance.now();
  const now = new Date();
  const { tenantIds } = await seedJobs(url, { jobs, tenants: 12, days: 60, now, progress: () => {} });
  bed.say(`filled a database: ${jobs} jobs in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  // Neither the one that has most jobs nor the one that has least.
  const tenantId = tenantIds[4] ?? "";
  const endpoint = await db.endpoint.findFirstOrThrow({ where: { tenantId } });
  const job = await db.job.findFirstOrThrow({ where: { state: "succeeded" }, orderBy: { id: "desc" } });
  const access = { role: "admin", canSeePayloads: true, now } as const;
  const { key } = await createAdminKey(db, { ...access, name: "bench", expiresAt: null });
  await createAdminUser(db, { ...access, ...login });
  const darkroom = await startDarkroom(bed, { name: "dashboard", processes: ["api"], database: { url, ...tenant } });
  return { jobs, darkroom, db, key, known: { tenantId, endpointId: endpoint.id, jobId: job.id } };
}

async function compareQuestions(bed: Bed, young: Age, old: Age): Promise<Row[]> {
  const times = sized(bed, { tiny: 3, quick: 20, full: 60 });
  const rows: Row[] = [];
  for (const [name, question] of Object.entries(questions)) {
    await ask(young, question, Math.ceil(times / 4));
    await ask(old, question, Math.ceil(times / 4));
    const pairs: Pair[] = [];
    for (let round = 0; round < bed.rounds; round += 1) {
      const sides = { ours: () => ask(old, question, times), peer: () => ask(young, question, times) };
      const { ours, peer } = await inTurns(round, sides);
      pairs.push({ ours: percentile(ours, 0.95), peer: percentile(peer, 0.95) });
    }
    rows.push(growthRow(`admin-${name}-growth`, "ms p95", pairs, young));
  }
  const slowest = Math.max(...rows.map(({ ours }) => ours));
  const pairs = [{ ours: slowest, peer: null }];
  return [...rows, makeRow({ name: "admin-slowest", unit: "ms p95", pairs, target: { of: "ours", most: 100 } })];
}

async function ask({ darkroom, key, known }: Age, question: (known: Known) => string, count: number) {
  const path = `/admin/api/${question(known)}`;
  const request = () => ({ path, method: "GET" as const, headers: { authorization: `Bearer ${key}` } });
  return (await sendClosed({ url: darkroom.url, connections: 1, request, status: 200, count })).times;
}

async function comparePages(bed: Bed, young: Age, old: Age): Promise<Row[]> {
  const chromium = findChromium();
  if (!chromium) {
    bed.say("Chromium is not installed: nothing was painted");
    return [];
  }
  const pages = await openPages(chromium);
  try {
    const [ofYoung, ofOld] = [await pages.logIn(young.darkroom.url, login), await pages.logIn(old.darkroom.url, login)];
    return await comparePaints(bed, young, { young: ofYoung, old: ofOld });
  } finally {
    await pages.close();
  }
}

type Visitor = Awaited<ReturnType<Pages["logIn"]>>;

async function comparePaints(bed: Bed, young: Age, visitors: { young: Visitor; old: Visitor }): Promise<Row[]> {
  const times = sized(bed, { tiny: 1, quick: 5, full: 10 });
  const paints: Pair[] = [];
  const shown: Pair[] = [];
  for (let round = 0; round < bed.rounds; round += 1) {
    const sides = { ours: () => visitors.old.open(times), peer: () => visitors.young.open(times) };
    const { ours, peer } = await inTurns(round, sides);
    paints.push({ ours: median(ours.paintedMs), peer: median(peer.paintedMs) });
    shown.push({ ours: median(ours.shownMs), peer: median(peer.shownMs) });
  }
  return [
    growthRow("page-first-paint", "ms median", paints, young),
    growthRow("page-overview-shown", "ms median", shown, young),
  ];
}

function growthRow(name: string, unit: string, pairs: Pair[], young: Age): Row {
  return makeRow({ name, unit, pairs, peerName: `${young.jobs} jobs`, target: { of: "ratio", most: 2 } });
}
