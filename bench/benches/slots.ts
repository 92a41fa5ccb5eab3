import { setTimeout as pause } from "node:timers/promises";
import { type Bed, sized } from "../bed.ts";
import { darkroomBatch } from "../load/job-requests.ts";
import { sendClosed } from "../load/send-load.ts";
import { makeRow, type Pair } from "../row.ts";
import { readFalHealth, readLedger, setFal } from "../stack/fal-control.ts";
import { slots as account, type Darkroom, startDarkroom } from "../stack/start-darkroom.ts";
import { waitForCount } from "../stack/wait-for-count.ts";
import type { Bench } from "./bench.ts";

const sampleMs = 50;
/** By default a tenth. */
const overCommit = account / 10;

/** Whether fal's slots are kept busy while a backlog waits, and never more is handed over than was allowed. Read from the emulator. */
export const slots: Bench = {
  name: "slots",
  rows: ["slots-busy", "slots-most-at-fal"],
  backends: "each",
  run: async (bed) => {
    const generationMs = sized(bed, { tiny: 300, quick: 2_000, full: 2_000 });
    const generations = sized(bed, { tiny: 4, quick: 3, full: 10 });
    await setFal(bed.servers, { generationMs: 0, imageBytes: 0, concurrency: account });
    // As an operator has it who says how many slots there are, and nothing else.
    const env = { FAL_OVER_COMMIT: "", FAL_SUBMITS_PER_SECOND: "" };
    const darkroom = await startDarkroom(bed, { name: "slots", processes: ["api", "worker"], env });
    await warmUp(bed, darkroom, sized(bed, { tiny: 20, quick: 200, full: 200 }));
    await setFal(bed.servers, { generationMs });
    const rounds: { busy: number; most: number }[] = [];
    for (let round = 0; round < bed.rounds; round += 1) {
      await bed.servers.clear();
      // A backlog that outlasts the look at it.
      const request = () => darkroomBatch(darkroom, Math.min(1_000, account * (generations + 5)));
      await sendClosed({ url: darkroom.url, connections: 1, request, status: 202, count: 1 });
      const running = async () => (await readFalHealth(bed.servers)).running;
      await waitForCount({ what: "a busy slot", wanted: 1, count: running });
      // A slot that never had a job yet waits for one of those that fill it for the first time.
      await pause(generationMs);
      rounds.push(await darkroom.during(() => watch(bed, generations * generationMs)));
      await untilIdle(bed);
    }
    await setFal(bed.servers, { generationMs: 0 });
    const pairs = (of: "busy" | "most"): Pair[] => rounds.map((round) => ({ ours: round[of], peer: null }));
    return [
      makeRow({ name: "slots-busy", unit: "share", pairs: pairs("busy"), target: { of: "ours", least: 0.97 } }),
      makeRow({
        ...{ name: "slots-most-at-fal", unit: "jobs", pairs: pairs("most") },
        target: { of: "ours", most: account + overCommit },
      }),
    ];
  },
};

/** Busy time from fal's ledger, to the millisecond; the most at once by looking often. */
async function watch(bed: Bed, ms: number): Promise<{ busy: number; most: number }> {
  const from = Date.now();
  let most = 0;
  while (Date.now() < from + ms) {
    const { running, waiting } = await readFalHealth(bed.servers);
    most = Math.max(most, running + waiting);
    await pause(sampleMs);
  }
  const to = Date.now();
  let busyMs = 0;
  for (const { startedAt, endedAt } of await readLedger(bed.servers)) {
    if (startedAt === null) continue;
    const start = Math.max(from, Date.parse(startedAt));
    busyMs += Math.max(0, Math.min(to, endedAt === null ? to : Date.parse(endedAt)) - start);
  }
  return { busy: busyMs / (account * (to - from)), most };
}

/** Processes that have just started are slow at everything they do for the first time. */
async function warmUp(bed: Bed, darkroom: Darkroom, jobs: number): Promise<void> {
  const request = () => darkroomBatch(darkroom, jobs);
  await sendClosed({ url: darkroom.url, connections: 1, request, status: 202, count: 1 });
  const ended = async () => (await readLedger(bed.servers)).filter(({ endedAt }) => endedAt !== null).length;
  await waitForCount({ what: "jobs to warm up with", wanted: jobs, count: ended });
  await untilIdle(bed);
}

async function untilIdle(bed: Bed): Promise<void> {
  for (let idle = 0; idle < 5; ) {
    const { running, waiting } = await readFalHealth(bed.servers);
    idle = running + waiting === 0 ? idle + 1 : 0;
    await pause(100);
  }
}
