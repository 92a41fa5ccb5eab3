import { createRandom, type Random } from "./random.ts";

export type Backend = "redis" | "postgres";

/** The processes of ours that are tormented. */
export const processNames = ["api-1", "api-2", "worker-1", "worker-2"] as const;
export type ProcessName = (typeof processNames)[number];
export type ServerName = "postgres" | "redis" | "s3" | "fal";

/** What a link between our processes and a server can be made to do: cluster/open-link.ts. */
export type LinkTrouble = "refuse" | "reset" | "stall" | "slow" | "swallow" | "answer_503";

/** One fault: what, on whom, when, for how long. Plain data, so that a plan can be compared, printed and repeated. */
export type Fault = { atMs: number; forMs: number } & (
  | { kind: "kill"; process: ProcessName }
  | { kind: "rolling_restart"; of: "api" | "worker" }
  | { kind: "clock_skew"; process: ProcessName; skewMs: number }
  | { kind: "postgres_kill" | "redis_kill" | "redis_flushall" | "queue_emptied" | "fal_keys_rotated" }
  | { kind: "link"; server: ServerName; process: ProcessName | "all"; trouble: LinkTrouble }
  | { kind: "webhooks_cut" }
  | { kind: "customers"; trouble: Exclude<LinkTrouble, "answer_503"> }
  | { kind: "fal_wave"; fault: FalWave; probability: number }
);
export type FalWave =
  | "submit_429"
  | "submit_500"
  | "submit_503"
  | "status_503"
  | "result_503"
  | "run_503"
  | "media_503";

/** Faults within one lane follow each other; lanes run at the same time, so that several faults are always about. */
type Lane = { name: string; gapMs: [number, number]; draw(random: Random, backend: Backend, scale: number): Drawn };
type Drawn = Fault extends infer One ? (One extends Fault ? Omit<One, "atMs"> : never) : never;

/** A quiet moment first, in which the clients get going. */
const firstAtMs = 1_500;

/** Decides all faults of a run beforehand: the same seed, length and backend make the same plan. Pure. */
export function planFaults(options: { seed: number; seconds: number; backend: Backend }): Fault[] {
  const endMs = options.seconds * 1_000;
  const faults = lanes.flatMap((lane) => planLane(lane, options, endMs));
  return faults.sort((a, b) => a.atMs - b.atMs);
}

function planLane(lane: Lane, options: { seed: number; backend: Backend }, endMs: number): Fault[] {
  const random = createRandom(options.seed, `faults ${lane.name}`);
  // Runs of two minutes have faults at their full length; in shorter ones they shrink, to leave room for several.
  const scale = Math.min(1, Math.max(0.4, endMs / 120_000));
  const gap = () => random.whole(...lane.gapMs) * scale;
  const faults: Fault[] = [];
  for (let atMs = firstAtMs + gap(); atMs < endMs; ) {
    const drawn = lane.draw(random, options.backend, scale);
    const fault = { ...drawn, atMs: Math.round(atMs), forMs: Math.round(Math.min(drawn.forMs, endMs - atMs)) } as Fault;
    faults.push(fault);
    atMs += fault.forMs + gap();
  }
  return faults;
}

const appProcesses = (kind: "api" | "worker") => processNames.filter((name) => name.startsWith(kind));

const lanes: Lane[] = [
  { name: "api", gapMs: [4_000, 12_000], draw: (random, _, scale) => drawProcess(random, "api", scale) },
  { name: "worker", gapMs: [3_000, 9_000], draw: (random, _, scale) => drawProcess(random, "worker", scale) },
  { name: "queue", gapMs: [6_000, 14_000], draw: drawQueue },
  { name: "postgres", gapMs: [8_000, 18_000], draw: drawPostgres },
  { name: "s3", gapMs: [6_000, 14_000], draw: drawS3 },
  { name: "fal", gapMs: [3_000, 9_000], draw: drawFal },
  { name: "customers", gapMs: [6_000, 14_000], draw: drawCustomers },
];

function drawProcess(random: Random, of: "api" | "worker", scale: number): Drawn {
  const process = random.pick(appProcesses(of));
  switch (random.weighted({ kill: 6, rolling_restart: 2, clock_skew: 2 })) {
    case "kill":
      return { kind: "kill", process, forMs: random.whole(200, 3_000) };
    case "rolling_restart":
      return { kind: "rolling_restart", of, forMs: 2_000 };
    case "clock_skew": {
      // Within what time synchronisation leaves on a bad day; fal's own tolerance is 300 s.
      const skewMs = random.whole(2_000, 12_000) * (random.chance(0.5) ? 1 : -1);
      return { kind: "clock_skew", process, skewMs, forMs: random.whole(10_000, 25_000) * scale };
    }
  }
}

function drawQueue(random: Random, backend: Backend, scale: number): Drawn {
  if (backend === "postgres") return { kind: "queue_emptied", forMs: 0 };
  switch (random.weighted({ redis_flushall: 4, redis_kill: 3, outage: 2, stall: 2, one: 2 })) {
    case "redis_flushall":
      return { kind: "redis_flushall", forMs: 0 };
    case "redis_kill":
      return { kind: "redis_kill", forMs: random.whole(200, 4_000) };
    case "outage":
      return link("redis", "all", "refuse", 20_000 * scale);
    case "stall":
      return link("redis", "all", random.pick(["stall", "reset", "swallow"]), random.whole(2_000, 8_000) * scale);
    case "one":
      return link(
        "redis",
        random.pick(processNames),
        random.pick(["refuse", "stall"]),
        random.whole(4_000, 15_000) * scale,
      );
  }
}

function drawPostgres(random: Random, _backend: Backend, scale: number): Drawn {
  switch (random.weighted({ kill: 4, outage: 2, reset: 2, swallow: 4, stall: 2, slow: 1, one: 2 })) {
    case "kill":
      return { kind: "postgres_kill", forMs: random.whole(300, 4_000) };
    case "outage":
      return link("postgres", "all", "refuse", random.whole(3_000, 10_000) * scale);
    case "reset":
      return link("postgres", "all", "reset", 0);
    case "swallow":
      // Commits whose reply is lost.
      return link(
        "postgres",
        random.chance(0.5) ? "all" : random.pick(processNames),
        "swallow",
        random.whole(100, 2_000),
      );
    case "stall":
      return link("postgres", "all", "stall", random.whole(2_000, 8_000) * scale);
    case "slow":
      return link("postgres", "all", "slow", random.whole(4_000, 10_000) * scale);
    case "one":
      return link(
        "postgres",
        random.pick(processNames),
        random.pick(["refuse", "stall"]),
        random.whole(4_000, 12_000) * scale,
      );
  }
}

function drawS3(random: Random, _backend: Backend, scale: number): Drawn {
  const trouble = random.weighted({ answer_503: 4, stall: 2, refuse: 3, reset: 2, slow: 2, swallow: 2 });
  const who = random.chance(0.7) ? "all" : random.pick(processNames);
  return link("s3", who, trouble, trouble === "reset" ? 0 : random.whole(3_000, 15_000) * scale);
}

function drawFal(random: Random, _backend: Backend, scale: number): Drawn {
  const forMs = random.whole(3_000, 10_000) * scale;
  switch (random.weighted({ wave: 6, link: 3, webhooks_cut: 2, fal_keys_rotated: 1 })) {
    case "wave": {
      const fault = random.weighted<FalWave>({
        submit_429: 3,
        submit_500: 1,
        submit_503: 1,
        status_503: 1,
        result_503: 1,
        run_503: 2,
        media_503: 2,
      });
      // An unknown submit holds its slot for the whole lease: a few of them are the test, all of them a standstill.
      const probability = fault === "submit_500" || fault === "submit_503" ? 0.15 : 0.5;
      // 429 comes in waves, as a real limit's does: each second of it halves the speed, and that takes a while to come back.
      return { kind: "fal_wave", fault, probability, forMs: fault === "submit_429" ? Math.min(forMs, 2_500) : forMs };
    }
    case "link": {
      const trouble = random.pick<LinkTrouble>(["refuse", "reset", "stall", "slow", "swallow"]);
      const who = random.chance(0.4) ? "all" : random.pick(appProcesses("worker"));
      return link("fal", who, trouble, trouble === "reset" ? 0 : forMs);
    }
    case "webhooks_cut":
      return { kind: "webhooks_cut", forMs };
    case "fal_keys_rotated":
      return { kind: "fal_keys_rotated", forMs: 0 };
  }
}

/** All customers at once cannot be reached; what each of them does by itself: customers/answer-as.ts. */
function drawCustomers(random: Random, _backend: Backend, scale: number): Drawn {
  const trouble = random.pick(["refuse", "reset", "stall", "slow", "swallow"] as const);
  return { kind: "customers", trouble, forMs: trouble === "reset" ? 0 : random.whole(2_000, 10_000) * scale };
}

function link(server: ServerName, process: ProcessName | "all", trouble: LinkTrouble, forMs: number): Drawn {
  return { kind: "link", server, process, trouble, forMs };
}

/** What a fault is counted as. */
export function nameFault(fault: Fault): string {
  switch (fault.kind) {
    case "kill":
      return `${fault.process.startsWith("api") ? "api" : "worker"}_kill`;
    case "rolling_restart":
      return `${fault.of}_rolling_restart`;
    case "link":
      return `${fault.server}_${fault.trouble}`;
    case "fal_wave":
      return `fal_wave_${fault.fault}`;
    case "customers":
      return `customers_${fault.trouble}`;
    default:
      return fault.kind;
  }
}
