/** What was done to whom, in words; a prefix names the group. The first that fits counts. */
const groups: readonly [prefix: string, title: string][] = [
  ["fal_wave_", "fal as a whole, in waves"],
  ["fal:", "fal, request by request"],
  ["fal_", "The way to fal"],
  ["webhooks_cut", "The way to fal"],
  ["customer:", "Customers' servers, request by request"],
  ["customers_", "The way to customers' servers"],
  ["api_", "Our processes"],
  ["worker_", "Our processes"],
  ["clock_", "Our processes"],
  ["postgres_", "Postgres"],
  ["redis_", "The queue"],
  ["queue_", "The queue"],
  ["s3_", "Storage"],
];

const words: Readonly<Record<string, string>> = {
  kill: "killed (SIGKILL)",
  rolling_restart: "restarted one after the other under load",
  clock_skew: "clock set wrong by seconds",
  flushall: "all of Redis deleted",
  queue_emptied: "all messages deleted",
  refuse: "away: connections refused",
  reset: "all connections cut",
  stall: "silent: takes bytes and gives none",
  swallow: "does what it is asked, and its replies are lost",
  slow: "slow",
  answer_503: "answers 503",
  webhooks_cut: "its webhooks do not come through",
  keys_rotated: "its signing keys exchanged",
  submit_reply_lost: "accepted, and the reply was lost",
  error_500: "answers 500",
  too_many: "answers 429",
  redirect: "redirects elsewhere",
  drip: "starts an answer and never ends it",
  hang: "never answers",
  "customer:reset": "cuts the connection",
  late: "answers after it was given up",
  gone: "answers 410 for good",
};

export type FaultGroup = { title: string; faults: string[][] };

/** Counts of faults by whom they hurt, in words where there are better ones than the name. */
export function describeFaults(counts: Readonly<Record<string, number>>): FaultGroup[] {
  const found = new Map<string, string[][]>();
  for (const [name, count] of Object.entries(counts)) {
    const [prefix, title] = groups.find(([start]) => name.startsWith(start)) ?? ["", "Other"];
    const lines = found.get(title) ?? [];
    lines.push([wordsFor(name, prefix), String(count)]);
    found.set(title, lines);
  }
  return [...found].map(([title, faults]) => ({ title, faults }));
}

function wordsFor(name: string, prefix: string): string {
  const short = name.slice(prefix.length);
  const who = prefix === "api_" || prefix === "worker_" ? `${prefix.slice(0, -1)} ` : "";
  return words[name] ?? (words[short] ? `${who}${words[short]}` : short.replaceAll("_", " "));
}
