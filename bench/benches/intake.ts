import { type Bed, sized } from "../bed.ts";
import { darkroomJob, plainJob } from "../load/job-requests.ts";
import { percentile } from "../load/percentile.ts";
import { type LoadRequest, type LoadResult, sendClosed, sendOpen } from "../load/send-load.ts";
import { makeRow, type Pair, type Row } from "../row.ts";
import { createDatabase } from "../stack/databases.ts";
import { type Darkroom, startDarkroom } from "../stack/start-darkroom.ts";
import { startHandRolled } from "../stack/start-hand-rolled.ts";
import { type Peer, startPeer } from "../stack/start-peer.ts";
import { loadPid, watchCpu } from "../stack/watch-cpu.ts";
import { type Bench, inTurns } from "./bench.ts";

const connections = 50;
/** Every server starts cold, with nothing compiled and no connection to its database. */
const warmUpMs = { tiny: 50, quick: 500, full: 3_000 };

export const intake: Bench = {
  name: "intake",
  rows: [
    "intake-vs-echo",
    "intake-vs-hand-rolled",
    "intake-p99",
    "intake-p99-at-peer-max",
    "intake-vs-pg",
    "intake-vs-bullmq",
    "intake-cpu-api",
    "intake-cpu-stores",
    "intake-cpu-load",
  ],
  backends: "each",
  run: async (bed) => {
    const darkroom = await startDarkroom(bed, { name: "intake", processes: ["api"] });
    const sides = await startSides(bed, darkroom);
    for (const load of Object.values(sides)) await load(sized(bed, warmUpMs));
    const rounds: Round[] = [];
    for (let round = 0; round < bed.rounds; round += 1) rounds.push(await measure(bed, darkroom, sides, round));
    return toRows(rounds);
  },
};

type SideName = "echo" | "ours" | "hand-rolled" | "pg" | "bullmq";
/** What a load took of each part, in ms of CPU per request. */
type Cpu = Record<"api" | "stores" | "load", number>;
type Side = LoadResult & { cpu: Cpu };
type Sides = Record<SideName, (ms: number) => Promise<Side>>;
type Round = Record<SideName, Side> & { oursAtPeerMax: LoadResult };

/** The workers of both sides are down: what is measured is how jobs come in. Rings and adds are made, and wait. */
async function startSides(bed: Bed, darkroom: Darkroom): Promise<Sides> {
  const handRolled = await startHandRolled(bed, { worker: false, customerUrl: "http://127.0.0.1:9" });
  const echo = await startPeer(bed, "echo");
  const pg = await startPeer(bed, "pg-insert", { databaseUrl: await createDatabase(bed.servers, "pg") });
  const bullmq = await startPeer(bed, "bullmq-add", { databaseUrl: await createDatabase(bed.servers, "bullmq") });
  const { stores } = bed.servers.pids;
  const load = (url: string, pid: number, request: (index: number) => LoadRequest) => async (ms: number) => {
    const send = () => sendClosed({ url, connections, request, status: 202, ms });
    const { value, cpuMs } = await watchCpu({ api: [pid], stores, load: [loadPid] }, send);
    return { ...value, cpu: perRequest(cpuMs, value.count) };
  };
  const ours = load(darkroom.url, darkroom.pid("api"), (index) => darkroomJob(darkroom, index));
  const plain = ({ url, pid }: Peer) => load(url, pid, (index) => plainJob("/", index));
  return {
    echo: plain(echo),
    ours: (ms) => darkroom.during(() => ours(ms)),
    "hand-rolled": load(handRolled.url, handRolled.pids.api, (index) => plainJob("/jobs", index)),
    pg: plain(pg),
    bullmq: plain(bullmq),
  };
}

function perRequest({ api, stores, load }: Cpu, count: number): Cpu {
  return { api: api / count, stores: stores / count, load: load / count };
}

async function measure(bed: Bed, darkroom: Darkroom, sides: Sides, round: number): Promise<Round> {
  const ms = sized(bed, { tiny: 200, quick: 1_000, full: 8_000 });
  const measured = await inTurns(round, {
    echo: () => sides.echo(ms),
    ours: () => sides.ours(ms),
    "hand-rolled": () => sides["hand-rolled"](ms),
    pg: () => sides.pg(ms),
    bullmq: () => sides.bullmq(ms),
  });
  const { perSecond } = measured["hand-rolled"];
  const oursAtPeerMax = await sendOpen({
    url: darkroom.url,
    ...{ connections, perSecond, status: 202, count: Math.ceil((perSecond * ms) / 1000) },
    request: (index) => darkroomJob(darkroom, index),
  });
  return { ...measured, oursAtPeerMax };
}

function toRows(rounds: readonly Round[]): Row[] {
  const rates = (peer: SideName): Pair[] =>
    rounds.map((round) => ({ ours: round.ours.perSecond, peer: round[peer].perSecond }));
  const p99s = (ours: "ours" | "oursAtPeerMax"): Pair[] =>
    rounds.map((round) => ({
      ours: percentile(round[ours].times, 0.99),
      peer: percentile(round["hand-rolled"].times, 0.99),
    }));
  const handRolled = "hand-rolled";
  return [
    makeRow({
      ...{ name: "intake-vs-echo", unit: "jobs/s", pairs: rates("echo"), peerName: "Express echo" },
      target: { of: "ratio", least: 0.5 },
    }),
    makeRow({
      ...{ name: "intake-vs-hand-rolled", unit: "jobs/s", pairs: rates(handRolled), peerName: handRolled },
      target: { of: "ratio", least: 1.5 },
    }),
    makeRow({ name: "intake-p99", unit: "ms", pairs: p99s("ours"), peerName: handRolled }),
    makeRow({
      ...{ name: "intake-p99-at-peer-max", unit: "ms", pairs: p99s("oursAtPeerMax"), peerName: handRolled },
      target: { of: "ratio", most: 1 },
    }),
    makeRow({ name: "intake-vs-pg", unit: "jobs/s", pairs: rates("pg"), peerName: "Express + pg insert" }),
    makeRow({ name: "intake-vs-bullmq", unit: "jobs/s", pairs: rates("bullmq"), peerName: "Express + BullMQ add" }),
    ...toCpuRows(rounds),
  ];
}

/** Beside what makes the same answer, and beside what makes the same promise. */
function toCpuRows(rounds: readonly Round[]): Row[] {
  const row = (part: keyof Cpu, peer: SideName, peerName: string) =>
    makeRow({
      ...{ name: `intake-cpu-${part}`, unit: "ms CPU/job", peerName },
      pairs: rounds.map((round) => ({ ours: round.ours.cpu[part], peer: round[peer].cpu[part] })),
    });
  const [echo, pg] = ["Express echo", "Express + pg insert"];
  return [row("api", "echo", echo), row("stores", "pg", pg), row("load", "echo", echo)];
}
