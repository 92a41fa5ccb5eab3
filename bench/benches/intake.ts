import { type Bed, sized } from "../bed.ts";
import { darkroomJob, plainJob } from "../load/job-requests.ts";
import { percentile } from "../load/percentile.ts";
import { type LoadRequest, type LoadResult, sendClosed, sendOpen } from "../load/send-load.ts";
import { makeRow, type Pair, type Row } from "../row.ts";
import { createDatabase } from "../stack/databases.ts";
import { type Darkroom, startDarkroom } from "../stack/start-darkroom.ts";
import { startHandRolled } from "../stack/start-hand-rolled.ts";
import { startPeer } from "../stack/start-peer.ts";
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
type Sides = Record<SideName, (ms: number) => Promise<LoadResult>>;
type Round = Record<SideName | "oursAtPeerMax", LoadResult>;

/** The workers of both sides are down: what is measured is how jobs come in. Rings and adds are made, and wait. */
async function startSides(bed: Bed, darkroom: Darkroom): Promise<Sides> {
  const handRolled = await startHandRolled(bed, { worker: false, customerUrl: "http://127.0.0.1:9" });
  const echo = await startPeer(bed, "echo");
  const pg = await startPeer(bed, "pg-insert", { databaseUrl: await createDatabase(bed.servers, "pg") });
  const bullmq = await startPeer(bed, "bullmq-add", { databaseUrl: await createDatabase(bed.servers, "bullmq") });
  const load = (url: string, request: (index: number) => LoadRequest) => (ms: number) =>
    sendClosed({ url, connections, request, status: 202, ms });
  const ours = load(darkroom.url, (index) => darkroomJob(darkroom, index));
  return {
    echo: load(echo.url, (index) => plainJob("/", index)),
    ours: (ms) => darkroom.during(() => ours(ms)),
    "hand-rolled": load(handRolled.url, (index) => plainJob("/jobs", index)),
    pg: load(pg.url, (index) => plainJob("/", index)),
    bullmq: load(bullmq.url, (index) => plainJob("/", index)),
  };
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
  ];
}
