import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openDatabase } from "@darkroom/core/db/database";
import { dispatchJobs } from "@darkroom/core/dispatch/dispatch-jobs";
import { candidateQuery } from "@darkroom/core/dispatch/list-candidates";
import { type Bed, sized } from "../bed.ts";
import { keyOf } from "../load/job-requests.ts";
import { percentile } from "../load/percentile.ts";
import { sendClosed } from "../load/send-load.ts";
import { makeRow, type Pair, type Row } from "../row.ts";
import { benchDir } from "../stack/bench-dir.ts";
import { createDatabase, prepareDatabase, withClient } from "../stack/databases.ts";
import { fillHistory, type History } from "../stack/fill-history.ts";
import { type Darkroom, startDarkroom } from "../stack/start-darkroom.ts";
import type { Bench } from "./bench.ts";

const freeSlots = 40;

/** Queries of GET /v1/jobs. One job of the tenant has this order. */
const lists = {
  newest: "?limit=50",
  status: "?limit=50&status=failed",
  "rare-tag": "?limit=50&tag=rare",
  model: "?limit=50&model=fal-ai/z-image/base",
  metadata: "?limit=50&metadata.order=8",
} as const;
type ListName = keyof typeof lists;

/** The same questions to a young database and to an old one: ten thousand and a million jobs, a thousand and a million of them waiting. */
export const growth: Bench = {
  name: "growth",
  rows: ["dispatch-growth", ...Object.keys(lists).map((name) => `list-${name}-growth`)],
  backends: "first",
  run: async (bed) => {
    const young = await openAge(bed, sized(bed, { tiny: [100, 20], quick: [10_000, 1_000], full: [10_000, 1_000] }));
    const old = await openAge(
      bed,
      sized(bed, { tiny: [300, 60], quick: [50_000, 20_000], full: [1_000_000, 1_000_000] }),
    );
    const rows = [...(await compareDispatch(bed, young, old)), ...(await compareLists(bed, young, old))];
    await young.close();
    await old.close();
    return rows;
  },
};

type Age = {
  label: string;
  darkroom: Darkroom;
  dispatch(): Promise<number>;
  explain(): Promise<string>;
  close(): Promise<void>;
};

async function openAge(bed: Bed, [ended, queued]: readonly [number, number] | number[]): Promise<Age> {
  const history: History = { ended: ended ?? 0, queued: queued ?? 0, tenants: 200 };
  const url = await createDatabase(bed.servers, "growth");
  const tenant = await prepareDatabase(url);
  await fillHistory(url, { ...history, tenantId: tenant.tenantId });
  bed.say(`filled a database: ${history.ended} jobs of history, ${history.queued} waiting`);
  const darkroom = await startDarkroom(bed, { name: "growth", processes: ["api"], database: { url, ...tenant } });
  const db = openDatabase({ url, poolMax: 2, applicationName: "bench" });
  const limits = { slots: freeSlots, perSecondMax: 1_000, modelSlots: new Map<string, number>() };
  return {
    label: String(history.queued),
    darkroom,
    dispatch: async () => {
      const startedAt = performance.now();
      const { dispatched } = await dispatchJobs(db, limits, new Date());
      const ms = performance.now() - startedAt;
      if (dispatched.length === 0) throw new Error("Nothing was dispatched: the backlog is used up.");
      await giveBack(url);
      return ms;
    },
    explain: () => explainCandidates(url),
    close: () => db.$disconnect(),
  };
}

/** How Postgres finds the next jobs: its plan, with what it really read. */
function explainCandidates(url: string): Promise<string> {
  const { text, values } = candidateQuery({ free: freeSlots, closedModels: [], now: new Date() });
  return withClient(url, async (client) => {
    const { rows } = await client.query(`explain (analyze, buffers, costs off, summary off) ${text}`, values);
    return rows.map((row: Record<string, string>) => row["QUERY PLAN"]).join("\n");
  });
}

/** What was dispatched waits again, at the end of its line, and the bucket of submits is full. */
function giveBack(url: string): Promise<unknown> {
  return withClient(url, async (client) => {
    await client.query(
      "update jobs set state = 'queued', queue_at = now(), due_at = now(), sent_at = null where state = 'submitting'",
    );
    await client.query("update dispatch_state set tokens = 1000, tokens_at = now(), blocked_until = null");
  });
}

async function compareDispatch(bed: Bed, young: Age, old: Age): Promise<Row[]> {
  const times = sized(bed, { tiny: 3, quick: 25, full: 200 });
  const pairs: Pair[] = [];
  for (let round = 0; round < bed.rounds; round += 1) {
    const measured = { young: [] as number[], old: [] as number[] };
    for (let time = 0; time < times; time += 1) {
      measured.young.push(await young.dispatch());
      measured.old.push(await old.dispatch());
    }
    pairs.push({ ours: percentile(measured.old, 0.95), peer: percentile(measured.young, 0.95) });
  }
  // In git: of fewer jobs it says less.
  if (bed.size === "full") await keepPlans([young, old]);
  return [growthRow("dispatch-growth", pairs, `${young.label} waiting, not ${old.label}`)];
}

async function keepPlans(ages: readonly Age[]): Promise<void> {
  const plans = await Promise.all(ages.map(async ({ label, explain }) => `${label} waiting\n\n${await explain()}\n`));
  const dir = join(benchDir, "results");
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, "explain-dispatch.txt"), plans.join("\n"));
}

async function compareLists(bed: Bed, young: Age, old: Age): Promise<Row[]> {
  const times = sized(bed, { tiny: 5, quick: 30, full: 300 });
  const rows: Row[] = [];
  for (const name of Object.keys(lists) as ListName[]) {
    const pairs: Pair[] = [];
    await askList(young, name, Math.ceil(times / 4));
    await askList(old, name, Math.ceil(times / 4));
    for (let round = 0; round < bed.rounds; round += 1) {
      const peer = percentile(await askList(young, name, times), 0.95);
      const ours = percentile(await askList(old, name, times), 0.95);
      pairs.push({ ours, peer });
    }
    rows.push(growthRow(`list-${name}-growth`, pairs, "young database"));
  }
  return rows;
}

async function askList({ darkroom }: Age, name: ListName, count: number): Promise<number[]> {
  const path = `/v1/jobs${lists[name]}`;
  const request = () => ({ path, method: "GET" as const, headers: keyOf(darkroom) });
  return (await sendClosed({ url: darkroom.url, connections: 1, request, status: 200, count })).times;
}

function growthRow(name: string, pairs: Pair[], peerName: string): Row {
  return makeRow({ name, unit: "ms p95", pairs, peerName, target: { of: "ratio", most: 2 } });
}
