import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import type { Options } from "../read-options.ts";
import { type OrphanReason, orphanReasons } from "../verdict/explain-orphans.ts";
import type { Verdict } from "../verdict/judge.ts";
import type { DeadlyRule } from "../verdict/violation.ts";
import { describeFaults } from "./describe-faults.ts";
import { isClean, type Result } from "./result.ts";

type Certified = { version: string; options: Options; result: Result; verdict: Verdict; seconds: number };

/** One page that says what was done to Darkroom and what came of it, in Markdown: for somebody who has not read the code. */
export function writeCertificate(file: string, run: Certified): void {
  writeFileSync(file, `${describe(run).join("\n")}\n`);
}

function describe(run: Certified): string[] {
  const { options, result, verdict } = run;
  const { backend, jobs, seconds, seed } = options;
  return [
    "# Chaos certificate",
    "",
    isClean(result)
      ? `**Nothing was lost and nothing was paid for twice**: ${result.jobs_accepted} accepted jobs, ${seconds} seconds of faults.`
      : "**Promises were broken**: see the lines that are not 0.",
    "",
    "A whole Darkroom (two API and two worker processes, Postgres, queue, S3, the fal emulator, customers' servers) was broken on purpose while",
    "clients sent jobs. Afterwards five records, each kept by somebody else, were compared: what clients were told, what Postgres holds, what",
    "fal accepted and billed, what lies in the bucket, and what customers' servers received.",
    "",
    ...table(["", ""], facts(run)),
    "",
    "## What must be 0",
    "",
    ...table(
      ["", "", ""],
      Object.entries(promises).map(([rule, meaning]) => [rule, meaning, String(result[rule as DeadlyRule])]),
    ),
    "",
    "## What became of the jobs",
    "",
    ...table(["", ""], outcomes(run)),
    "",
    "## What was done",
    "",
    ...describeFaults(result.faults).flatMap(({ title, faults }) => [
      `### ${title}`,
      "",
      ...table(["fault", "times"], faults),
      "",
    ]),
    "## Again",
    "",
    `\`npm run chaos -- --jobs ${jobs} --seconds ${seconds} --seed ${seed} --backend ${backend}\` makes the same plan of wishes and faults. What meets`,
    "what is up to the machine.",
    ...(isClean(result) ? [] : ["", ...verdict.violations.slice(0, 20).map(({ rule, what }) => `- ${rule}: ${what}`)]),
  ];
}

const promises = {
  lost: "jobs or files that a client was promised and that are not there, or ended otherwise than told",
  stuck: "jobs without an end",
  paid_twice: "images bought twice for one wish",
  outputs_missing: "pictures of succeeded jobs that are not in the bucket",
  outputs_corrupt: "pictures that are not, byte for byte, what fal made",
  ledger_mismatch: "money: a job, a budget or a usage report that does not agree with what fal billed",
  events_undelivered: "events that a customer's server did not accept, got unsigned, falsely or out of order",
} as const satisfies Record<DeadlyRule, string>;

function facts({ options, seconds, version }: Certified): string[][] {
  return [
    ["version", version],
    ["date", new Date().toISOString()],
    ["seed", String(options.seed)],
    ["queue", options.backend === "redis" ? "BullMQ on Redis" : "BullMQ on Postgres"],
    ["faults for", `${options.seconds} s; all at rest after ${seconds} s`],
    [
      "machine",
      `${cpus().length} × ${cpus()[0]?.model ?? "CPU"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`,
    ],
    ["Node", process.version],
  ];
}

function outcomes({ result, verdict }: Certified): string[][] {
  const { notes, orphans } = verdict;
  const rows: [string, unknown][] = [
    ["accepted", result.jobs_accepted],
    ["refused because a budget was spent (402)", result.over_budget],
    ["succeeded", result.succeeded],
    ["failed, each with its reason", result.failed],
    ["canceled", result.canceled],
    ["submits whose reply was lost", notes.submits_doubted],
    ["of these found again at fal: a blind retry would have paid twice", notes.double_charges_prevented],
    ['of these never resolved: charged as "unknown", not sent again', result.unknown_submits],
    ["fal billed", usd(notes.billed_micros)],
    ["Darkroom's ledger spent", usd(notes.spent_micros)],
    ["of this as long as nobody can tell whether fal bills it", usd(notes.unknown_micros)],
    ["charges that fal's late answer corrected", notes.charges_corrected],
    ["events to customers", notes.events],
    ["deliveries that their servers received", notes.deliveries_heard],
    ["of these received again: at least once, with the same id", result.duplicate_deliveries],
    ["deliveries given up and listed as such", notes.deliveries_exhausted],
    ["objects in the bucket that no row names", describeOrphans(orphans)],
  ];
  return rows.map(([name, value]) => [name, String(value)]);
}

function usd(micros: unknown): string {
  return `$${(Number(micros) / 1e6).toFixed(6)}`;
}

function describeOrphans(orphans: Verdict["orphans"]): string {
  const found = (Object.keys(orphanReasons) as OrphanReason[]).filter((reason) => orphans[reason].length > 0);
  return found.map((reason) => `${orphans[reason].length} × ${orphanReasons[reason]}`).join("; ") || "0";
}

function table(head: string[], rows: string[][]): string[] {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

/** The commit where there is git, else the package's version. To be asked before a run: sources may change meanwhile. */
export function readVersion(): string {
  const root = new URL("../../../../", import.meta.url);
  try {
    const options = { cwd: root, encoding: "utf8", stdio: "pipe" } as const;
    return execFileSync("git", ["describe", "--always", "--dirty", "--tags"], options).trim();
  } catch {
    return (JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { version: string }).version;
  }
}
