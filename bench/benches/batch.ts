import { type Bed, sized } from "../bed.ts";
import { darkroomBatch, plainJob } from "../load/job-requests.ts";
import { sendClosed } from "../load/send-load.ts";
import { makeRow, type Pair } from "../row.ts";
import { type Darkroom, startDarkroom } from "../stack/start-darkroom.ts";
import { startPeer } from "../stack/start-peer.ts";
import { type Bench, inTurns } from "./bench.ts";

/** Calls under way at once: one is parsed while another is written. */
const callsAtOnce = 3;

export const batch: Bench = {
  name: "batch",
  rows: ["batch-vs-echo"],
  backends: "each",
  run: async (bed) => {
    const echo = await startPeer(bed, "echo");
    const darkroom = await startDarkroom(bed, { name: "batch", processes: ["api"] });
    const ms = sized(bed, { tiny: 100, quick: 1_500, full: 8_000 });
    await sendBatches(bed, darkroom, ms / 4);
    await sendEchoes(echo.url, ms / 4);
    const pairs: Pair[] = [];
    for (let round = 0; round < bed.rounds; round += 1) {
      const ours = () => darkroom.during(() => sendBatches(bed, darkroom, ms));
      pairs.push(await inTurns(round, { ours, peer: () => sendEchoes(echo.url, ms) }));
    }
    const target = { of: "ratio", least: 1.5 } as const;
    return [makeRow({ name: "batch-vs-echo", unit: "jobs/s", pairs, peerName: "Express echo, requests/s", target })];
  },
};

/** Answers jobs per second. The body is made once: 1,000 jobs and their JSON are the application's work. */
async function sendBatches(bed: Bed, darkroom: Darkroom, ms: number): Promise<number> {
  const jobs = sized(bed, { tiny: 20, quick: 1_000, full: 1_000 });
  const first = darkroomBatch(darkroom, jobs);
  const request = () => ({ ...first, headers: { ...first.headers, "idempotency-key": crypto.randomUUID() } });
  const sent = await sendClosed({ url: darkroom.url, connections: callsAtOnce, request, status: 202, ms });
  return sent.perSecond * jobs;
}

async function sendEchoes(url: string, ms: number): Promise<number> {
  const request = (index: number) => plainJob("/", index);
  return (await sendClosed({ url, connections: 50, request, status: 202, ms })).perSecond;
}
